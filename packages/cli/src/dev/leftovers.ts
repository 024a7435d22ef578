import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
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
 * The container instances that the agents of a data directory are or were last. The control plane forgets an instance
 * that is deregistered; what it left on the engine is still there.
 */
export function instancesOf(dataDir: string): readonly string[] {
  const agents = join(dataDir, 'agents');
  return readdirSync(agents).flatMap((name) => {
    const instance = /"instance":"([0-9a-f]+)"/.exec(identityIn(join(agents, name)))?.[1];
    return instance === undefined ? [] : [instance];
  });
}

function identityIn(directory: string): string {
  try {
    return readFileSync(join(directory, 'identity.json'), 'utf8');
  } catch {
    // An agent that never registered has none, and has left nothing.
    return '';
  }
}

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
