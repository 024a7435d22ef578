import { messageOf } from '@longshore/kit';
import {
  type Assignment,
  type Attribute,
  aContainerRecord,
  agentProtocol,
  aTaskReport,
  type Cursor,
  type InstanceResources,
  type RegisterResponse,
  someResources,
  type TaskReport,
  type TaskStatus,
} from '@longshore/model';
import {
  type AgentClient,
  type AgentLine,
  agentClient,
  agentLine,
  type Channel,
  openChannel,
} from '@longshore/rpc';

export interface SimAgentOptions {
  readonly endpoint: string;
  readonly token?: string;
  readonly cluster?: string;
  readonly name?: string;
  readonly resources?: Partial<InstanceResources>;
  readonly attributes?: readonly Attribute[];
  /** Stays silent about what it is given: tasks stay PENDING. */
  readonly idle?: boolean;
}

/** The capabilities that the definitions of these tests require. */
const capabilities: readonly Attribute[] = [
  'com.amazonaws.ecs.capability.docker-remote-api.1.18',
  'com.amazonaws.ecs.capability.docker-remote-api.1.21',
  'com.amazonaws.ecs.capability.logging-driver.json-file',
  'ecs.capability.task-cpu-mem-limit',
  'ecs.capability.task-eni',
].map((name) => ({ name }));

/** An agent that speaks the real protocol and runs tasks in its head: what it is told to run runs at once. */
export class SimAgent {
  readonly #options: SimAgentOptions;
  readonly #channel: Channel;
  readonly client: AgentClient;
  readonly #line: AgentLine;
  readonly tasks = new Map<string, { assignment: Assignment; status: TaskStatus }>();
  readonly definitions = new Set<string>();
  /** Every task ever started, to see that none is started twice. */
  readonly started: string[] = [];
  readonly #stop = new AbortController();
  #loop: Promise<void> | undefined;
  #sequence = 0;
  #nonce = 0;
  cursor: Cursor = { epoch: '', revision: 0 };
  instance = '';
  epoch = '';
  session = 0;
  lastError = '';

  constructor(options: SimAgentOptions) {
    this.#options = options;
    this.#channel = openChannel({
      endpoints: [options.endpoint],
      balance: 'one',
      ...(options.token ? { token: options.token } : {}),
    });
    this.client = agentClient(this.#channel);
    this.#line = agentLine(this.#channel);
  }

  async register(): Promise<RegisterResponse> {
    // As a real agent: a nonce whose answer never came is sent again.
    const previousNonce = this.#nonce === 0 ? '' : this.nonce();
    const answer = await this.client.Register({
      protocol: agentProtocol,
      cluster: this.#options.cluster ?? 'default',
      instance: this.instance,
      previousNonce,
      nonce: this.nonce(this.#nonce + 1),
      joinAsNew: false,
      name: this.#options.name ?? 'sim',
      agentVersion: '0.1.0',
      dockerVersion: '20.10.24',
      attributes: this.#options.attributes ?? [
        ...capabilities,
        { name: 'ecs.availability-zone', value: 'us-east-1a' },
      ],
      resources: someResources(this.#options.resources),
      tags: [],
      epoch: this.epoch,
      agentHash: '',
    });
    this.#nonce++;
    this.instance = answer.instance;
    this.session = answer.session;
    this.epoch = answer.epoch;
    await this.report(
      [...this.tasks.values()].map((t) => this.reportOf(t.assignment.task, t.status)),
      true,
    );
    return answer;
  }

  nonce(number = this.#nonce): string {
    return `${this.#options.name ?? 'sim'}-nonce-${number}`;
  }

  get ids(): { cluster: string; instance: string; session: number } {
    return { cluster: this.#options.cluster ?? 'default', instance: this.instance, session: this.session };
  }

  async report(tasks: readonly TaskReport[], complete = false, impairedReason?: string) {
    return await this.#line.Report({
      ...this.ids,
      sequence: ++this.#sequence,
      tasks,
      complete,
      orphans: [],
      ...(impairedReason === undefined ? {} : { impairedReason }),
    });
  }

  reportOf(task: string, status: TaskStatus): TaskReport {
    const stopped = status === 'STOPPED';
    return aTaskReport({
      task,
      lastStatus: status,
      startedAtMs: status === 'RUNNING' || stopped ? Date.now() : 0,
      stoppedAtMs: stopped ? Date.now() : 0,
      containers: [
        aContainerRecord({ lastStatus: stopped ? 'STOPPED' : status === 'RUNNING' ? 'RUNNING' : 'PENDING' }),
      ],
    });
  }

  /** One poll, taken in. */
  async poll(): Promise<readonly Assignment[]> {
    const answer = await this.#line.Poll(
      { ...this.ids, cursor: this.cursor, knownDefinitions: [...this.definitions] },
      { signal: this.#stop.signal },
    );
    if (answer.cursor) this.cursor = answer.cursor;
    for (const { name } of answer.definitions) this.definitions.add(name);
    for (const task of answer.removed) this.tasks.delete(task);
    if (answer.complete) {
      const listed = new Set([...answer.assignments.map((a) => a.task), ...answer.unchanged]);
      for (const task of this.tasks.keys()) if (!listed.has(task)) this.tasks.delete(task);
    }
    return answer.assignments;
  }

  /** What a real agent does, without the engine. */
  async act(assignments: readonly Assignment[]): Promise<void> {
    const reports: TaskReport[] = [];
    for (const assignment of assignments) {
      const known = this.tasks.get(assignment.task);
      if (assignment.desiredStatus === 'STOPPED') {
        if (known?.status !== 'STOPPED') reports.push(this.reportOf(assignment.task, 'STOPPED'));
        this.tasks.set(assignment.task, { assignment, status: 'STOPPED' });
      } else if (!known) {
        if (!this.definitions.has(assignment.definition))
          throw new Error(`no body of ${assignment.definition}`);
        this.started.push(assignment.task);
        this.tasks.set(assignment.task, { assignment, status: 'RUNNING' });
        reports.push(this.reportOf(assignment.task, 'RUNNING'));
      }
    }
    if (reports.length > 0 && !this.#options.idle) await this.report(reports);
  }

  async start(): Promise<this> {
    await this.register();
    this.#loop = this.#run();
    return this;
  }

  async #run(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      try {
        await this.act(await this.poll());
      } catch (thrown) {
        if (this.#stop.signal.aborted) return;
        this.lastError = messageOf(thrown);
        await new Promise((resolve) => setTimeout(resolve, 20));
        await this.register().catch((error: unknown) => {
          this.lastError = messageOf(error);
        });
      }
    }
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('stopped'));
    await this.#loop;
    this.#channel.close();
  }
}
