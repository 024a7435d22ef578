import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Clock, messageOf } from '@longshore/kit';

const run = promisify(execFile);
const engineTimeoutMs = 60_000;
const goneWithinMs = 30_000;
const lookAgainEveryMs = 500;

const kinds = [
  { list: ['ps', '-aq'], remove: ['rm', '-f', '-v'] },
  { list: ['network', 'ls', '-q'], remove: ['network', 'rm'] },
  { list: ['volume', 'ls', '-q'], remove: ['volume', 'rm', '-f'] },
] as const;
type Kind = (typeof kinds)[number];

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
 * nothing else. What the engine does not let go at once (a network whose last container it is still taking off, a
 * container that something else removes at the same time) is tried again. Gives the problems that stayed, in sentences.
 */
export async function removeFromEngine(
  instances: readonly string[],
  clock: Clock,
): Promise<readonly string[]> {
  const problems: string[] = [];
  const untilMs = clock.monotonicMs() + goneWithinMs;
  for (const kind of kinds)
    for (const instance of instances) {
      try {
        await removeKind(kind, instance, clock, untilMs);
      } catch (thrown) {
        problems.push(`docker ${kind.remove.join(' ')}: ${reasonOf(thrown)}`);
      }
    }
  return problems;
}

async function removeKind(
  { list, remove }: Kind,
  instance: string,
  clock: Clock,
  untilMs: number,
): Promise<void> {
  for (;;) {
    const found = await docker([...list, '--filter', `label=longshore.instance=${instance}`]);
    const ids = found.split(/\s+/).filter(Boolean);
    if (ids.length === 0) return;
    try {
      await docker([...remove, ...ids]);
      return;
    } catch (thrown) {
      if (clock.monotonicMs() > untilMs) throw thrown;
    }
    await clock.sleep(lookAgainEveryMs);
  }
}

/** The engine's own words, where there are any: the first line of the error is the command once more. */
function reasonOf(thrown: unknown): string {
  const lines = messageOf(thrown).trim().split('\n');
  return lines.at(-1) ?? '';
}

async function docker(args: readonly string[]): Promise<string> {
  const { stdout } = await run('docker', [...args], { timeout: engineTimeoutMs });
  return stdout;
}
