import { type Clock, CodedError, deferred, type Logger, messageOf } from '@longshore/kit';
import { type ImageFacts, type PullProgress, type RuntimeDriver, RuntimeError } from '@longshore/runtime';
import type { PullBehavior } from '../config/config.js';
import { credentialsFor, type RegistryCredentials } from '../config/registry-auth.js';
import { unanswered } from '../engine/executor.js';
import { digestOf } from './digest.js';
import type { ImageList } from './image-list.js';

export interface ImageProviderParts {
  readonly driver: RuntimeDriver;
  readonly behavior: PullBehavior;
  readonly inactivityMs: number;
  readonly timeoutMs: number;
  readonly credentials: readonly RegistryCredentials[];
  readonly clock: Clock;
  readonly logger: Logger;
  /** What this agent has pulled: `once` asks it, and clean-up goes by it. */
  readonly list: Pick<ImageList, 'hasPulled' | 'pulled'>;
}

export interface ProvidedImage {
  readonly id: string;
  readonly digest: string;
}

interface SharedPull {
  readonly done: Promise<void>;
  readonly abort: AbortController;
  readonly beganMs: number;
  waiting: number;
}

/** How far a pull is. */
export interface RunningPull extends PullProgress {
  readonly image: string;
  readonly elapsedMs: number;
}

const notBegun: PullProgress = { layers: 0, layersDone: 0, bytes: 0, bytesTotal: 0 };

/** Tries of one call, of a pull where nothing is cached; a registry that refuses is not asked again. */
const tries = 3;
/** How often a pull says how far it is. */
const progressMs = 5_000;
/** A registry that did not answer is left alone for so long by tasks that have a cached image. */
const silenceMs = 60_000;

/**
 * Makes images present by ECS_IMAGE_PULL_BEHAVIOR. Concurrency: any number of calls for one image share one pull; it
 * is given up when nobody waits for it any more.
 */
export class ImageProvider {
  readonly #parts: ImageProviderParts;
  readonly #pulls = new Map<string, SharedPull>();
  readonly #looks = new Map<string, Promise<ImageFacts | undefined>>();
  readonly #progress = new Map<string, PullProgress>();
  /** By image: until when its registry is not asked again, on the monotonic clock. */
  readonly #silent = new Map<string, number>();

  constructor(parts: ImageProviderParts) {
    this.#parts = parts;
  }

  async provide(image: string, signal: AbortSignal): Promise<ProvidedImage> {
    const { behavior, list } = this.#parts;
    const cached = await this.#inspect(image);
    // A digest names its content: what is there can not have changed.
    const pinned = image.includes('@sha256:') && behavior !== 'always';
    const enough = behavior === 'prefer-cached' || (behavior === 'once' && list.hasPulled(image)) || pinned;
    if (cached && (enough || this.#isSilent(image))) return provided(image, cached);
    try {
      await this.#shared(image, signal, cached && behavior !== 'always' ? 1 : tries);
    } catch (thrown) {
      if (!cached || behavior === 'always' || signal.aborted) throw thrown;
      // A pull may take hours, and clean-up does not wait for it: what was there may be gone.
      const still = await this.#look(image);
      if (!still) throw thrown;
      this.#silent.set(image, this.#parts.clock.monotonicMs() + silenceMs);
      // As ECS's agent does: what is there will do where the registry does not answer.
      this.#parts.logger.warn({ image, error: messageOf(thrown) }, 'pull failed, using the cached image');
      return provided(image, still);
    }
    const facts = await this.#look(image);
    if (!facts) throw new RuntimeError('CannotPullContainerError', `image ${image} is gone after its pull`);
    this.#silent.delete(image);
    list.pulled(image, facts.id, { wasThere: cached?.id === facts.id });
    return provided(image, facts);
  }

  /** Pulls that run, for `describe`. */
  get pulling(): readonly RunningPull[] {
    const now = this.#parts.clock.monotonicMs();
    return [...this.#pulls].map(([image, { beganMs }]) => ({
      image,
      elapsedMs: now - beganMs,
      ...(this.#progress.get(image) ?? notBegun),
    }));
  }

  /** Tasks that come together ask the engine once. */
  #inspect(image: string): Promise<ImageFacts | undefined> {
    const known = this.#looks.get(image);
    if (known) return known;
    const look = this.#look(image).finally(() => this.#looks.delete(image));
    this.#looks.set(image, look);
    return look;
  }

