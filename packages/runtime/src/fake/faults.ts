import type { Timer } from '@longshore/kit';
import { defaultDeadlinesMs, type EngineCall } from '../deadlines.js';
import type { CallOptions } from '../driver.js';
import { RuntimeError, type RuntimeErrorCode } from '../errors.js';
import type { Timeline } from './timeline.js';

export interface Fault {
  readonly calls: readonly EngineCall[] | 'all';
  /**
   * hang: no answer until lifted, then the call goes on. serverError: HTTP 500, nothing done.
   * lostAnswer: it is done, but the caller hears EngineUnavailable.
   */
  readonly kind: 'hang' | 'serverError' | 'lostAnswer';
  /** How many calls it hits; all until lifted where absent. */
  readonly times?: number;
  readonly message?: string;
}

interface ActiveFault {
  readonly fault: Fault;
  left: number;
  lifted: boolean;
  readonly waiting: Set<() => void>;
}

/** The door that every call of the fake engine goes through: faults, an engine that is down, deadlines, counts. */
export class CallGate {
  readonly #timeline: Timeline;
  readonly #faults = new Set<ActiveFault>();
  readonly #counts = new Map<EngineCall, number>();
  /** While it is set, every call is refused with these words. */
  down: string | undefined;

  constructor(timeline: Timeline) {
    this.#timeline = timeline;
  }

  /** How often a call was made, whatever became of it. */
  count(call: EngineCall): number {
    return this.#counts.get(call) ?? 0;
  }

  /** Gives the function that lifts it. */
  add(fault: Fault): () => void {
    const active: ActiveFault = {
      fault,
      left: fault.times ?? Number.POSITIVE_INFINITY,
      lifted: false,
      waiting: new Set(),
    };
    this.#faults.add(active);
    return () => {
      active.lifted = true;
      this.#faults.delete(active);
      for (const go of active.waiting) go();
    };
  }

  async pass<T>(
    call: EngineCall,
    code: RuntimeErrorCode,
    options: CallOptions,
    act: (bounds: Bounds) => T | Promise<T>,
  ): Promise<T> {
    this.#counts.set(call, this.count(call) + 1);
    const bounds = new Bounds(this.#timeline, call, options);
    try {
      bounds.throwIfOver();
      const fault = this.#take(call);
      if (fault?.fault.kind === 'hang' && !fault.lifted) await bounds.race(hung(fault));
      if (this.down !== undefined)
        throw new RuntimeError('EngineUnavailable', this.down, { retryable: true });
      if (fault?.fault.kind === 'serverError')
        throw new RuntimeError(code, fault.fault.message ?? 'server error', { retryable: true });
      const answer = await act(bounds);
      if (fault?.fault.kind === 'lostAnswer')
        throw new RuntimeError('EngineUnavailable', 'connection reset', { retryable: true });
      return answer;
    } finally {
      bounds.end();
    }
  }

  #take(call: EngineCall): ActiveFault | undefined {
    for (const active of this.#faults) {
      const { calls } = active.fault;
      if (calls !== 'all' && !calls.includes(call)) continue;
      active.left -= 1;
      if (active.left <= 0) this.#faults.delete(active);
      return active;
    }
    return undefined;
  }
}

function hung(fault: ActiveFault): (done: () => void) => void {
  return (done) => {
    fault.waiting.add(done);
  };
}

/** How long one call may wait: its deadline and its caller's signal. Costs nothing until it waits. */
export class Bounds {
  readonly #timeline: Timeline;
  readonly #call: EngineCall;
  readonly #options: CallOptions;
  #deadline: Timer | undefined;
  #onAbort: (() => void) | undefined;
  #reject: (error: RuntimeError) => void = () => {};
  /** Added to the call's own deadline: what the caller asked the engine to wait for. */
  extraMs = 0;

  constructor(timeline: Timeline, call: EngineCall, options: CallOptions) {
    this.#timeline = timeline;
    this.#call = call;
    this.#options = options;
  }

  throwIfOver(): void {
    if (this.#options.signal?.aborted) throw this.#aborted();
  }

  /** Waits until `begin` calls back; rejects when the deadline or the signal comes first. */
  race(begin: (done: () => void) => void): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const ms = (this.#options.timeoutMs ?? defaultDeadlinesMs[this.#call]) + this.extraMs;
      this.#reject = reject;
      this.#deadline ??= this.#timeline.after(ms, () => this.#reject(this.#timedOut(ms)));
      if (!this.#onAbort) {
        this.#onAbort = () => this.#reject(this.#aborted());
        this.#options.signal?.addEventListener('abort', this.#onAbort, { once: true });
      }
      begin(resolve);
    });
  }

  sleep(ms: number): Promise<void> {
    return this.race((done) => void this.#timeline.after(ms, done));
  }

  end(): void {
    this.#deadline?.cancel();
    if (this.#onAbort) this.#options.signal?.removeEventListener('abort', this.#onAbort);
  }

  #timedOut(ms: number): RuntimeError {
    return new RuntimeError('DockerTimeoutError', `docker: no answer to ${this.#call} for ${ms / 1000} s`, {
      retryable: true,
    });
  }

  #aborted(): RuntimeError {
    return new RuntimeError('RuntimeError', `docker: ${this.#call} was given up`, {
      retryable: true,
      cause: this.#options.signal?.reason,
    });
  }
}
