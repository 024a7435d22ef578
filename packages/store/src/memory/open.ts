import { CachedStore, type StoreOptions } from '../core/cached-store.js';
import { MemoryBackend } from './memory-backend.js';
import type { MemoryFaults, MemoryLink } from './memory-link.js';

export interface MemoryStoreOptions extends StoreOptions {
  /** Shared with the other replicas; absent: a state of its own. */
  readonly backend?: MemoryBackend;
}

/** A store in memory, for tests and simulations: everything of the real one but the wire. */
export class MemoryStore extends CachedStore {
  readonly backend: MemoryBackend;
  readonly #link: MemoryLink;

  constructor(options: MemoryStoreOptions) {
    const backend = options.backend ?? new MemoryBackend({ clock: options.clock });
    const link = backend.link(options.clock);
    super({ ...options, backend: link, prefix: 'memory' });
    this.backend = backend;
    this.#link = link;
  }

  /** Set these to break the connection of this replica alone. */
  get faults(): MemoryFaults {
    return this.#link.faults;
  }

  /** Ends the open watch, as a connection does that is cut. */
  cutWatch(): void {
    this.#link.cutWatches('cut');
  }
}

export function openMemoryStore(options: MemoryStoreOptions): MemoryStore {
  return new MemoryStore(options);
}