  /** Where the engine says no to the name itself, the pull that follows says why. */
  async #look(image: string): Promise<ImageFacts | undefined> {
    const { driver, clock } = this.#parts;
    for (let attempt = 0; ; attempt++) {
      try {
        return await driver.inspectImage(image);
      } catch (thrown) {
        if (!(thrown instanceof RuntimeError) || unanswered(thrown.code)) throw thrown;
        if (!thrown.retryable) return undefined;
        if (attempt + 1 >= tries)
          throw new RuntimeError('CannotPullContainerError', thrown.message, { cause: thrown });
        await clock.sleep(1000 * 2 ** attempt);
      }
    }
  }

  #isSilent(image: string): boolean {
    if (this.#parts.behavior === 'always') return false;
    return (this.#silent.get(image) ?? 0) > this.#parts.clock.monotonicMs();
  }

  async #shared(image: string, signal: AbortSignal, atMost: number): Promise<void> {
    signal.throwIfAborted();
    const pull = this.#pulls.get(image) ?? this.#begin(image, atMost);
    pull.waiting += 1;
    const given = deferred<never>();
    const giveUp = (): void => given.reject(signal.reason as Error);
    signal.addEventListener('abort', giveUp, { once: true });
    try {
      await Promise.race([pull.done, given.promise]);
    } finally {
      signal.removeEventListener('abort', giveUp);
      pull.waiting -= 1;
      if (pull.waiting === 0)
        pull.abort.abort(new CodedError('CannotPullContainerError', 'nobody waits for it'));
    }
  }

  #begin(image: string, atMost: number): SharedPull {
    const abort = new AbortController();
    const done = this.#pull(image, atMost, abort.signal).finally(() => {
      this.#pulls.delete(image);
      this.#progress.delete(image);
    });
    const pull: SharedPull = { done, abort, beganMs: this.#parts.clock.monotonicMs(), waiting: 0 };
    // Whoever waits hears of a failure; one that everybody has left must not end the process.
    done.catch(() => undefined);
    this.#pulls.set(image, pull);
    return pull;
  }

  async #pull(image: string, atMost: number, signal: AbortSignal): Promise<void> {
    const { driver, clock, logger, timeoutMs, inactivityMs } = this.#parts;
    const found = credentialsFor(image, this.#parts.credentials);
    const auth = found && { username: found.username, password: found.password, serverAddress: found.server };
    logger.info({ image }, 'pull started');
    let saidAtMs = clock.monotonicMs();
    for (let attempt = 0; ; attempt++) {
      try {
        await driver.pullImage(image, {
          signal,
          timeoutMs,
          inactivityMs,
          auth,
          onProgress: (progress) => {
            this.#progress.set(image, progress);
            const now = clock.monotonicMs();
            if (now - saidAtMs < progressMs) return;
            saidAtMs = now;
            logger.info({ image, ...progress }, 'pull goes on');
          },
        });
        logger.info({ image }, 'pull finished');
        return;
      } catch (thrown) {
        const retryable = thrown instanceof CodedError && thrown.retryable;
        if (signal.aborted || !retryable || attempt + 1 >= atMost) throw thrown;
        logger.warn({ image, error: messageOf(thrown) }, 'pull failed, trying again');
        await clock.sleep(1000 * 2 ** attempt, signal);
      }
    }
  }
}

function provided(image: string, { id, digests }: ImageFacts): ProvidedImage {
  return { id, digest: digestOf(image, digests) };
}
