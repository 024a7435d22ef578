import { type Component, type Logger, messageOf, toError } from '@longshore/kit';

/**
 * Starts components in order, stops them in reverse, and rejects `failed` when one dies by itself.
 * Invariant: a component that fails to stop does not keep the others from stopping.
 */
export class Supervision {
  readonly #logger: Logger;
  readonly #started: Component[] = [];
  readonly #failed: Promise<never>;
  #fail!: (error: Error) => void;
  #stopping: Promise<void> | undefined;

  constructor(logger: Logger) {
    this.#logger = logger;
    this.#failed = new Promise<never>((_, reject) => {
      this.#fail = reject;
    });
    // Whoever runs the server listens; in tests nobody may.
    this.#failed.catch(() => undefined);
  }

  get failed(): Promise<never> {
    return this.#failed;
  }

  async start(component: Component): Promise<void> {
    this.#started.push(component);
    await component.start();
    component.failed?.catch((thrown: unknown) => {
      if (this.#stopping) return;
      this.#logger.fatal({ component: component.name, err: toError(thrown) }, 'component died');
      this.#fail(toError(thrown));
    });
  }

  /** Once; further calls wait for the first. */
  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll();
    return this.#stopping;
  }

  async #stopAll(): Promise<void> {
    for (const component of this.#started.reverse()) {
      try {
        await component.stop();
      } catch (thrown) {
        this.#logger.warn({ component: component.name, reason: messageOf(thrown) }, 'component did not stop');
      }
    }
  }
}
