import type { Clock } from '@longshore/kit';
import type {
  ContainerUtilisation,
  HostUtilisation,
  ImagePull,
  ReportUtilisationRequest,
} from '@longshore/model';
import type { Sessions } from './sessions.js';

const keptMs = 15 * 60_000;

export interface UtilisationSample {
  readonly atMs: number;
  readonly host: HostUtilisation | undefined;
  readonly containers: readonly ContainerUtilisation[];
  readonly pulls: readonly ImagePull[];
}

/** What containers and hosts of this replica's agents use: the newest sample of each, at most 15 minutes old. */
export class UtilisationMemory {
  readonly #clock: Clock;
  readonly #sessions: Sessions;
  readonly #newest = new Map<string, UtilisationSample>();

  constructor(clock: Clock, sessions: Sessions) {
    this.#clock = clock;
    this.#sessions = sessions;
  }

  report(request: ReportUtilisationRequest): void {
    this.#sessions.hear(request);
    const { host, containers, pulls } = request;
    const name = `${request.cluster}/${request.instance}`;
    // Taken out first, so that the map's order is that of age.
    this.#newest.delete(name);
    this.#newest.set(name, {
      atMs: this.#clock.monotonicMs(),
      host,
      containers,
      pulls,
    });
    this.#forgetOld();
  }

  of(cluster: string, instance: string): (UtilisationSample & { readonly ageMs: number }) | undefined {
    const sample = this.#newest.get(`${cluster}/${instance}`);
    if (!sample) return undefined;
    const ageMs = this.#clock.monotonicMs() - sample.atMs;
    return ageMs > keptMs ? undefined : { ...sample, ageMs };
  }

  #forgetOld(): void {
    const now = this.#clock.monotonicMs();
    for (const [name, { atMs }] of this.#newest) {
      if (now - atMs <= keptMs) return;
      this.#newest.delete(name);
    }
  }
}
