import { type ChildProcess, spawn } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../', import.meta.url));

export interface ProcessPlan {
  readonly name: string;
  /** Below the repository's root. */
  readonly script: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  readonly logFile: string;
}

/** A built program that is killed, frozen and started again; what it says is kept in a file. */
export class ChaosProcess {
  readonly name: string;
  /** Ends that nobody here asked for: `server-a exited with 1`. */
  readonly surprises: string[] = [];
  readonly #plan: ProcessPlan;
  readonly #log: WriteStream;
  #child: ChildProcess | undefined;

  constructor(plan: ProcessPlan) {
    this.name = plan.name;
    this.#plan = plan;
    this.#log = createWriteStream(plan.logFile, { flags: 'a' });
  }

  run(): void {
    const { script, args, env } = this.#plan;
    const child = spawn(process.execPath, [`${root}${script}`, ...args], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    this.#child = child;
    child.stdout?.pipe(this.#log, { end: false });
    child.stderr?.pipe(this.#log, { end: false });
    child.once('exit', (code, signal) => {
      if (this.#child !== child) return;
      this.surprises.push(`${this.name} ended by itself: ${signal ?? code}`);
      // As systemd would.
      this.run();
    });
  }

  /** SIGKILL; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await gone;
  }

  freeze(): void {
    this.#child?.kill('SIGSTOP');
  }

  thaw(): void {
    this.#child?.kill('SIGCONT');
  }

  async stop(): Promise<void> {
    await this.kill();
    await new Promise<void>((resolve) => this.#log.end(resolve));
  }
}
