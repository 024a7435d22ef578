import { backoffMs, messageOf, systemClock, systemRandom } from '@longshore/kit';
import {
  type Assignment,
  aContainerRecord,
  agentProtocol,
  aTaskReport,
  type Cursor,
  type InstanceResources,
  type Pace,
  type PollResponse,
  someResources,
  type TaskReport,
} from '@longshore/model';
import { type AgentLine, agentClient, agentLine, type Channel, openChannel } from '@longshore/rpc';
import { HeldTasks } from './held-tasks.js';
import type { AgentsOrder } from './load.js';
import type { Witness } from './witness.js';

const capabilities = [
  'com.amazonaws.ecs.capability.docker-remote-api.1.18',
  'com.amazonaws.ecs.capability.docker-remote-api.1.21',
  'ecs.capability.task-cpu-mem-limit',
  'ecs.capability.task-eni',
].map((name) => ({ name }));

/** Reports in one call, as the real agent's reporter. */
const reportsPerCall = 50;
const idleHost = {
  cpuUnits: 40,
  memoryMiB: 900,
  memoryTotalMiB: 7900,
  networkRxBytes: 120_000_000,
  networkTxBytes: 90_000_000,
  blockReadBytes: 800_000_000,
  blockWriteBytes: 700_000_000,
  diskUsedBytes: 9_000_000_000,
  diskTotalBytes: 40_000_000_000,
  uptimeMs: 86_400_000,
};
/**
 * Pings as the real agent's; thousands that share one event loop, which goes behind server and etcd, need more patience for
 * the answers.
 */
const keepAlive = { timeMs: 10_000, timeoutMs: 60_000 } as const;
const rejoinBackoff = { minMs: 100, maxMs: 2000 } as const;

/** One agent: registers, polls and reports; what it is told to run runs at once, what it is told to stop has stopped. */
export class SimulatedAgent {
  readonly #name: string;
  readonly #order: AgentsOrder;
  readonly #witness: Witness;
  readonly #resources: InstanceResources;
  readonly #tasks: HeldTasks;
  readonly #definitions = new Set<string>();
  readonly #unreported = new Map<string, TaskReport>();
  #channel: Channel;
  #line: AgentLine;
  #wake: () => void = () => undefined;
  #lost = new AbortController();
  #ids = { cluster: '', instance: '', session: 0 };
  #epoch = '';
  #cursor: Cursor = { epoch: '', revision: 0 };
  #pace: Pace | undefined;
  #sequence = 0;

  constructor(number: number, order: AgentsOrder, witness: Witness) {
    this.#name = `sim-${number}`;
    this.#order = order;
    this.#witness = witness;
    this.#channel = openChannel({ endpoints: order.endpoints, balance: 'one', keepAlive });
    this.#line = agentLine(this.#channel);
    this.#resources = someResources({ cpuUnits: order.cpuUnits, memoryMiB: order.memoryMiB });
    this.#tasks = new HeldTasks(this.#resources);
  }

