import {
  backoffMs,
  type Clock,
  CodedError,
  type Component,
  type Deferred,
  deferred,
  type Logger,
  messageOf,
  type Random,
} from '@longshore/kit';
import {
  agentProtocol,
  type ContainerUtilisation,
  type HostUtilisation,
  type ImagePull,
  type Pace,
  type RegisterRequest,
  type RegisterResponse,
  type TaskProtectionResponse,
} from '@longshore/model';
import type { IdentityJournal, StoredIdentity } from '../journal/journal.js';
import type { Reporter } from '../reporter/reporter.js';
import type { Assignments } from './assignments.js';
import type { ControlPlane } from './control-plane.js';
import { withWayOut } from './refusal.js';

/** What the instance says of itself when it joins. */
export type Registration = Pick<
  RegisterRequest,
  'cluster' | 'name' | 'agentVersion' | 'agentHash' | 'dockerVersion' | 'attributes' | 'resources' | 'tags'
>;

export interface SessionParts {
  readonly controlPlane: ControlPlane;
  readonly journal: IdentityJournal;
  readonly assignments: Assignments;
  readonly reporter: Reporter;
  /** `region` is the control plane's; empty before the first answer. */
  readonly registration: (region: string) => Promise<Registration>;
  /** Where the data directory's identity is refused (a clone): join as a new instance. */
  readonly joinAsNew: boolean;
  /** Undefined where nothing is measured. */
  readonly utilisation: (() => Promise<Utilisation>) | undefined;
  /** Images that are being pulled now. */
  readonly pulls: () => readonly ImagePull[];
  readonly joined: (identity: StoredIdentity) => void;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
}

export interface Utilisation {
  readonly host: HostUtilisation;
  readonly containers: readonly ContainerUtilisation[];
}

const newcomer: StoredIdentity = {
  instance: '',
  cluster: '',
  nonce: '',
  pendingNonce: '',
  epoch: '',
  accountId: '',
  region: '',
};

const standardPace: Pace = { heartbeatMs: 10_000, reportMs: 0, utilisationMs: 15_000 };
const backoff = {
  register: { minMs: 200, maxMs: 10_000 },
  refused: { minMs: 5_000, maxMs: 60_000 },
  call: { minMs: 100, maxMs: 2_000 },
} as const;
/** Calls in a row that may fail before the session is given up and another replica is tried. */
const tries = 4;
/**
 * A control plane that is behind hears its agents in turn: a report that is sent again for want of patience would stand
 * in the line twice. A connection that is dead is found by its pings.
 */
const reportTimeoutMs = 120_000;

interface OpenSession {
  readonly ids: { readonly cluster: string; readonly instance: string; readonly session: number };
  readonly signal: AbortSignal;
  readonly ownEpoch: string;
}

/**
 * The agent's end of the line: registers, reports everything, then polls, reports and measures until the session is
 * over, and begins anew. Containers do not notice. One session at a time.
 */
export class Session implements Component {
  readonly name = 'session';
  readonly #parts: SessionParts;
  readonly #abort = new AbortController();
  readonly #joined: Deferred<void> = deferred();
  #identity: StoredIdentity;
  #open: OpenSession | undefined;
  #pace: Pace = standardPace;
  #sequence = 0;
  /** The complete report of this session is committed. */
  #reported = false;
  #running: Promise<void> = Promise.resolve();

  constructor(parts: SessionParts, identity: StoredIdentity | undefined) {
    this.#parts = parts;
    this.#identity = identity ?? newcomer;
  }

  /** The epoch of the store as the last registration named it; empty before the first. */
  get epoch(): string {
    return this.#identity.epoch;
  }

  get connected(): boolean {
    return this.#open !== undefined;
  }

  /** Resolves with the first session whose complete report is committed. */
  get joined(): Promise<void> {
    return this.#joined.promise;
  }

  start(): Promise<void> {
    this.#running = this.#run(this.#abort.signal);
    return Promise.resolve();
  }

  async stop(): Promise<void> {
    this.#abort.abort(new Error('the agent stops'));
    await this.#running;
  }

