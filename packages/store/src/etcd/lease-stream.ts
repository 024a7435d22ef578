import { type Clock, messageOf, type Timer } from '@longshore/kit';
import { BackendError } from '../backend.js';
import type { DuplexStream } from './endpoint.js';

interface KeepAliveAnswer {
  readonly ID: string;
  readonly TTL: string;
}

type KeepAliveDuplex = DuplexStream<{ readonly ID: string }, KeepAliveAnswer>;

interface Waiter {
  readonly answered: (ttlSeconds: number) => void;
  readonly failed: (error: BackendError) => void;
  readonly timer: Timer;
}

/** Renewals of all leases on one stream. A renewal that is not answered in time ends the stream for all: the next opens another. */
export class LeaseStream {
  readonly #open: () => Promise<KeepAliveDuplex>;
  readonly #clock: Clock;
  readonly #answerMs: number;
  readonly #defer: (fn: () => void) => void;
  readonly #waiting = new Map<string, Waiter[]>();
  #stream: Promise<KeepAliveDuplex> | undefined;

  /** `defer` runs what it is given once what has arrived has been read. */
  constructor(
    open: () => Promise<KeepAliveDuplex>,
    { clock, answerMs, defer }: { clock: Clock; answerMs: number; defer: (fn: () => void) => void },
  ) {
    this.#open = open;
    this.#clock = clock;
    this.#answerMs = answerMs;
    this.#defer = defer;
  }

  /** Seconds left; 0 where the lease is gone. */
  async renew(id: string): Promise<number> {
    this.#stream ??= this.#start();
    const stream = await this.#stream;
    return new Promise<number>((answered, failed) => {
      // After a long turn the timer comes before the answer is read that has been there all the while.
      const timer = this.#clock.timer(this.#answerMs, () =>
        this.#defer(() => {
          if (this.#waiting.get(id)?.includes(waiter)) this.end('a renewal was not answered');
        }),
      );
      const waiter: Waiter = { answered, failed, timer };
      const queue = this.#waiting.get(id);
      if (queue) queue.push(waiter);
      else this.#waiting.set(id, [waiter]);
      stream.write({ ID: id });
    });
  }

  end(reason: string): void {
    const stream = this.#stream;
    this.#stream = undefined;
    stream?.then(
      (open) => open.cancel(),
      () => undefined,
    );
    const waiting = [...this.#waiting.values()].flat();
    this.#waiting.clear();
    for (const { failed, timer } of waiting) {
      timer.cancel();
      failed(new BackendError('unknown', 'NoAnswer', `lease renewal: ${reason}`));
    }
  }

  async #start(): Promise<KeepAliveDuplex> {
    try {
      const stream = await this.#open();
      stream.on('error', (error) => this.#lost(stream, error.message));
      stream.on('end', () => this.#lost(stream, 'etcd ended the stream'));
      stream.on('data', (answer) => this.#take(answer));
      return stream;
    } catch (thrown) {
      this.#stream = undefined;
      if (thrown instanceof BackendError) throw thrown;
      throw new BackendError('unsent', 'Unreachable', messageOf(thrown), thrown);
    }
  }

  #lost(stream: KeepAliveDuplex, reason: string): void {
    void this.#stream?.then(
      (current) => {
        if (current === stream) this.end(reason);
      },
      () => undefined,
    );
  }

  #take(answer: KeepAliveAnswer): void {
    const queue = this.#waiting.get(answer.ID);
    const waiter = queue?.shift();
    if (queue?.length === 0) this.#waiting.delete(answer.ID);
    waiter?.timer.cancel();
    waiter?.answered(Number(answer.TTL));
  }
}
