import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { endWithUs } from './children.js';
import type { Order, Told } from './load.js';

const script = fileURLToPath(new URL('load-process.ts', import.meta.url));

/** A process of simulated agents or of requests, on the built packages, so that the load costs what it must. */
export class LoadProcess {
  readonly #child: ChildProcess;
  readonly #waiting: { resolve: (told: Told) => void; reject: (error: Error) => void }[] = [];
  #log = '';

  private constructor(child: ChildProcess) {
    this.#child = child;
    endWithUs(child);
    child.stderr?.on('data', (text: Buffer) => {
      this.#log = `${this.#log}${text.toString()}`.slice(-5000);
    });
    child.on('message', (told: Told) => this.#waiting.shift()?.resolve(told));
    child.on('exit', (code) => {
      const error = new Error(`a process of the load ended with ${code}: ${this.#log}`);
      for (const { reject } of this.#waiting.splice(0)) reject(error);
    });
  }

  static start(): LoadProcess {
    const execArgv = ['--import=tsx', '--max-old-space-size=4096'];
    return new LoadProcess(fork(script, [], { execArgv, stdio: ['ignore', 'inherit', 'pipe', 'ipc'] }));
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** Sends the order; resolves with what the process says when it is done. One order at a time. */
  ask(order: Order): Promise<Told> {
    return new Promise((resolve, reject) => {
      if (this.#child.exitCode !== null) return reject(new Error(`the process has ended: ${this.#log}`));
      this.#waiting.push({ resolve, reject });
      this.#child.send(order);
    });
  }

  async end(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once('exit', resolve));
    this.#child.kill('SIGKILL');
    await gone;
  }
}
