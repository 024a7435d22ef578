import type { Clock } from '@longshore/kit';
import type { Pace } from '@longshore/model';

/** What one replica exchanges with its agents, in calls a second; beyond it, calls are gathered. */
const mostPerSecond = 4000;
/**
 * A replica that has no time left still talks to its agents: where each has one task to hear of, nothing is gained by
 * gathering, and a message of a stream costs little.
 */
const leastPerSecond = 1000;
/** Only a replica without a moment to spare lets its agents wait for so long. */
const longestGatherMs = 10_000;
/** A turn of the event loop that takes longer than this leaves others waiting. */
const busyMs = 60;
const slowerBy = 0.8;
const fasterBy = 1.05;

/** Utilisation, in calls a second, as long as every agent's comes once a minute. */
const samplesPerSecond = 10;
const fewestSamplesMs = 60_000;
/** How long a poll waits whose connection shows that the agent lives; by pings, which come every 10 s. */
const quietPollMs = 240_000;
const pingsMs = 10_000;

/**
 * At once while quiet, gathered while busy. Counts exchanges (answers to Poll and Report) in a leaky bucket: while it
 * has room nothing waits; when it is full, each exchange waits for its share. An exchange costs the same for one task
 * as for twenty, so where the event loop falls behind, fewer and larger ones leave its time to placements.
 */
export class Pacer {
  readonly #clock: Clock;
  readonly #heartbeatMs: number;
  readonly #quietPollMs: number;
  readonly #agents: () => number;
  #perSecond = mostPerSecond;
  #level = 0;
  #drainedAt: number;

  constructor(options: {
    readonly clock: Clock;
    /** Silence after which an agent counts as not connected. */
    readonly instanceTimeoutMs: number;
    readonly agents: () => number;
  }) {
    this.#clock = options.clock;
    this.#heartbeatMs = Math.min(10_000, Math.floor(options.instanceTimeoutMs / 3));
    // A timeout that is too short for pings is kept by polls.
    this.#quietPollMs = options.instanceTimeoutMs < 3 * pingsMs ? this.#heartbeatMs : quietPollMs;
    this.#agents = options.agents;
    this.#drainedAt = this.#clock.monotonicMs();
  }

  /** How long a poll may wait; `heardBetween`: its connection tells of the agent meanwhile. */
  pollMs(heardBetween: boolean): number {
    return heardBetween ? this.#quietPollMs : this.#heartbeatMs;
  }

  /** How late the event loop was just now; told about ten times a second while there is work. */
  loopWas(lateMs: number): void {
    this.#drain();
    const wanted = this.#perSecond * (lateMs > busyMs ? slowerBy : fasterBy);
    this.#perSecond = Math.max(leastPerSecond, Math.min(mostPerSecond, wanted));
  }

  /** Counts one exchange. */
  exchanged(): void {
    this.#drain();
    this.#level++;
  }

  /** How long the next answer should gather; 0: at once. */
  gatherMs(): number {
    this.#drain();
    const burst = this.#perSecond / 4;
    if (this.#level <= burst) return 0;
    const shareMs = Math.ceil(((this.#level - burst) / this.#perSecond) * 1000);
    return Math.min(longestGatherMs, shareMs);
  }

  /** What agents are told. */
  pace(): Pace {
    const agents = this.#agents();
    return {
      heartbeatMs: this.#quietPollMs,
      reportMs: this.gatherMs(),
      utilisationMs: Math.max(5000, Math.min(fewestSamplesMs, (agents / samplesPerSecond) * 1000)),
    };
  }

  #drain(): void {
    const now = this.#clock.monotonicMs();
    this.#level = Math.max(0, this.#level - ((now - this.#drainedAt) / 1000) * this.#perSecond);
    this.#drainedAt = now;
  }
}
