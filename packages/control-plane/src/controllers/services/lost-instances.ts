import type { ServiceRecord } from '@longshore/model';
import { optionsOf } from '@longshore/model';
import type { InstanceView } from '@longshore/scheduler';
import { keyOf } from '@longshore/store';
import type { ControllerContext } from '../controller.js';

export interface LostOptions {
  readonly replaceAfterMs: number;
}

/**
 * Whether a service replaces its tasks on an instance. The mark of the health controller is the ground: it comes after
 * the server's --replace-after, and only when not too many fell silent at once. A service that waits longer (tag
 * longshore:replace-after) waits on from there, measured by this leader.
 */
export class LostInstances {
  readonly #options: LostOptions;
  readonly #parts: Pick<ControllerContext, 'store' | 'clock'>;
  /** By instance: the mark, and the monotonic time at which it was set. */
  readonly #since = new Map<string, { readonly mark: number; readonly sinceMs: number }>();

  constructor(options: LostOptions, parts: Pick<ControllerContext, 'store' | 'clock'>) {
    this.#options = options;
    this.#parts = parts;
  }

  isLost(cluster: string, service: ServiceRecord, instance: InstanceView): boolean {
    if (instance.lost !== true) return false;
    const waitsMs = this.#waitsMs(service);
    return waitsMs === 0 || this.#lostForMs(cluster, instance.id) >= waitsMs;
  }

  /** A service that waits on is looked at now and then. */
  changesInMs(service: ServiceRecord): number | undefined {
    const waitsMs = this.#waitsMs(service);
    return waitsMs > 0 && Number.isFinite(waitsMs) ? Math.min(waitsMs, 5000) : undefined;
  }

  /** How much longer than the server the service waits. */
  #waitsMs(service: ServiceRecord): number {
    const { replaceAfterMs } = optionsOf(service.tags);
    if (replaceAfterMs === undefined) return 0;
    if (replaceAfterMs === 'never') return Number.POSITIVE_INFINITY;
    return Math.max(0, replaceAfterMs - this.#options.replaceAfterMs);
  }

  #lostForMs(cluster: string, instance: string): number {
    const { store, clock } = this.#parts;
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
