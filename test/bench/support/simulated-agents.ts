import { messageOf } from '@longshore/kit';
import {
  type Assignment,
  aContainerRecord,
  agentProtocol,
  aTaskReport,
  type Cursor,
  type InstanceResources,
  type Pace,
  someResources,
  type TaskReport,
} from '@longshore/model';
import { type AgentClient, agentClient, openChannel } from '@longshore/rpc';
import {
  type AgentsOrder,
  type AgentsTold,
  addIds,
  Durations,
  type Fingerprint,
  noFingerprint,
} from './load.js';

const capabilities = [
  'com.amazonaws.ecs.capability.docker-remote-api.1.18',
  'com.amazonaws.ecs.capability.docker-remote-api.1.21',
  'ecs.capability.task-cpu-mem-limit',
  'ecs.capability.task-eni',
].map((name) => ({ name }));

/** Reports in one call, as the real agent's reporter. */
const reportsPerCall = 200;

/** What the agents of one process have seen, together. */
interface Seen {
  delivered: Fingerprint;
  running: number;
  readonly delivery: Durations;
  readonly problems: string[];
}

/** Agents without an engine: they speak the real protocol, and what they are told to run runs at once. */
export class SimulatedAgents {
  readonly #order: AgentsOrder;
  readonly #seen: Seen = { delivered: noFingerprint, running: 0, delivery: new Durations(), problems: [] };

  constructor(order: AgentsOrder) {
    this.#order = order;
  }

