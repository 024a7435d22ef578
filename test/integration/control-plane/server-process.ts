import { type ChildProcess, spawn } from 'node:child_process';
import { eventually } from '../../support/eventually.js';

/** `longshore-server` as a process of its own, run from source. */
export class ServerProcess {
  readonly #args: readonly string[];
  readonly http: string;
  #child: ChildProcess | undefined;
  log = '';

  constructor(args: { readonly flags: readonly string[]; readonly http: string }) {
    this.#args = args.flags;
    this.http = args.http;
  }

  get pid(): number {
    const pid = this.#child?.pid;
    if (pid === undefined) throw new Error('the server does not run');
    return pid;
  }

  get exitCode(): number | null | undefined {
    return this.#child?.exitCode;
  }

  run(): void {
    const main = new URL('../../../packages/control-plane/src/main.ts', import.meta.url).href;
    const script = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv.slice(1));`;
    const loader = ['--import=tsx', '--conditions=source', '--input-type=module', '--eval', script, '--'];
    const child = spawn(process.execPath, [...loader, ...this.#args], { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    const keep = (text: Buffer): void => {
      this.log = `${this.log}${text.toString()}`.slice(-50_000);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
  }

  /** What /readyz answers: its status, and its words. */
  async readiness(): Promise<{ readonly status: number; readonly text: string }> {
    const answer = await fetch(`${this.http}/readyz`);
    return { status: answer.status, text: await answer.text() };
  }

  async untilReady(): Promise<void> {
    await eventually(async () => (await this.readiness()).status === 200, {
      withinMs: 20_000,
      state: () => this.log.slice(-3000),
    });
  }

  async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return child?.exitCode ?? null;
    const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
    child.kill(signal);
    return await ended;
  }
}
