import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { type ChannelOptions, experimental, Metadata, status } from '@grpc/grpc-js';
import { messageOf, systemClock, type Timer } from '@longshore/kit';

/** `longshore:a:7400,b:7400`: several names or addresses of one control plane. */
export const scheme = 'longshore';

interface Address {
  readonly host: string;
  readonly port: number;
}

/** Asked again no sooner than this: a channel that cannot connect asks at every attempt. */
const minIntervalMs = 2_000;

/**
 * grpc-js' own resolvers take several addresses (`ipv4:`) or one name (`dns:`). Several names need this one: each is
 * looked up, and again when a connection breaks, so that a replica that moved is found.
 */
class NamesResolver implements experimental.Resolver {
  readonly #addresses: readonly Address[];
  readonly #listener: experimental.ResolverListener;
  #askedMs = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  #generation = 0;

  constructor(
    target: experimental.GrpcUri,
    listener: experimental.ResolverListener,
    _options: ChannelOptions,
  ) {
    this.#addresses = target.path.split(',').flatMap((p) => {
      const found = experimental.splitHostPort(p);
      return found?.port === undefined ? [] : [{ host: found.host, port: found.port }];
    });
    this.#listener = listener;
  }

  static getDefaultAuthority(target: experimental.GrpcUri): string {
    return target.path.split(',')[0] ?? 'localhost';
  }

  updateResolution(): void {
    if (this.#timer) return;
    const waitMs = Math.max(0, this.#askedMs + minIntervalMs - systemClock.monotonicMs());
    this.#timer = systemClock.timer(waitMs, () => {
      this.#timer = undefined;
      this.#askedMs = systemClock.monotonicMs();
      void this.#resolve(this.#generation);
    });
  }

  destroy(): void {
    this.#generation++;
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#askedMs = Number.NEGATIVE_INFINITY;
  }

  async #resolve(generation: number): Promise<void> {
    const results = await Promise.allSettled(this.#addresses.map(endpointsOf));
    if (generation !== this.#generation) return;
    const endpoints = results.flatMap((r) => (r.status === 'fulfilled' ? r.value : []));
    if (endpoints.length > 0) {
      this.#listener(experimental.statusOrFromValue(endpoints), {}, null, '');
      return;
    }
    const failed = results.flatMap((r) => (r.status === 'rejected' ? [messageOf(r.reason)] : []));
    const details = `no endpoint could be looked up: ${failed.join('; ')}`;
    const error = { code: status.UNAVAILABLE, details, metadata: new Metadata() };
    this.#listener(experimental.statusOrFromError(error), {}, null, '');
  }
}

/** One endpoint for each address that a name has; localhost's two are one server. */
async function endpointsOf({ host, port }: Address): Promise<experimental.Endpoint[]> {
  if (isIP(host)) return [{ addresses: [{ host, port }] }];
  const found = await lookup(host, { all: true });
  const v4 = found.filter((a) => a.family === 4);
  if (host === 'localhost') return [{ addresses: found.map((a) => ({ host: a.address, port })) }];
  return (v4.length > 0 ? v4 : found).map((a) => ({ addresses: [{ host: a.address, port }] }));
}

/** Makes grpc-js know the scheme; doing it again changes nothing. */
export function registerNames(): void {
  experimental.registerResolver(scheme, NamesResolver);
}
