import { type Clock, type Component, type Logger, messageOf, type Timer } from '@longshore/kit';
import type { ImageFacts, RuntimeDriver } from '@longshore/runtime';
import type { Config } from '../config/config.js';
import { Lane } from '../engine/lane.js';
import type { AgentTask } from '../engine/record.js';
import type { DurableFiles } from '../journal/files.js';

/** An image that this agent has pulled. Times are wall clock: they outlive the process. */
export interface TrackedImage {
  readonly id: string;
  readonly pulledAtMs: number;
  readonly usedAtMs: number;
}

export interface CleanerParts {
  readonly driver: RuntimeDriver;
  readonly files: DurableFiles;
  readonly tasks: () => readonly AgentTask[];
  readonly settings: Config['imageCleanup'];
  readonly clock: Clock;
  readonly logger: Logger;
}

const fileName = 'images.json';

/**
 * Removes images that no task uses: the least recently used of those that this agent has pulled, a few at a time, none
 * too young. Invariant: an image that somebody else brought stays, unless untracked ones were named for clean-up.
 */
export class ImageCleaner implements Component {
  readonly name = 'image clean-up';
  readonly #parts: CleanerParts;
  readonly #tracked = new Map<string, TrackedImage>();
  readonly #writes = new Lane(1);
  #timer: Timer | undefined;
  #running: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(parts: CleanerParts) {
    this.#parts = parts;
  }

  async start(): Promise<void> {
    for (const image of parseTracked(await this.#parts.files.read(fileName)))
      this.#tracked.set(image.id, image);
    if (this.#parts.settings.enabled) this.#later();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
  }

  /** This agent has pulled the image. */
  pulled(id: string): void {
    const now = this.#parts.clock.wallMs();
    this.#tracked.set(id, { id, pulledAtMs: now, usedAtMs: now });
    this.#keep();
  }

  /** One clean-up. Under pressure age does not count: before the disk fills, the oldest go. */
  async clean(options: { readonly pressure: boolean } = { pressure: false }): Promise<void> {
    const { driver, logger, settings, clock } = this.#parts;
    if (!settings.enabled) return;
    const inUse = this.#touchUsed();
    const present = await driver.listImages();
    const chosen = choose(present, {
      tracked: this.#tracked,
      inUse,
      settings,
      nowMs: clock.wallMs(),
      pressure: options.pressure,
    });
    for (const image of chosen) {
      try {
        await driver.removeImage(image.id);
        this.#tracked.delete(image.id);
        logger.info({ image: image.tags[0] ?? image.id, pressure: options.pressure }, 'image removed');
      } catch (thrown) {
        // A container that is not ours uses it: it stays.
        logger.debug({ image: image.id, error: messageOf(thrown) }, 'image not removed');
      }
    }
    this.#keep();
  }

  #touchUsed(): ReadonlySet<string> {
    const inUse = new Set(this.#parts.tasks().flatMap((t) => t.containers.map((c) => c.imageId)));
    for (const [id, image] of this.#tracked)
      if (inUse.has(id)) this.#tracked.set(id, { ...image, usedAtMs: this.#parts.clock.wallMs() });
    return inUse;
  }

  #keep(): void {
    const text = JSON.stringify([...this.#tracked.values()]);
    this.#running = this.#writes
      .run(() => this.#parts.files.write(fileName, text))
      .catch((thrown: unknown) =>
        this.#parts.logger.warn({ error: messageOf(thrown) }, 'list of pulled images not written'),
      );
  }

  #later(): void {
    this.#timer = this.#parts.clock.timer(this.#parts.settings.intervalMs, () => {
      this.#running = this.clean()
        .catch((thrown: unknown) =>
          this.#parts.logger.warn({ error: messageOf(thrown) }, 'image clean-up failed, trying again later'),
        )
        .finally(() => {
          if (!this.#stopped) this.#later();
        });
    });
  }
}

/** Which images go now, the least recently used first. Pure. */
export function choose(
  present: readonly ImageFacts[],
  about: {
    readonly tracked: ReadonlyMap<string, TrackedImage>;
    readonly inUse: ReadonlySet<string>;
    readonly settings: Config['imageCleanup'];
    readonly nowMs: number;
    readonly pressure: boolean;
  },
): readonly ImageFacts[] {
  const { tracked, inUse, settings, nowMs, pressure } = about;
  const lastUse = (image: ImageFacts): number => tracked.get(image.id)?.usedAtMs ?? image.createdAtMs;
  const isRipe = (image: ImageFacts): boolean => {
    const own = tracked.get(image.id);
    if (own) return pressure || nowMs - own.pulledAtMs >= settings.minimumAgeMs;
    if (!settings.untracked || image.tags.some((t) => settings.excluded.includes(t))) return false;
    return pressure || nowMs - image.createdAtMs >= settings.untrackedMinimumAgeMs;
  };
  return present
    .filter((image) => !inUse.has(image.id) && isRipe(image))
    .sort((a, b) => lastUse(a) - lastUse(b))
    .slice(0, settings.perCycle);
}

function parseTracked(text: string | undefined): readonly TrackedImage[] {
  try {
    const parsed: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(parsed) ? parsed.filter(isTracked) : [];
  } catch {
    // Without the list nothing is ours to remove: safe, and it grows anew with each pull.
    return [];
  }
}

function isTracked(value: unknown): value is TrackedImage {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    'pulledAtMs' in value &&
    'usedAtMs' in value
  );
}
