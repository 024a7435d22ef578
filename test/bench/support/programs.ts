import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../../support/eventually.js';
import { endWithUs } from './children.js';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

let built = false;

/**
 * Builds the programs: what is measured is what users run. From source tsx wraps every function to keep its name, which
 * shows in hot loops. LONGSHORE_BUILT says that somebody has built them.
 */
export function buildPrograms(): void {
  if (built || process.env.LONGSHORE_BUILT) return;
  const tsc = join(root, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-b', 'packages/control-plane', 'packages/agent'], { cwd: root, stdio: 'pipe' });
  built = true;
}

/** A built program in a process of its own. LONGSHORE_BENCH_LOGS names a folder that keeps what it says. */
export class Program {
  readonly #child: ChildProcess;
  log = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    endWithUs(child);
    const logs = process.env.LONGSHORE_BENCH_LOGS;
    const keep = (text: Buffer): void => {
      if (logs !== undefined) appendFileSync(join(logs, `${child.pid}.log`), text);
      this.log = `${this.log}${text.toString()}`.slice(-50_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  /** `script` lies below the repository's root; `LONGSHORE_BENCH_NODE` are more flags of node (`--cpu-prof`). */
  static start(script: string, args: readonly string[], env: Readonly<Record<string, string>> = {}): Program {
    const flags = (process.env.LONGSHORE_BENCH_NODE ?? '').split(' ').filter((flag) => flag !== '');
    const child = spawn(process.execPath, [...flags, join(root, script), ...args], {
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    return new Program(child);
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error('the program does not run');
    return pid;
  }

  get ended(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits for these words in the log. */
  async says(words: string, withinMs = 30_000): Promise<void> {
    await eventually(
      () => {
        if (this.ended && !this.log.includes(words)) throw new Error('the program has ended');
        return this.log.includes(words);
      },
      { withinMs, state: () => this.log.slice(-3000) },
    );
  }

  async end(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
    if (this.ended) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill(signal);
    await gone;
  }
}

/** What the operating system says of a process. */
export interface Usage {
  readonly rssMiB: number;
  readonly cpuSeconds: number;
}

const ticksPerSecond = 100;

export function usageOf(pid: number): Usage {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name, in brackets, may hold spaces.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const rssKiB = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]);
  return { rssMiB: rssKiB / 1024, cpuSeconds: (Number(fields[11]) + Number(fields[12])) / ticksPerSecond };
}