  get held(): readonly string[] {
    return [...this.#tasks.ids()];
  }

  /** Opens a session with a complete report. */
  async join(): Promise<void> {
    this.#line.close();
    const answer = await agentClient(this.#channel).Register(
      {
        protocol: agentProtocol,
        cluster: this.#order.cluster,
        instance: this.#ids.instance,
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
        epoch: this.#epoch,
        agentHash: '',
      },
      { timeoutMs: 60_000 },
    );
    this.#ids = { cluster: answer.cluster, instance: answer.instance, session: answer.session };
    this.#epoch = answer.epoch;
    this.#pace = answer.pace;
    this.#sequence = 0;
    const nowMs = Date.now();
    const running = this.held.filter((task) => !this.#unreported.has(task));
    const tasks = [...this.#unreported.values(), ...running.map((task) => reportOf(task, 'RUNNING', nowMs))];
    await this.#report(tasks, true);
  }

  run(): void {
    void this.#run(this.#lost.signal);
  }

  /** The host goes down: nothing is said any more. */
  lose(): void {
    this.#lost.abort(new Error('the host is lost'));
    this.#channel.close();
  }

  /** The host is back, with what ran on it. */
  async return(): Promise<void> {
    this.#lost = new AbortController();
    this.#channel = openChannel({ endpoints: this.#order.endpoints, balance: 'one', keepAlive });
    this.#line = agentLine(this.#channel);
    await this.join();
    this.run();
  }

  async #run(lost: AbortSignal): Promise<void> {
    for (let attempt = 0; !lost.aborted; ) {
      try {
        if (attempt > 0) await this.join();
        attempt = 0;
        await this.#serve(lost);
      } catch (thrown) {
        if (lost.aborted) return;
        if (this.#order.rejoin !== true) {
          this.#witness.problems.push(`${this.#name}: ${messageOf(thrown)}`);
          return;
        }
        const waitMs = backoffMs(attempt++, rejoinBackoff, systemRandom);
        await new Promise((resolve) => setTimeout(resolve, waitMs));
      }
    }
  }

  /** Until the session is over. */
  async #serve(lost: AbortSignal): Promise<never> {
    const over = new AbortController();
    const signal = AbortSignal.any([lost, over.signal]);
    const loops = [this.#polls(signal), this.#reports(signal), this.#utilisation(signal)];
    try {
      return await Promise.race(loops);
    } finally {
      over.abort(new Error('the session is over'));
      // Ends the calls that run: a signal for each was a sixth of what an agent costs.
      this.#line.close();
      this.#wake();
      await Promise.allSettled(loops);
    }
  }

  async #polls(signal: AbortSignal): Promise<never> {
    for (;;) {
      signal.throwIfAborted();
      const request = { ...this.#ids, cursor: this.#cursor, knownDefinitions: [...this.#definitions] };
      // As the real agent's: the server answers a poll of quiet after `heartbeatMs`.
      const timeoutMs = (this.#pace?.heartbeatMs ?? 0) + 15_000;
      const answer = await this.#line.Poll(request, { timeoutMs });
      this.#pace = answer.pace;
      if (answer.cursor) this.#cursor = answer.cursor;
      for (const { name } of answer.definitions) this.#definitions.add(name);
      const nowMs = Date.now();
      for (const assignment of answer.assignments) this.#take(assignment, nowMs);
      for (const task of goneBy(answer, this.#tasks.ids())) this.#tasks.delete(task);
      if (answer.assignments.length > 0) this.#check();
    }
  }

  #take(assignment: Assignment, nowMs: number): void {
    const { task, desiredStatus, createdAtMs } = assignment;
    if (desiredStatus === 'STOPPED') {
      this.#witness.heard(task, { nowMs, createdAtMs, isNew: false });
      // It holds nothing from here on: the control plane may give its place away as soon as it has the report.
      this.#tasks.delete(task);
      this.#tell(task, reportOf(task, 'STOPPED', nowMs));
      return;
    }
    if (this.#tasks.has(task)) return;
    this.#tasks.add(assignment);
    this.#witness.heard(task, { nowMs, createdAtMs, isNew: true });
    this.#tell(task, reportOf(task, 'RUNNING', nowMs));
  }

  #tell(task: string, report: TaskReport): void {
    this.#unreported.set(task, report);
    this.#wake();
  }

  /** Capacity and ports, on what the agent has been given. */
  #check(): void {
    const problem = this.#tasks.problem();
    if (problem !== undefined) this.#witness.problems.push(`${this.#name} ${problem}`);
  }

  async #reports(signal: AbortSignal): Promise<never> {
    for (;;) {
      if (this.#unreported.size === 0)
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      const gatherMs = this.#pace?.reportMs ?? 0;
      if (gatherMs > 0) await new Promise((resolve) => setTimeout(resolve, gatherMs));
      signal.throwIfAborted();
      await this.#report([...this.#unreported.values()].slice(0, reportsPerCall), false);
    }
  }

  /** What the host uses, as often as the real agent says it; from a moment by chance, since a crowd joins at once. */
  async #utilisation(signal: AbortSignal): Promise<never> {
    for (let share = systemRandom.next(); ; share = 1) {
      await systemClock.sleep((this.#pace?.utilisationMs ?? 60_000) * share, signal);
      const request = { ...this.#ids, host: idleHost, containers: [], pulls: [] };
      this.#pace = (await this.#line.ReportUtilisation(request)).pace;
    }
  }

  async #report(tasks: readonly TaskReport[], complete: boolean): Promise<void> {
    const { acks, pace } = await this.#line.Report(
      { ...this.#ids, sequence: ++this.#sequence, tasks, complete, orphans: [] },
      { timeoutMs: 120_000 },
    );
    this.#pace = pace;
    const told = new Map(tasks.map((t) => [t.task, t]));
    for (const { task, outcome } of acks) this.#acknowledged(task, told.get(task), outcome);
  }

  #acknowledged(task: string, told: TaskReport | undefined, outcome: string): void {
    if (outcome !== 'OUTCOME_COMMITTED')
      this.#witness.problems.push(`${this.#name}: task ${task} is ${outcome}`);
    // What a complete report says once more is no news.
    if (!told || !this.#unreported.has(task)) return;
    if (this.#unreported.get(task) === told) this.#unreported.delete(task);
    this.#witness.committed(task, told.lastStatus);
  }
}

/** What an answer takes away: by name, or by leaving it out where it names everything. */
function goneBy(answer: PollResponse, held: Iterable<string>): readonly string[] {
  if (!answer.complete) return answer.removed;
  const listed = new Set([...answer.assignments.map((a) => a.task), ...answer.unchanged]);
  return [...held].filter((task) => !listed.has(task));
}

/** As large as a real one: engines name containers by 64 hex digits, and images by as many. */
function reportOf(task: string, status: 'RUNNING' | 'STOPPED', nowMs: number): TaskReport {
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
