import type { ControlPlane } from '@longshore/agent';
import { CodedError } from '@longshore/kit';
import type {
  Assignment,
  PollRequest,
  PollResponse,
  RegisterRequest,
  RegisterResponse,
  ReportRequest,
  ReportResponse,
  TaskDefinition,
  TaskReport,
} from '@longshore/model';
import { anAssignment } from './world.js';

/** A control plane of one instance, in memory: what the agent hears of it and what it heard of the agent. */
export class FakeControlPlane implements ControlPlane {
  epoch = 'epoch-1';
  revision = 1;
  session = 0;
  readonly registered: RegisterRequest[] = [];
  readonly reports: ReportRequest[] = [];
  readonly polls: PollRequest[] = [];
  readonly states = new Map<string, TaskReport>();
  readonly tasks = new Map<string, Assignment>();
  readonly definitions = new Map<string, TaskDefinition>();
  readonly #removed: { readonly id: string; readonly revision: number }[] = [];
  readonly #waiting = new Set<() => void>();
  /** Thrown by the next calls of this name. */
  readonly faults = new Map<'register' | 'poll' | 'report', Error>();
  region = 'us-east-1';
  /** The id that a new instance gets. */
  instance = 'fedcba9876543210fedcba9876543210';

  /** Orders a task; gives its id. */
  run(definition: TaskDefinition, assignment: Partial<Assignment> = {}): string {
    const name = `${definition.family}:${definition.revision}`;
    this.definitions.set(name, definition);
    const task = anAssignment({ definition: name, ...assignment, revision: ++this.revision });
    this.tasks.set(task.task, task);
    this.wake();
    return task.task;
  }

  stop(id: string): void {
    const task = this.tasks.get(id);
    if (task) this.tasks.set(id, { ...task, desiredStatus: 'STOPPED', revision: ++this.revision });
    this.wake();
  }

  remove(id: string): void {
    this.tasks.delete(id);
    this.#removed.push({ id, revision: ++this.revision });
    this.wake();
  }

  /** The server forgets the agent's session, as a replica that restarts does. */
  forgetSession(): void {
    this.session += 1;
    this.wake();
  }

  register(request: RegisterRequest): Promise<RegisterResponse> {
    return this.#guarded('register', () => {
      this.registered.push(request);
      this.session += 1;
      return {
        instance: request.instance || this.instance,
        cluster: request.cluster,
        session: this.session,
        serverVersion: '0.1.0',
        accountId: '123456789012',
        region: this.region,
        epoch: this.epoch,
        pace: { heartbeatMs: 5000, reportMs: 0, utilisationMs: 5000 },
      };
    });
  }

  async poll(
    request: PollRequest,
    bounds: { readonly signal?: AbortSignal; readonly timeoutMs?: number } = {},
  ): Promise<PollResponse> {
    this.polls.push(request);
    for (;;) {
      let seen = '';
      const response = await this.#guarded('poll', () => {
        this.#check(request.session);
        seen = this.#stamp();
        return this.#news(request);
      });
      if (response) return response;
      // Something happened while this was on its way.
      if (seen !== this.#stamp()) continue;
      bounds.signal?.throwIfAborted();
      await new Promise<void>((resolve, reject) => {
        const wake = (): void => {
          this.#waiting.delete(wake);
          resolve();
        };
        this.#waiting.add(wake);
        bounds.signal?.addEventListener('abort', () => reject(bounds.signal?.reason as Error), {
          once: true,
        });
      });
    }
  }

  report(request: ReportRequest): Promise<ReportResponse> {
    return this.#guarded('report', () => {
      this.#check(request.session);
      this.reports.push(request);
      for (const task of request.tasks) if (this.tasks.has(task.task)) this.states.set(task.task, task);
      return {
        acks: request.tasks.map(({ task }) => ({
          task,
          outcome: this.tasks.has(task) ? 'OUTCOME_COMMITTED' : 'OUTCOME_UNKNOWN_TASK',
        })),
      };
    });
  }

  reportUtilisation(): Promise<Record<string, never>> {
    return Promise.resolve({});
  }

  taskProtection(): Promise<Record<string, never>> {
    return Promise.resolve({});
  }

  status(id: string): string | undefined {
    return this.states.get(id)?.lastStatus;
  }

  wake(): void {
    for (const wake of this.#waiting) wake();
  }

  #stamp(): string {
    return `${this.session} ${this.revision} ${this.epoch} ${this.faults.size}`;
  }

  #check(session: number): void {
    if (session !== this.session)
      throw new CodedError('ConflictException', 'session is over: register again');
  }

  #news({ cursor }: PollRequest): PollResponse | undefined {
    const complete = cursor?.epoch !== this.epoch || cursor.revision === 0;
    const since = complete ? 0 : (cursor?.revision ?? 0);
    const changed = [...this.tasks.values()].filter((t) => t.revision > since);
    const removed = this.#removed.filter((r) => r.revision > since).map((r) => r.id);
    if (!complete && changed.length === 0 && removed.length === 0) return undefined;
    return {
      cursor: { epoch: this.epoch, revision: this.revision },
      complete,
      assignments: changed,
      unchanged: [...this.tasks.keys()].filter((id) => !changed.some((c) => c.task === id)),
      removed: complete ? [] : removed,
      definitions: changed.map((c) => ({
        name: c.definition,
        definition: this.definitions.get(c.definition),
      })),
    };
  }

  async #guarded<T>(name: 'register' | 'poll' | 'report', act: () => T): Promise<T> {
    await Promise.resolve();
    const fault = this.faults.get(name);
    if (fault) throw fault;
    return act();
  }
}
