import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { messageOf } from '@longshore/kit';

const run = promisify(execFile);
const engineTimeoutMs = 60_000;

const kinds = [
  { list: ['ps', '-aq'], remove: ['rm', '-f', '-v'] },
  { list: ['network', 'ls', '-q'], remove: ['network', 'rm'] },
  { list: ['volume', 'ls', '-q'], remove: ['volume', 'rm', '-f'] },
] as const;

/**
 * Removes what container instances left on the engine: containers, networks and volumes that carry their label, and
 * nothing else. Gives the problems that it met, in sentences.
 */
export async function removeFromEngine(instances: readonly string[]): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const { list, remove } of kinds)
    for (const instance of instances) {
      try {
        const found = await docker([...list, '--filter', `label=longshore.instance=${instance}`]);
        const ids = found.split(/\s+/).filter(Boolean);
        if (ids.length > 0) await docker([...remove, ...ids]);
      } catch (thrown) {
        problems.push(`docker ${remove.join(' ')}: ${messageOf(thrown).split('\n')[0]}`);
      }
    }
  return problems;
}

async function docker(args: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', [...args], { timeout: engineTimeoutMs });
  return stdout;
}
