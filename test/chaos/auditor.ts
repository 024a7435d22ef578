import { movements, overcommitments, placements } from './audit.js';
import type { EtcdReader, Snapshot } from './etcd-reader.js';

const everyMs = 400;

/** Looks at etcd again and again while everything breaks, and writes down what must never be seen. */
export class Auditor {
  readonly #reader: EtcdReader;
  readonly #problems = new Set<string>();
  #last: Snapshot | undefined;
  #looks = 0;
  #placed = 0;
  #stopped = false;
  #running: Promise<void> | undefined;

  constructor(reader: EtcdReader) {
    this.#reader = reader;
  }

  get problems(): readonly string[] {
    return [...this.#problems];
  }

  /** Moments that were audited, and tasks whose placement was. */
  get seen(): { readonly looks: number; readonly placed: number } {
    return { looks: this.#looks, placed: this.#placed };
  }

  start(): void {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped) {
      try {
        await this.#look();
      } catch (thrown) {
        // etcd is down or frozen just now: what happens meanwhile is in the next look.
        if (!(thrown instanceof Error)) throw thrown;
      }
      await new Promise((resolve) => setTimeout(resolve, everyMs));
    }
  }

  async #look(): Promise<void> {
    const before = this.#last;
    const now = await this.#reader.snapshot();
    this.#note(overcommitments(now));
    if (before) this.#note(movements(before, now));
    const fresh = [...now.tasks, ...now.history].filter(([name]) => !before?.tasks.has(name));
    for (const [name, { value, createRevision }] of fresh) {
      if (now.history.has(name) || value.instance === '') continue;
      const then = await this.#reader.snapshot(createRevision);
      this.#note(placements([[name, value]], then));
      this.#placed++;
    }
    this.#last = now;
    this.#looks++;
  }

  #note(problems: readonly string[]): void {
    for (const problem of problems) this.#problems.add(problem);
  }
}
