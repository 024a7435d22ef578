import type { Logger } from '@longshore/kit';
import type { Metrics } from '../metrics/metrics.js';

/** How a call ended, on either wire. */
export interface EndedCall {
  readonly operation: string;
  /** `OK`, or the exception's name. */
  readonly code: string;
  readonly seconds: number;
  readonly requestId: string;
  readonly peer: string;
}

/**
 * Every call in the log and in the metrics. Agents' calls that went well are logged at trace: they come all the time,
 * and what they change is logged where it changes.
 */
export class CallLog {
  readonly #logger: Logger;
  readonly #metrics: Metrics;

  constructor(logger: Logger, metrics: Metrics) {
    this.#logger = logger;
    this.#metrics = metrics;
  }

  /** `caller` is undefined where nobody was made out; so the label has no more values than there are keys. */
  ended(
    wire: 'grpc' | 'http',
    service: string,
    caller: { readonly name: string } | undefined,
    call: EndedCall,
  ): void {
    const { operation, code, requestId, peer, seconds } = call;
    this.#metrics.count('apiRequests', { operation, code });
    this.#metrics.observe('apiSeconds', { operation }, seconds);
    this.#metrics.count('callerRequests', { wire, caller: caller?.name ?? '' });
    const isRoutine = service === 'AgentService' && code === 'OK';
    if (isRoutine && !this.#logger.isLevelEnabled('trace')) return;
    const ms = Math.round(seconds * 10_000) / 10;
    const fields = { wire, service, operation, code, requestId, peer, caller: caller?.name, ms };
    if (isRoutine) this.#logger.trace(fields, 'call');
    else this.#logger.info(fields, 'call');
  }
}
