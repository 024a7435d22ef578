import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import type { Clock } from '@longshore/kit';
import type { EnvVariables } from '../config.js';
import { lastLine } from './log-tail.js';
import type { ChildPlan } from './plan.js';

export interface SupervisedOptions {
  readonly pidFile: string;
  readonly logFile: string;
  readonly env: EnvVariables;
  readonly restart: boolean;
  readonly clock: Clock;
  /** One line for the person in front of it. */
  readonly say: (line: string) => void;
}

const largestLogBytes = 20 * 1024 * 1024;
const soonestMs = 100;
const latestMs = 900;
/** A child that ran this long is no crash loop. */
const settledMs = 10_000;

/**
 * One child process, started again within a second when it dies. It has a process group of its own, so that Ctrl-C
 * reaches only us and we end the children in order. Invariant: the pid file names the living child, or there is none.
 */
export class Supervised {
  readonly name: string;
  readonly #plan: ChildPlan;
  readonly #options: SupervisedOptions;
  #child: ChildProcess | undefined;
  #ended: Promise<void> = Promise.resolve();
  #stopping = false;
  #failures = 0;
  #startedAtMs = 0;

  constructor(plan: ChildPlan, options: SupervisedOptions) {
    this.name = plan.name;
    this.#plan = plan;
    this.#options = options;
  }

  /** The process that runs now. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** How often it died by itself since the start. */
  get deaths(): number {
    return this.#failures;
  }

  start(): void {
    const { logFile, pidFile, env, clock } = this.#options;
    rotate(logFile);
    const log = openSync(logFile, 'a', 0o600);
    const child = spawn(this.#plan.command, [...this.#plan.args], {
      detached: true,
      stdio: ['ignore', log, log],
      env: { ...env, ...this.#plan.variables },
    });
    closeSync(log);
    this.#startedAtMs = clock.monotonicMs();
    this.#child = child;
    if (child.pid !== undefined) writeFileSync(pidFile, `${child.pid}\n`);
    this.#ended = new Promise((resolve) => {
      child.once('exit', (code, signal) => {
        resolve();
        this.#died(signal ?? `exit code ${code}`);
      });
      // The program is missing or cannot be run: no exit event follows.
      child.once('error', (error) => {
        resolve();
        this.#died(error.message);
      });
    });
  }

  /** SIGTERM, and SIGKILL after `withinMs`. Resolves when the process has gone. */
  async stop(withinMs: number): Promise<void> {
    this.#stopping = true;
    const child = this.#child;
    if (child?.pid === undefined) return;
    signal(child.pid, 'SIGTERM');
    const timer = this.#options.clock.timer(withinMs, () => signal(child.pid as number, 'SIGKILL'));
    await this.#ended;
    timer.cancel();
  }

  #died(how: string): void {
    const { pidFile, restart, clock, say, logFile } = this.#options;
    this.#child = undefined;
    rmSync(pidFile, { force: true });
    if (this.#stopping) return;
    const ranMs = clock.monotonicMs() - this.#startedAtMs;
    this.#failures = ranMs > settledMs ? 1 : this.#failures + 1;
    const last = ranMs < settledMs ? lastLine(logFile) : '';
    const why = last ? ` (${last})` : '';
    say(
      `${this.name} ended: ${how}${why}; ${restart ? 'starting it again' : 'not started again (--no-restart)'}`,
    );
    if (!restart) return;
    const waitMs = Math.min(latestMs, soonestMs * this.#failures);
    // Not unreferenced: a restart that is due keeps the process alive.
    void clock.sleep(waitMs).then(() => {
      if (!this.#stopping) this.start();
    });
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (thrown) {
    // It went by itself meanwhile.
    if ((thrown as { readonly code?: string }).code !== 'ESRCH') throw thrown;
  }
}

function rotate(logFile: string): void {
  const size = statSync(logFile, { throwIfNoEntry: false })?.size ?? 0;
  if (size > largestLogBytes) renameSync(logFile, `${logFile}.1`);
}
