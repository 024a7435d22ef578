import { type Clock, type Component, type Logger, messageOf, type Timer } from '@longshore/kit';
import { type ImageFacts, type RuntimeDriver, RuntimeError } from '@longshore/runtime';
import type { Config } from '../config/config.js';
import { unanswered } from '../engine/executor.js';
import { Lane } from '../engine/lane.js';
import type { AgentTask } from '../engine/record.js';
import { heldBy, isHeld, leftBehind, removable } from './choose.js';
import type { ImageList } from './image-list.js';

export interface CleanerParts {
  readonly driver: RuntimeDriver;
  readonly list: ImageList;
  readonly tasks: () => readonly AgentTask[];
  readonly settings: Config['imageCleanup'];
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Removes images that no task uses: the least recently used of those that this agent has pulled, a few at a time, none
 * too young. Invariant: an image or a container that somebody else brought stays, unless untracked ones were named for
 * clean-up.
 */
export class ImageCleaner implements Component {
  readonly name = 'image clean-up';
  readonly #parts: CleanerParts;
  /** A clean-up under pressure does not overtake one that runs: both would choose the same. */
  readonly #one = new Lane(1);
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: CleanerParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    await this.#parts.list.load();
    if (this.#parts.settings.enabled) this.#later();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
    await this.#parts.list.written();
  }

  /** One clean-up. Under pressure age does not count: before the disk fills, the oldest go. */
  async clean(options: { readonly pressure: boolean } = { pressure: false }): Promise<void> {
    if (!this.#parts.settings.enabled) return;
    this.#running = this.#one
      .run(() => this.#clean(options.pressure))
      .catch((thrown: unknown) =>
        this.#parts.logger.warn({ error: messageOf(thrown) }, 'image clean-up failed, trying again later'),
      );
    await this.#running;
  }

  async #clean(pressure: boolean): Promise<void> {
    const { driver, list, settings, clock } = this.#parts;
    if (settings.untracked) await this.#removeLeftBehind();
    const askedAtMs = clock.wallMs();
    const present = await driver.listImages();
    list.prune(new Set(present.map((i) => i.id)), askedAtMs);
    const held = heldBy(this.#parts.tasks());
    list.used(held.ids);
    const about = { tracked: list.tracked, held, settings, nowMs: clock.wallMs(), pressure };
    let left = settings.perCycle;
    for (const image of removable(present, about)) {
      if (left === 0 || this.#stopped) break;
      // A task may have come since: looked at once more, right before the call.
      if (isHeld(image, heldBy(this.#parts.tasks()))) continue;
      if (await this.#remove(image, pressure)) left -= 1;
    }
    list.keep();
  }

  /** False where it stays: then another may go in its place. */
  async #remove(image: ImageFacts, pressure: boolean): Promise<boolean> {
    const { driver, list, logger } = this.#parts;
    try {
      // By its id the engine removes no image that has more than one name.
      if (image.tags.length + image.digests.length > 1) {
        for (const name of image.tags) await driver.removeImage(name);
        // With the last tag of a repository its digests have gone.
        for (const name of (await driver.inspectImage(image.id))?.digests ?? [])
          await driver.removeImage(name);
      }
      await driver.removeImage(image.id);
    } catch (thrown) {
      if (thrown instanceof RuntimeError && unanswered(thrown.code)) throw thrown;
      // A container that is not ours uses it.
      logger.debug({ image: image.id, error: messageOf(thrown) }, 'image not removed');
      return false;
    }
    list.forget(image.id);
    logger.info({ image: image.tags[0] ?? image.id, pressure }, 'image removed');
    return true;
  }

  /** ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP names containers as well: those of others that have ended. */
  async #removeLeftBehind(): Promise<void> {
    const { driver, settings, clock, logger } = this.#parts;
    const about = { nowMs: clock.wallMs(), waitMs: settings.untrackedContainerWaitMs };
    const old = leftBehind(await driver.listContainers({}), about);
    for (const { id, name } of old.slice(0, settings.untrackedContainersPerCycle)) {
      await driver.removeContainer(id);
      logger.info({ container: name }, 'container of others removed');
    }
  }

  #later(): void {
    this.#timer = this.#parts.clock.timer(this.#parts.settings.intervalMs, () => {
      void this.clean().finally(() => {
        if (!this.#stopped) this.#later();
      });
    });
  }
}
