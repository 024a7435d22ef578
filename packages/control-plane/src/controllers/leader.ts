import { type Clock, type Component, type Logger, messageOf, type Random } from '@longshore/kit';
import type { Store } from '@longshore/store';
import { Controller, type ControllerContext, type ControllerDeclaration } from './controller.js';

/** All controllers run under one leadership. */
export const shard = 'controllers';

export interface LeaderParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly replica: string;
  /** Made anew for each leadership: what a controller remembers does not outlive it. */
  readonly controllers: (context: ControllerContext) => readonly ControllerDeclaration[];
}

/** Campaigns for ever; while it leads, runs the controllers; when the leadership is lost they stop at once. */
export class Leader implements Component {
  readonly name = 'leader';
  readonly #parts: LeaderParts;
  readonly #stopping = new AbortController();
  #running: Promise<void> | undefined;
  #leading: readonly string[] = [];
  readonly #names = new Set<string>();

  constructor(parts: LeaderParts) {
    this.#parts = parts;
  }

  /** The controllers that were ever run here, and whether they run now. */
  get leading(): ReadonlyMap<string, boolean> {
    return new Map([...this.#names].map((name) => [name, this.#leading.includes(name)]));
  }

  get leads(): boolean {
    return this.#leading.length > 0;
  }

  async start(): Promise<void> {
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort(new Error('stopping'));
    await this.#running;
  }

  async #run(): Promise<void> {
    const { clock, logger } = this.#parts;
    while (!this.#stopping.signal.aborted) {
      try {
        await this.#lead();
      } catch (thrown) {
        if (this.#stopping.signal.aborted) return;
        logger.warn({ reason: messageOf(thrown) }, 'leadership ended');
      }
      await clock.sleep(200, this.#stopping.signal).catch(() => undefined);
    }
  }

  /** One leadership, from the election to its loss. */
  async #lead(): Promise<void> {
    const { store, clock, random, logger, replica } = this.#parts;
    const leadership = await store.campaign(shard, replica, this.#stopping.signal);
    const ended = new Promise<void>((resolve) => {
      for (const signal of [leadership.lost, this.#stopping.signal]) {
        if (signal.aborted) resolve();
        signal.addEventListener('abort', () => resolve(), { once: true });
      }
    });
    let running: readonly Controller[] = [];
    try {
      // Nothing is decided on a cache that does not yet know of everything before the election.
      await store.reached(leadership.revision, leadership.lost);
      const context: ControllerContext = { store, clock, random, logger, leadership };
      const declarations = this.#parts.controllers(context);
      running = declarations.map((d) => new Controller(d, context));
      for (const { name } of declarations) this.#names.add(name);
      this.#leading = declarations.map((d) => d.name);
      logger.info({ replica, revision: leadership.revision }, 'leadership won');
      for (const controller of running) controller.start();
      await ended;
    } finally {
      this.#leading = [];
      await Promise.all(running.map((controller) => controller.stop()));
      await leadership.resign().catch(() => undefined);
      logger.info({ replica }, 'leadership given up');
    }
  }
}
