import { type AgentsTold, addIds, Durations, type Fingerprint, type Moment, noFingerprint } from './load.js';

interface Written {
  heardAtMs: number;
  times: number;
  runningAtMs: number;
  stoppedAtMs: number;
}

/** What the agents of one process have seen, together. */
export class Witness {
  readonly problems: string[] = [];
  #delivered: Fingerprint = noFingerprint;
  #running = 0;
  readonly #delivery = new Durations();
  #moments: Map<string, Written> | undefined;

  /** An agent was told of a task; `isNew`: to run it. */
  heard(
    task: string,
    at: { readonly nowMs: number; readonly createdAtMs: number; readonly isNew: boolean },
  ): void {
    if (at.isNew) {
      this.#delivered = addIds(this.#delivered, [task]);
      this.#delivery.add(at.nowMs - at.createdAtMs);
    }
    const written = this.#write(task);
    if (!written) return;
    if (written.heardAtMs === 0) written.heardAtMs = at.nowMs;
    if (at.isNew) written.times++;
  }

  /** A report was answered. */
  committed(task: string, lastStatus: string): void {
    if (lastStatus === 'RUNNING') this.#running++;
    const written = this.#write(task);
    if (written && lastStatus === 'RUNNING') written.runningAtMs ||= Date.now();
    if (written && lastStatus === 'STOPPED') written.stoppedAtMs ||= Date.now();
  }

  told(): AgentsTold {
    return {
      kind: 'agents',
      delivered: this.#delivered,
      running: this.#running,
      delivery: this.#delivery.toJSON(),
      problems: this.problems.slice(0, 10),
    };
  }

  /** Since the last call; nothing is written down before the first. */
  moments(): readonly Moment[] {
    const written = this.#moments ?? new Map<string, Written>();
    this.#moments = new Map();
    return [...written].map(([task, moment]) => ({ task, ...moment }));
  }

  #write(task: string): Written | undefined {
    if (!this.#moments) return undefined;
    let written = this.#moments.get(task);
    if (!written) {
      written = { heardAtMs: 0, times: 0, runningAtMs: 0, stoppedAtMs: 0 };
      this.#moments.set(task, written);
    }
    return written;
  }
}
