import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '@longshore/kit';
import { CliError } from '../exit.js';

/** How a living process was started, or undefined where there is none of that id. */
export type ProcessLook = (pid: number) => string | undefined;

/** By /proc; where there is none (macOS) a living process says nothing of itself. */
export const lookAtProcess: ProcessLook = (pid) => {
  try {
    process.kill(pid, 0);
  } catch (thrown) {
    if ((thrown as { readonly code?: string }).code === 'ESRCH') return undefined;
  }
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) ? readFileSync(file, 'utf8').replaceAll('\0', ' ') : '';
};

export function readPid(file: string): number | undefined {
  if (!existsSync(file)) return undefined;
  const pid = Number(readFileSync(file, 'utf8').trim());
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

/** Throws where another `longshore dev` works in this data directory. */
export function refuseSecond(dataDir: string, look: ProcessLook): void {
  const pid = readPid(join(dataDir, 'run', 'dev.pid'));
  const command = pid === undefined || pid === process.pid ? undefined : look(pid);
  if (command?.includes('longshore'))
    throw new CliError('usage', `${dataDir}: another longshore dev (process ${pid}) works in it`, {
      wayOut: `end it with Ctrl-C or kill ${pid}, or give this one --data-dir of its own`,
    });
}

/**
 * Ends the children of a dev that was killed: they would hold ports and engine names. A pid that meanwhile belongs to
 * another program is left alone: only a command line that names this data directory is ours.
 */
export async function endEarlier(
  dataDir: string,
  look: ProcessLook,
  clock: Clock,
): Promise<readonly string[]> {
  const directory = join(dataDir, 'run');
  if (!existsSync(directory)) return [];
  const ended: string[] = [];
  for (const file of readdirSync(directory).filter((f) => f.endsWith('.pid'))) {
    const path = join(directory, file);
    const pid = readPid(path);
    if (pid !== undefined && look(pid)?.includes(dataDir)) {
      await end(pid, look, clock);
      ended.push(`${file.replace(/\.pid$/, '')} (process ${pid})`);
    }
    rmSync(path, { force: true });
  }
  return ended;
}

async function end(pid: number, look: ProcessLook, clock: Clock): Promise<void> {
  const until = clock.monotonicMs() + 5000;
  process.kill(pid, 'SIGTERM');
  while (look(pid) !== undefined) {
    if (clock.monotonicMs() > until) process.kill(pid, 'SIGKILL');
    await clock.sleep(50);
  }
}
