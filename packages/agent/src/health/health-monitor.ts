import { type Clock, type Component, type Logger, messageOf, type Timer } from '@longshore/kit';
import { type RuntimeDriver, RuntimeError } from '@longshore/runtime';
import { unanswered } from '../engine/executor.js';
import type { DiskUse } from '../telemetry/host-usage.js';

export interface HealthParts {
  readonly driver: RuntimeDriver;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly diskPath: string;
  readonly diskLimitPercent: number;
  readonly disk: (path: string) => Promise<DiskUse | undefined>;
  /** The reason has changed; empty: all is well. */
  readonly changed: (reason: string) => void;
  /** The disk is over its limit: something should go. */
  readonly pressure: () => void;
}

const everyMs = 10_000;
/** An engine that has not answered for so long is in trouble. */
const silentMs = 30_000;
/** So long all must be well before the instance takes tasks again. */
const wellMs = 60_000;
const probe = 'longshore-health-probe';

/** Watches the engine and its disk. Invariant: an instance in trouble is well again only after a minute of OK. */
export class HealthMonitor implements Component {
  readonly name = 'health';
  readonly #parts: HealthParts;
  #reason = '';
  #answeredAtMs: number;
  #troubledAtMs = 0;
  /** What the last look that failed has heard; empty: nothing. */
  #failure = '';
  #timer: Timer | undefined;
  #stopped = false;

  constructor(parts: HealthParts) {
    this.#parts = parts;
    this.#answeredAtMs = parts.clock.monotonicMs();
  }

  /** What is wrong, in words; empty: nothing. */
  get reason(): string {
    return this.#reason;
  }

  /** The first look comes before the first report: an instance that starts on a full disk says so at once. */
  async start(): Promise<void> {
    this.#answeredAtMs = this.#parts.clock.monotonicMs();
    await this.look();
    this.#later();
  }

  stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    return Promise.resolve();
  }

  /** One look. Never rejects. */
  async look(): Promise<void> {
    const { clock } = this.#parts;
    const answered = await this.#ask();
    const disk = await this.#diskTrouble();
    const now = clock.monotonicMs();
    const silence = now - this.#answeredAtMs;
    // Whole half minutes, so that the reason does not change with each look.
    const seconds = Math.floor(silence / silentMs) * (silentMs / 1000);
    const trouble = silence >= silentMs ? this.#silent(seconds) : disk;
    // A minute of OK is one in which every look was answered.
    if (trouble !== undefined || !answered) this.#troubledAtMs = now;
    if (trouble !== undefined) this.#say(trouble);
    else if (this.#reason !== '' && now - this.#troubledAtMs >= wellMs) this.#say('');
  }

  #silent(seconds: number): string {
    if (this.#failure === '') return `docker: no answer to inspect for ${seconds} s`;
    return `docker: inspect fails for ${seconds} s (${this.#failure})`;
  }

  async #ask(): Promise<boolean> {
    try {
      await this.#parts.driver.inspectContainer(probe, { timeoutMs: 5_000 });
      this.#answeredAtMs = this.#parts.clock.monotonicMs();
      return true;
    } catch (thrown) {
      this.#failure = thrown instanceof RuntimeError && unanswered(thrown.code) ? '' : messageOf(thrown);
      this.#parts.logger.warn({ error: messageOf(thrown) }, 'engine did not answer');
      return false;
    }
  }

  async #diskTrouble(): Promise<string | undefined> {
    const { disk, diskPath, diskLimitPercent, pressure } = this.#parts;
    const use = await disk(diskPath);
    if (!use || use.percent < diskLimitPercent) return undefined;
    pressure();
    return `disk ${diskPath} ${Math.round(use.percent)} % full (limit ${diskLimitPercent})`;
  }

  #say(reason: string): void {
    if (reason === this.#reason) return;
    this.#parts.logger.warn({ from: this.#reason, to: reason }, 'health of the instance changed');
    this.#reason = reason;
    this.#parts.changed(reason);
  }

  #later(): void {
    this.#timer = this.#parts.clock.timer(everyMs, () => {
      void this.look().finally(() => {
        if (!this.#stopped) this.#later();
      });
    });
  }
}
