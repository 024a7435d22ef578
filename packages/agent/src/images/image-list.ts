import { type Clock, type Logger, messageOf } from '@longshore/kit';
import { Lane } from '../engine/lane.js';
import type { DurableFiles } from '../journal/files.js';
import { familiarReference } from './digest.js';

/** An image that tasks of this agent have pulled. Times are wall clock: they outlive the process. */
export interface TrackedImage {
  readonly id: string;
  /** By which references; one that has moved on to another image is that one's. Absent in lists of before: any. */
  readonly names?: readonly string[];
  readonly pulledAtMs: number;
  readonly usedAtMs: number;
  /** It was there before the first pull: somebody else has brought it. */
  readonly foreign?: boolean;
}

export interface ImageListParts {
  readonly files: DurableFiles;
  readonly clock: Clock;
  readonly logger: Logger;
}

const fileName = 'images.json';

/** What this agent has pulled, on disk. Without the list nothing is ours to remove: safe, and it grows anew. */
export class ImageList {
  readonly #parts: ImageListParts;
  readonly #tracked = new Map<string, TrackedImage>();
  readonly #writes = new Lane(1);
  #written: Promise<void> = Promise.resolve();

  constructor(parts: ImageListParts) {
    this.#parts = parts;
  }

  async load(): Promise<void> {
    for (const image of parseTracked(await this.#parts.files.read(fileName)))
      this.#tracked.set(image.id, image);
  }

  /** Resolves when what was said is on disk. */
  written(): Promise<void> {
    return this.#written;
  }

  get tracked(): ReadonlyMap<string, TrackedImage> {
    return this.#tracked;
  }

  /** Whether a task has pulled it before, also before a restart of the agent: what `once` asks. */
  hasPulled(image: string): boolean {
    const name = familiarReference(image);
    return [...this.#tracked.values()].some((t) => t.names?.includes(name) ?? false);
  }

  /** A pull is over; `wasThere`: it has brought nothing that was not on the engine already. */
  pulled(image: string, id: string, { wasThere }: { readonly wasThere: boolean }): void {
    const now = this.#parts.clock.wallMs();
    const name = familiarReference(image);
    for (const [other, of] of this.#tracked)
      if (other !== id && of.names?.includes(name))
        this.#tracked.set(other, { ...of, names: of.names.filter((n) => n !== name) });
    const known = this.#tracked.get(id);
    this.#tracked.set(id, {
      id,
      names: [...new Set([...(known?.names ?? []), name])],
      pulledAtMs: now,
      usedAtMs: now,
      foreign: known ? known.foreign === true : wasThere,
    });
    this.keep();
  }

  used(ids: ReadonlySet<string>): void {
    for (const [id, image] of this.#tracked)
      if (ids.has(id)) this.#tracked.set(id, { ...image, usedAtMs: this.#parts.clock.wallMs() });
  }

  forget(id: string): void {
    this.#tracked.delete(id);
  }

  /** Somebody has removed what is not present any more; what came while the engine was asked is none of that. */
  prune(present: ReadonlySet<string>, askedAtMs: number): void {
    for (const [id, { usedAtMs }] of this.#tracked)
      if (!present.has(id) && usedAtMs < askedAtMs) this.#tracked.delete(id);
  }

  keep(): void {
    const text = JSON.stringify([...this.#tracked.values()]);
    this.#written = this.#writes
      .run(() => this.#parts.files.write(fileName, text))
      .catch((thrown: unknown) =>
        this.#parts.logger.warn({ error: messageOf(thrown) }, 'list of pulled images not written'),
      );
  }
}

function parseTracked(text: string | undefined): readonly TrackedImage[] {
  try {
    const parsed: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(parsed) ? parsed.filter(isTracked) : [];
  } catch {
    // Unreadable is as good as missing.
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
