import type { Clock, Component, Ending, Later, Logger } from '@longshore/kit';
import type {
  PollRequest,
  PollResponse,
  RegisterRequest,
  RegisterResponse,
  ReportRequest,
  ReportResponse,
  ReportUtilisationRequest,
  ReportUtilisationResponse,
  TaskProtectionRequest,
  TaskProtectionResponse,
} from '@longshore/model';
import type { Lease, Store } from '@longshore/store';
import type { Call, OperationContext } from '../api/operation.js';
import { protectTask } from '../api/tasks/protection.js';
import { Departures } from './departures.js';
import { Heartbeats } from './heartbeats.js';
import { Pacer } from './pace.js';
import { type PollLine, Polls } from './poll.js';
import { type RegistrationParts, Registrations } from './register.js';
import { Reports } from './report.js';
import { Sessions } from './sessions.js';
import { type AgentTurns, agentTurns, waitsToBeRead } from './turns.js';
import { UtilisationMemory } from './utilisation.js';

export interface DispatcherParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly lease: () => Lease | undefined;
  readonly replica: string;
  readonly serverVersion: string;
  readonly accountId: string;
  readonly region: string;
  readonly cluster: RegistrationParts['cluster'];
  readonly instanceTimeoutMs: number;
  readonly onRunning: (sinceCreatedMs: number) => void;
  /** Whether more tasks wait for a place than are given one at a time. */
  readonly isRush: () => boolean;
}

/** The agents' side of this replica: they register, poll for assignments and report. */
export class Dispatcher implements Component {
  readonly name = 'dispatcher';
  readonly sessions: Sessions;
  readonly utilisation: UtilisationMemory;
  readonly #departures: Departures;
  readonly #pacer: Pacer;
  readonly #registrations: Registrations;
  readonly #polls: Polls;
  readonly #reports: Reports;
  readonly #heartbeats: Heartbeats;
  readonly #turns: AgentTurns;

  constructor(parts: DispatcherParts) {
    const { store, clock } = parts;
    const sessions = new Sessions(store, clock);
    const departures = new Departures(store);
    const turns = agentTurns(clock);
    const pacer = new Pacer({
      clock,
      instanceTimeoutMs: parts.instanceTimeoutMs,
      agents: () => sessions.size,
    });
    this.sessions = sessions;
    this.utilisation = new UtilisationMemory(clock, sessions);
    this.#departures = departures;
    this.#pacer = pacer;
    this.#turns = turns;
    this.#registrations = new Registrations({ ...parts, sessions, pacer });
    this.#polls = new Polls({ store, clock, sessions, departures, pacer, isRush: parts.isRush, turns });
    this.#reports = new Reports({ ...parts, sessions, pacer, turns });
    this.#heartbeats = new Heartbeats({ ...parts, sessions });
  }

  async start(): Promise<void> {
    await this.#heartbeats.start();
  }

  async stop(): Promise<void> {
    await this.#heartbeats.stop();
    this.#polls.stop();
    this.#departures.stop();
    this.sessions.stop();
  }

  /** How late the event loop was: agents are paced by it. */
  loopWas(lateMs: number): void {
    this.#pacer.loopWas(lateMs);
  }

  /** Resolves when what an agent says may be read; undefined: now. */
  turnToRead(operation: string, bytes: number): Promise<void> | undefined {
    return waitsToBeRead(operation, bytes) ? this.#turns.next('intake') : undefined;
  }

  register(request: RegisterRequest, signal: AbortSignal): Promise<RegisterResponse> {
    return this.#registrations.register(request, signal);
  }

  poll(request: PollRequest, gone: Ending, line?: PollLine): Later<PollResponse> {
    return this.#polls.poll(request, gone, line);
  }

  report(request: ReportRequest): Promise<ReportResponse> {
    return this.#reports.report(request);
  }

  /** For the container's own endpoint: an agent may protect the tasks of its own instance. */
  async taskProtection(
    request: TaskProtectionRequest,
    call: Pick<Call, 'signal' | 'region'>,
    context: OperationContext,
  ): Promise<TaskProtectionResponse> {
    const { cluster } = this.sessions.hear(request);
    const { task, protectionEnabled: enabled, expiresInMinutes } = request;
    if (context.store.tasks.get(cluster, task)?.instance !== request.instance)
      return { failure: { arn: task, reason: 'MISSING' } };
    return await protectTask({ cluster, task, wish: { enabled, expiresInMinutes } }, call, context);
  }

  reportUtilisation(request: ReportUtilisationRequest): ReportUtilisationResponse {
    this.utilisation.report(request);
    return { pace: this.#pacer.pace() };
  }
}
