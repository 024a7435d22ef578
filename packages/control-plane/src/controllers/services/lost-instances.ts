import { optionsOf, type ServiceRecord } from '@longshore/model';
import type { InstanceView } from '@longshore/scheduler';
import { keyOf } from '@longshore/store';
import type { PlacingContext } from '../../api/context.js';

export interface LostOptions {
  readonly replaceAfterMs: number;
}

/**
 * Whether a service replaces its tasks on an instance. The mark of the health controller is the ground: it is set once
 * the least patient service with tasks there has waited long enough, and only when not too many fell silent at once.
 * Every other service (by its tag longshore:replace-after, else the server's default) waits on from there.
 */
export class LostInstances {
  readonly #options: LostOptions;
  readonly #context: PlacingContext;
  /** By instance: the mark, and the monotonic time at which it was set. */
  readonly #since = new Map<string, { readonly mark: number; readonly sinceMs: number }>();
  #soonestMs: number | undefined;

  constructor(options: LostOptions, context: PlacingContext) {
    this.#options = options;
    this.#context = context;
  }

  isLost(cluster: string, service: ServiceRecord, instance: InstanceView): boolean {
    if (instance.lost !== true) return false;
    const ownMs = this.#patienceMs(service);
    if (ownMs === Number.POSITIVE_INFINITY) return false;
    const leftMs = ownMs - this.#markedAfterMs(cluster, instance.id) - this.#lostForMs(cluster, instance.id);
    if (leftMs <= 0) return true;
    this.#soonestMs = Math.min(this.#soonestMs ?? leftMs, leftMs);
    return false;
  }

  /** When time alone changes an answer that was given since the last asking. */
  takeSoonestMs(): number | undefined {
    const soonest = this.#soonestMs;
    this.#soonestMs = undefined;
    return soonest;
  }

  #patienceMs({ tags }: Pick<ServiceRecord, 'tags'>): number {
    const { replaceAfterMs = this.#options.replaceAfterMs } = optionsOf(tags);
    return replaceAfterMs === 'never' ? Number.POSITIVE_INFINITY : replaceAfterMs;
  }

  /** What the health controller had waited when it set the mark: the patience of the least patient service there. */
  #markedAfterMs(cluster: string, instance: string): number {
    const { store } = this.#context;
    let leastMs = this.#options.replaceAfterMs;
    const seen = new Set<string>();
    for (const { service } of store.tasks.onInstance(cluster, instance)) {
      if (service === '' || seen.has(service)) continue;
      seen.add(service);
      const record = store.get(keyOf('service', cluster, service))?.value;
      if (record) leastMs = Math.min(leastMs, this.#patienceMs(record));
    }
    return leastMs;
  }

  #lostForMs(cluster: string, instance: string): number {
    const { store, clock } = this.#context;
    const mark = store.get(keyOf('instance', cluster, instance))?.value.lostSinceMs ?? 0;
    const nowMs = clock.monotonicMs();
    const key = `${cluster}/${instance}`;
    let known = this.#since.get(key);
    if (known?.mark !== mark) {
      known = { mark, sinceMs: nowMs - Math.max(0, clock.wallMs() - mark) };
      this.#since.set(key, known);
    }
    return nowMs - known.sinceMs;
  }
}
