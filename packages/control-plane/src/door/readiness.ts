import type { HttpAnswer, RouteHandler } from '@longshore/aws-api';
import { plain } from '@longshore/aws-api';
import type { Store } from '@longshore/store';
import type { Replica } from '../replica/replica.js';
import type { StoreSpace } from '../store-space.js';

/** /healthz: this process lives. /readyz: it can do its work, or why not. */
export class Readiness {
  readonly #store: Store;
  readonly #presence: Pick<Replica, 'lease'>;
  readonly #space: Pick<StoreSpace, 'full'>;

  constructor(parts: {
    readonly store: Store;
    readonly presence: Pick<Replica, 'lease'>;
    readonly space: Pick<StoreSpace, 'full'>;
  }) {
    this.#store = parts.store;
    this.#presence = parts.presence;
    this.#space = parts.space;
  }

  routes(): Readonly<Record<string, RouteHandler>> {
    return {
      'GET /healthz': async () => plain(200, 'ok\n'),
      'GET /readyz': async () => this.#ready(),
    };
  }

  #ready(): HttpAnswer {
    const { phase, reason } = this.#store.state;
    if (phase !== 'ready') return plain(503, `store ${phase}: ${reason}\n`);
    if (!this.#presence.lease)
      return plain(503, 'this replica has no lease: agents are answered elsewhere\n');
    // Ready all the same: stops, reports and deletions must find somebody.
    const { full } = this.#space;
    return plain(200, full === '' ? 'ready\n' : `ready, but ${full}\n`);
  }
}
