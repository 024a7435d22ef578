import { readdir, readFile } from 'node:fs/promises';

/**
 * An engine that died while it started a container has written down no start, but its process may run: an engine with
 * live-restore leaves it be, none can stop it any more, and each start says that it is there already.
 */
export const strayWords = /^(task \w+: already exists|id already in use)/;

/** Kills what runs in the container's cgroup, whatever the engine knows of it; gives how many processes that were. */
export async function endStrays(containerId: string, proc = '/proc'): Promise<number> {
  let ended = 0;
  for (const name of await readdir(proc).catch(() => [])) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || !(await runsIn(containerId, `${proc}/${name}/cgroup`))) continue;
    try {
      process.kill(pid, 'SIGKILL');
      ended += 1;
    } catch {
      // It has ended by itself, or is not ours to end: then the engine's words are all there is.
    }
  }
  return ended;
}

/** The id is the last part of the path, or stands in it between the engine's prefix and systemd's suffix. */
async function runsIn(containerId: string, path: string): Promise<boolean> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return containerId.length === 64 && text.includes(containerId);
}
