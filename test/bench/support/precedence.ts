import { readdirSync, readFileSync } from 'node:fs';
import { setPriority } from 'node:os';
import { join } from 'node:path';
import { root } from './programs.js';

let isRefused = false;

/**
 * Gives a process and all of its threads the niceness that its unit in deploy/systemd gives it, as the simulated agents
 * and the requester share its processors here, and would not elsewhere. Without the right to it all are alike, which is
 * said once.
 */
export function givePrecedence(pid: number, unit: 'longshore-server' | 'longshore-etcd'): void {
  const text = readFileSync(join(root, 'deploy/systemd', `${unit}.service`), 'utf8');
  const nice = Number(/^Nice=(-?\d+)$/m.exec(text)?.[1]);
  if (!Number.isInteger(nice)) throw new Error(`${unit}.service says no niceness`);
  try {
    for (const thread of readdirSync(`/proc/${pid}/task`)) setPriority(Number(thread), nice);
  } catch (thrown) {
    const { code } = (thrown as { readonly info?: { readonly code?: string } }).info ?? {};
    // A thread that has just ended needs none.
    if (code === 'ESRCH') {
      givePrecedence(pid, unit);
      return;
    }
    if (code !== 'EACCES' && code !== 'EPERM') throw thrown;
    if (!isRefused)
      console.log('  without the right to a niceness: server and etcd go behind nobody and before nobody');
    isRefused = true;
  }
}