  /** Reads or changes a task's protection. Rejects with CodedError where there is no session. */
  taskProtection(
    task: string,
    change: { readonly protectionEnabled?: boolean; readonly expiresInMinutes?: number },
  ): Promise<TaskProtectionResponse> {
    if (!this.#open)
      return Promise.reject(
        new CodedError('ServerException', 'the control plane is not reachable', { retryable: true }),
      );
    return this.#parts.controlPlane.taskProtection(
      { ...this.#open.ids, task, ...change },
      { timeoutMs: 4_000 },
    );
  }

  async #run(signal: AbortSignal): Promise<void> {
    const { clock, random, logger } = this.#parts;
    for (let attempt = 0; !signal.aborted; ) {
      try {
        const { session, ownEpoch } = await this.#register(signal);
        await this.#serve(session, ownEpoch, signal);
      } catch (thrown) {
        this.#open = undefined;
        if (signal.aborted) return;
        // A server that registers and then takes no report is not to be asked without a pause.
        if (this.#reported) attempt = 0;
        this.#reported = false;
        const bounds = isRetryable(thrown) || isOver(thrown) ? backoff.register : backoff.refused;
        const waitMs = isOver(thrown) && attempt === 0 ? 0 : backoffMs(attempt, bounds, random);
        attempt += 1;
        const fields = { error: messageOf(thrown), retryInMs: Math.round(waitMs) };
        if (bounds === backoff.refused) logger.error(fields, 'control plane refuses this instance');
        else logger.warn(fields, 'session ended');
        await clock.sleep(waitMs, signal).catch(() => undefined);
      }
    }
  }

  async #register(signal: AbortSignal): Promise<{ session: RegisterResponse; ownEpoch: string }> {
    const { controlPlane, random, logger } = this.#parts;
    // A nonce whose answer never came is sent again: the server holds either this one or the last.
    const pendingNonce = this.#identity.pendingNonce || random.hexId();
    await this.#keep({ ...this.#identity, pendingNonce });
    const before = this.#identity.region;
    const registration = await this.#parts.registration(before);
    const request = this.#request(registration, pendingNonce, false);
    const bounds = { signal, timeoutMs: 20_000 };
    const session = await controlPlane.register(request, bounds).catch((thrown: unknown) => {
      if (!this.#parts.joinAsNew || isRetryable(thrown) || this.#identity.instance === '')
        throw withWayOut(thrown, request.cluster);
      logger.warn({ error: messageOf(thrown) }, 'identity refused, joining as a new instance');
      return controlPlane.register(this.#request(registration, pendingNonce, true), bounds);
    });
    const ownEpoch = this.#identity.epoch;
    const { instance, cluster, accountId, region, epoch } = session;
    await this.#keep({ instance, cluster, nonce: pendingNonce, pendingNonce: '', epoch, accountId, region });
    const again = await this.#parts.registration(region);
    // The first answer brings the region, which attributes rest on: say them once more.
    if (before !== region && JSON.stringify(again) !== JSON.stringify(registration))
      return { ...(await this.#register(signal)), ownEpoch };
    signal.throwIfAborted();
    this.#parts.joined(this.#identity);
    logger.info({ instance, cluster, session: session.session, server: session.serverVersion }, 'registered');
    return { session, ownEpoch };
  }

  #request(registration: Registration, nonce: string, joinAsNew: boolean): RegisterRequest {
    const { instance, nonce: previousNonce, epoch } = this.#identity;
    return {
      ...registration,
      protocol: agentProtocol,
      instance: joinAsNew ? '' : instance,
      previousNonce: joinAsNew ? '' : previousNonce,
      nonce,
      joinAsNew,
      epoch,
    };
  }

  async #keep(identity: StoredIdentity): Promise<void> {
    if (JSON.stringify(identity) === JSON.stringify(this.#identity)) return;
    await this.#parts.journal.writeIdentity(identity);
    this.#identity = identity;
  }

  async #serve(registered: RegisterResponse, ownEpoch: string, outer: AbortSignal): Promise<void> {
    const over = new AbortController();
    const signal = AbortSignal.any([outer, over.signal]);
    const { cluster, instance, session } = registered;
    const open: OpenSession = { ids: { cluster, instance, session }, signal, ownEpoch };
    this.#open = open;
    this.#sequence = 0;
    this.#setPace(registered.pace);
    const loops = [this.#polls(open), this.#reports(open), this.#utilisation(open)];
    try {
      await Promise.race(loops);
    } finally {
      this.#open = undefined;
      over.abort(new Error('the session is over'));
      await Promise.allSettled(loops);
    }
  }

  async #polls(open: OpenSession): Promise<never> {
    const { assignments, reporter, controlPlane } = this.#parts;
    for (;;) {
      const request = {
        ...open.ids,
        cursor: assignments.cursor,
        knownDefinitions: assignments.knownDefinitions,
      };
      const timeoutMs = this.#pace.heartbeatMs + 15_000;
      const response = await this.#call(open, (bounds) => controlPlane.poll(request, bounds), timeoutMs);
      open.signal.throwIfAborted();
      this.#setPace(response.pace);
      if (await assignments.take(response, open.ownEpoch)) reporter.instanceChanged();
    }
  }

  async #reports(open: OpenSession): Promise<never> {
    const { reporter, controlPlane } = this.#parts;
    const send: Parameters<Reporter['sendComplete']>[0] = async (batch) => {
      const request = { ...open.ids, sequence: ++this.#sequence, ...batch };
      const response = await this.#call(
        open,
        (bounds) => controlPlane.report(request, bounds),
        reportTimeoutMs,
      );
      this.#setPace(response.pace);
      return response;
    };
    await reporter.sendComplete(send);
    this.#reported = true;
    this.#joined.resolve();
    return reporter.run(send, () => this.#pace.reportMs, open.signal);
  }

  async #utilisation(open: OpenSession): Promise<never> {
    const { clock, controlPlane, utilisation, logger } = this.#parts;
    let toldPulls = false;
    for (;;) {
      await clock.sleep(this.#pace.utilisationMs, open.signal);
      const pulls = this.#parts.pulls();
      // That nothing is pulled any more is news as well, once.
      if (!utilisation && pulls.length === 0 && !toldPulls) continue;
      try {
        const measured = utilisation ? await utilisation() : { containers: [] };
        const request = { ...open.ids, ...measured, pulls };
        const bounds = { signal: open.signal, timeoutMs: 10_000 };
        this.#setPace((await controlPlane.reportUtilisation(request, bounds)).pace);
        toldPulls = pulls.length > 0;
      } catch (thrown) {
        // Not state: the next sample replaces this one. That the session is over is said by the poll.
        open.signal.throwIfAborted();
        logger.debug({ error: messageOf(thrown) }, 'utilisation not reported');
      }
    }
  }

  /** The same again while that may help; then the session is given up. */
  async #call<T>(
    open: OpenSession,
    call: (bounds: { readonly signal: AbortSignal; readonly timeoutMs: number }) => Promise<T>,
    timeoutMs: number,
  ): Promise<T> {
    const { clock, random, logger } = this.#parts;
    for (let attempt = 0; ; attempt++) {
      try {
        return await call({ signal: open.signal, timeoutMs });
      } catch (thrown) {
        open.signal.throwIfAborted();
        if (!isRetryable(thrown) || attempt + 1 >= tries) throw new SessionOver(messageOf(thrown), thrown);
        logger.debug({ error: messageOf(thrown), attempt }, 'call failed, trying again');
        await clock.sleep(backoffMs(attempt, backoff.call, random), open.signal);
      }
    }
  }

  #setPace(pace: Pace | undefined): void {
    if (pace && pace.heartbeatMs > 0)
      this.#pace = { ...pace, utilisationMs: pace.utilisationMs || standardPace.utilisationMs };
  }
}

/** This session is answered no more: register again. */
class SessionOver extends CodedError {
  constructor(message: string, cause: unknown) {
    super('SessionOver', message, { retryable: true, cause });
  }
}

function isOver(thrown: unknown): boolean {
  return thrown instanceof SessionOver;
}

/** What was not answered, or not now. A refusal stays one however often it is asked. */
function isRetryable(thrown: unknown): boolean {
  if (!(thrown instanceof CodedError)) return false;
  return (
    thrown.retryable ||
    ['DEADLINE_EXCEEDED', 'UNAVAILABLE', 'INTERNAL', 'ServerException'].includes(thrown.code)
  );
}