  /** Resolves when all have registered and their complete reports are committed. */
  async join(): Promise<void> {
    const numbers = Array.from({ length: this.#order.count }, (_, i) => this.#order.first + i);
    const worker = async (): Promise<void> => {
      for (let n = numbers.pop(); n !== undefined; n = numbers.pop()) {
        const agent = new SimulatedAgent(n, this.#order, this.#seen);
        await agent.join();
        agent.run();
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
  }

  told(): AgentsTold {
    const { delivered, running, delivery, problems } = this.#seen;
    return {
      kind: 'agents',
      delivered,
      running,
      delivery: delivery.toJSON(),
      problems: problems.slice(0, 10),
    };
  }
}

class SimulatedAgent {
  readonly #name: string;
  readonly #cluster: string;
  readonly #client: AgentClient;
  readonly #seen: Seen;
  readonly #resources: InstanceResources;
  readonly #tasks = new Map<string, Assignment>();
  readonly #definitions = new Set<string>();
  readonly #unreported = new Map<string, TaskReport>();
  #wake: () => void = () => undefined;
  #ids = { cluster: '', instance: '', session: 0 };
  #cursor: Cursor = { epoch: '', revision: 0 };
  #pace: Pace | undefined;
  #sequence = 0;

  constructor(number: number, order: AgentsOrder, seen: Seen) {
    this.#name = `sim-${number}`;
    this.#cluster = order.cluster;
    this.#seen = seen;
    this.#client = agentClient(openChannel({ endpoints: order.endpoints, balance: 'one' }));
    this.#resources = someResources({ cpuUnits: order.cpuUnits, memoryMiB: order.memoryMiB });
  }

  async join(): Promise<void> {
    const answer = await this.#client.Register(
      {
        protocol: agentProtocol,
        cluster: this.#cluster,
        instance: '',
        previousNonce: '',
        nonce: `${this.#name}-${process.pid}`,
        joinAsNew: false,
        name: this.#name,
        agentVersion: '0.1.0',
        dockerVersion: '20.10.24',
        attributes: [
          ...capabilities,
          { name: 'ecs.availability-zone', value: `zone-${this.#name.length % 3}` },
        ],
        resources: this.#resources,
        tags: [],
        epoch: '',
        agentHash: '',
      },
      { timeoutMs: 60_000 },
    );
    this.#ids = { cluster: answer.cluster, instance: answer.instance, session: answer.session };
    this.#pace = answer.pace;
    await this.#client.Report(
      { ...this.#ids, sequence: ++this.#sequence, tasks: [], complete: true, orphans: [] },
      { timeoutMs: 60_000 },
    );
  }

  run(): void {
    for (const loop of [this.#polls(), this.#reports()])
      loop.catch((thrown: unknown) => this.#seen.problems.push(`${this.#name}: ${messageOf(thrown)}`));
  }

  async #polls(): Promise<never> {
    for (;;) {
      const request = { ...this.#ids, cursor: this.#cursor, knownDefinitions: [...this.#definitions] };
      const answer = await this.#client.Poll(request, { timeoutMs: 120_000 });
      this.#pace = answer.pace;
      if (answer.cursor) this.#cursor = answer.cursor;
      for (const { name } of answer.definitions) this.#definitions.add(name);
      const nowMs = Date.now();
      for (const assignment of answer.assignments) this.#take(assignment, nowMs);
      for (const task of answer.removed) this.#tasks.delete(task);
      if (answer.assignments.length > 0) this.#check();
    }
  }

  #take(assignment: Assignment, nowMs: number): void {
    const { task, desiredStatus } = assignment;
    if (desiredStatus === 'STOPPED') {
      this.#tell(task, reportOf(assignment, 'STOPPED', nowMs));
      return;
    }
    if (this.#tasks.has(task)) return;
    this.#tasks.set(task, assignment);
    this.#seen.delivered = addIds(this.#seen.delivered, [task]);
    this.#seen.delivery.add(nowMs - assignment.createdAtMs);
    this.#tell(task, reportOf(assignment, 'RUNNING', nowMs));
  }

  #tell(task: string, report: TaskReport): void {
    this.#unreported.set(task, report);
    this.#wake();
  }

  /** Capacity and ports, on what the agent has been given. */
  #check(): void {
    let cpuUnits = 0;
    let memoryMiB = 0;
    const ports = new Set<number>();
    let held = 0;
    for (const { holds } of this.#tasks.values()) {
      cpuUnits += holds?.cpuUnits ?? 0;
      memoryMiB += holds?.memoryMiB ?? 0;
      for (const { port } of holds?.ports ?? []) {
        held++;
        ports.add(port);
      }
    }
    const { problems } = this.#seen;
    if (cpuUnits > this.#resources.cpuUnits || memoryMiB > this.#resources.memoryMiB)
      problems.push(`${this.#name} is over-committed: ${cpuUnits} cpu, ${memoryMiB} MiB`);
    if (ports.size < held) problems.push(`${this.#name} was given a port twice`);
  }

  async #reports(): Promise<never> {
    for (;;) {
      if (this.#unreported.size === 0)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      const gatherMs = this.#pace?.reportMs ?? 0;
      if (gatherMs > 0) await new Promise((resolve) => setTimeout(resolve, gatherMs));
      const tasks = [...this.#unreported.values()].slice(0, reportsPerCall);
      const { acks, pace } = await this.#client.Report(
        { ...this.#ids, sequence: ++this.#sequence, tasks, complete: false, orphans: [] },
        { timeoutMs: 120_000 },
      );
      this.#pace = pace;
      const told = new Map(tasks.map((t) => [t.task, t]));
      for (const { task, outcome } of acks) this.#acknowledged(task, told.get(task), outcome);
    }
  }

  #acknowledged(task: string, told: TaskReport | undefined, outcome: string): void {
    if (outcome !== 'OUTCOME_COMMITTED')
      this.#seen.problems.push(`${this.#name}: task ${task} is ${outcome}`);
    if (told && this.#unreported.get(task) === told) this.#unreported.delete(task);
    if (told?.lastStatus === 'RUNNING') this.#seen.running++;
    if (told?.lastStatus === 'STOPPED') this.#tasks.delete(task);
  }
}

/** As large as a real one: engines name containers by 64 hex digits, and images by as many. */
function reportOf(assignment: Assignment, status: 'RUNNING' | 'STOPPED', nowMs: number): TaskReport {
  const { task } = assignment;
  const container = aContainerRecord({
    name: 'main',
    lastStatus: status,
    runtimeId: task + task,
    imageDigest: task + task,
    ...(status === 'STOPPED' ? { exitCode: 0 } : {}),
  });
  const times = { pullStartedAtMs: nowMs, pullStoppedAtMs: nowMs, startedAtMs: nowMs };
  const ended = { stoppingAtMs: nowMs, executionStoppedAtMs: nowMs, stoppedAtMs: nowMs };
  return aTaskReport({
    task,
    lastStatus: status,
    containers: [container],
    ...times,
    ...(status === 'STOPPED' ? ended : {}),
  });
}
