import type { DeploymentRecord, Service, ServiceRecord } from '@longshore/model';
import {
  beginDeployment,
  healthRules,
  type InstanceView,
  type PastEvent,
  type PlacementRequest,
  place,
  qualifiedInstances,
  type RosterRules,
  reconcileService,
  type ServiceDecision,
  type ServiceInstances,
  ServiceRoster,
  type ServiceSettings,
  type ServiceSnapshot,
  type StartTasks,
  type StoppedTask,
  serviceInstances,
  serviceTexts,
  type Unplaced,
  verdictOf,
} from '@longshore/scheduler';
import { anInstance, aRequest, type InstanceOptions, idOf } from '../builders.js';

/** What becomes of the tasks of a deployment. */
export type Fate = 'runs' | 'fails to start' | 'crashes' | 'is unhealthy' | 'stands still';

interface WorldTask extends StoppedTask {
  readonly counted: boolean;
  readonly startedAtMs: number;
}

export interface WorldOptions {
  readonly spec?: Service;
  readonly instances?: readonly InstanceOptions[];
  readonly settings?: Partial<ServiceSettings>;
}

const settings: ServiceSettings = {
  healthyAfterMs: 3000,
  placeWithinMs: 60_000,
  rebalanceLevels: 0,
  rebalanceDryRun: false,
  lostPolicy: 'keep_replacement',
};

export const stepMs = 1000;
/** Longer waits than this are skipped. */
const skipMs = 10_000;

/** A service, its tasks and its instances: decisions are applied, tasks live on, time passes. */
export class World {
  nowMs = 10_000_000;
  service: ServiceRecord;
  deployments: ReadonlyMap<string, DeploymentRecord> = new Map();
  readonly tasks = new Map<string, WorldTask>();
  readonly instances = new Map<string, InstanceOptions>();
  readonly lost = new Set<string>();
  readonly wasLost = new Map<string, { sinceMs: number; untilMs: number }>();
  readonly busy = new Set<string>();
  readonly fates = new Map<string, Fate>();
  readonly healthChecked = new Set<string>();
  events: PastEvent[] = [];
  settings: ServiceSettings;
  unplaced: Unplaced | undefined;
  #writtenAtMs = this.nowMs;
  #ordinal = 0;

  constructor(options: WorldOptions = {}) {
    const spec = { serviceName: 'web', desiredCount: 4, ...options.spec };
    this.settings = { ...settings, ...options.settings };
    this.service = {
      spec,
      status: 'ACTIVE',
      createdAtMs: this.nowMs,
      createdBy: '',
      primaryDeployment: '',
      currentRevision: '',
      actions: [],
      statusChangedAtMs: 0,
      tags: [],
      requestHash: new Uint8Array(),
    };
    (options.instances ?? [{}, {}, {}]).forEach((instance, n) => {
      this.instances.set(idOf(n), instance);
    });
    this.deploy();
  }

  get spec(): Service {
    return this.service.spec ?? {};
  }

  configure(spec: Service): void {
    this.service = { ...this.service, spec: { ...this.spec, ...spec } };
  }

  /** A new deployment of a new revision, whose tasks meet this fate. */
  deploy(fate: Fate = 'runs'): string {
    const digits = String(100 + this.deployments.size);
    this.fates.set(digits, fate);
    const records = { service: this.service, deployments: this.deployments };
    const begun = beginDeployment(records, {
      digits,
      revision: `r${digits}`,
      forced: false,
      nowMs: this.nowMs,
    });
    this.service = begun.service;
    this.deployments = begun.deployments;
    this.#writtenAtMs = this.nowMs;
    this.unplaced = undefined;
    return digits;
  }

  primary(): DeploymentRecord {
    return this.deployments.get(this.service.primaryDeployment) as DeploymentRecord;
  }

  record(digits: string): DeploymentRecord {
    return this.deployments.get(digits) as DeploymentRecord;
  }

  write(digits: string, change: Partial<DeploymentRecord>): void {
    this.deployments = new Map(this.deployments).set(digits, { ...this.record(digits), ...change });
  }

  snapshot(): ServiceSnapshot {
    const views = this.views();
    const request = this.#request(undefined);
    const spec = this.spec;
    const instances = serviceInstances({
      instances: views,
      view: (id) => views.find((view) => view.id === id),
      request: { group: 'service:web', strategies: spec.placementStrategy ?? [] },
      qualified: () => qualifiedInstances({ instances: views }, request),
      isLost: ({ id }) => this.lost.has(id),
      isBusy: ({ id }) => this.busy.has(id),
      wasLost: (id) => this.wasLost.get(id),
    });
    return {
      name: 'web',
      service: this.service,
      deployments: this.deployments,
      healthChecked: this.healthChecked,
      tasks: this.#roster(instances),
      stopped: [...this.tasks.values()].filter((t) => t.lastStatus === 'STOPPED' && !t.counted),
      instances,
      events: this.events,
      settings: this.settings,
      sinceWrittenMs: this.nowMs - this.#writtenAtMs,
      unplaced: this.unplaced,
    };
  }

  decide(): ServiceDecision {
    return reconcileService(this.snapshot(), this.nowMs);
  }

  reconcile(): ServiceDecision {
    const decision = this.decide();
    this.apply(decision);
    return decision;
  }

  apply(decision: ServiceDecision): void {
    for (const { task } of decision.stop)
      this.change(task, { desiredStatus: 'STOPPED', stopCode: 'ServiceSchedulerInitiated' });
    for (const { task, reason } of decision.stop) this.change(task, { stoppedReason: reason });
    for (const id of decision.counted) this.change(id, { counted: true });
    if (decision.deployments.size > 0) {
      this.deployments = new Map([...this.deployments, ...decision.deployments]);
      this.#writtenAtMs = this.nowMs;
    }
    this.service = decision.service ?? this.service;
    this.say(decision.events);
    for (const start of decision.start) this.#start(start);
  }

  say(messages: readonly string[]): void {
    const added = messages.map((message) => ({ message, createdAtMs: this.nowMs }));
    this.events = [...added.reverse(), ...this.events].slice(0, 100);
  }

  change(id: string, change: Partial<WorldTask>): void {
    this.tasks.set(id, { ...(this.tasks.get(id) as WorldTask), ...change });
  }

  /** Every task moves on as its deployment's fate has it. */
  step(ms = stepMs): void {
    this.nowMs += ms;
    for (const task of this.tasks.values()) this.#live(task);
  }

  /**
   * Reconciles and lets live until nothing happens any more; time that nothing happens in is skipped. Throws when that
   * takes too long.
   */
  settle(watch: (decision: ServiceDecision) => void = () => undefined, maxSteps = 300): void {
    let quiet = 0;
    for (let n = 0; n < maxSteps; n++) {
      const before = JSON.stringify([...this.tasks.values()]);
      const decision = this.decide();
      watch(decision);
      this.apply(decision);
      const isQuiet = isNothing(decision);
      const wakeAfterMs = decision.wakeAfterMs ?? 0;
      this.step(isQuiet && wakeAfterMs > skipMs ? wakeAfterMs : stepMs);
      const moved = JSON.stringify([...this.tasks.values()]) !== before;
      const isSoon = wakeAfterMs > 0 && wakeAfterMs <= skipMs;
      quiet = moved || !isQuiet || isSoon ? 0 : quiet + 1;
      if (quiet > 5) return;
    }
    throw new Error(`not settled after ${maxSteps} steps: ${this.describe()}`);
  }

  /** Reconciles and lets live, step by step. */
  run(steps: number, watch: (decision: ServiceDecision) => void = () => undefined): void {
    for (let n = 0; n < steps; n++) {
      watch(this.reconcile());
      this.step();
    }
  }

  /** Tasks that want to run, on instances that are not lost. */
  active(deployment?: string): WorldTask[] {
    return [...this.tasks.values()].filter(
      (task) =>
        task.desiredStatus === 'RUNNING' &&
        task.lastStatus !== 'STOPPED' &&
        !this.lost.has(task.instance) &&
        (deployment === undefined || task.deployment === deployment),
    );
  }

  healthy(deployment?: string): WorldTask[] {
    return this.active(deployment).filter((task) => this.isHealthy(task));
  }

  isHealthy(task: WorldTask): boolean {
    if (task.lastStatus !== 'RUNNING') return false;
    if (this.healthChecked.has(task.deployment)) return task.healthStatus === 'HEALTHY';
    return this.nowMs - task.startedAtMs >= this.settings.healthyAfterMs;
  }

  messages(): string[] {
    return this.events.map(({ message }) => message);
  }

  perInstance(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { instance } of this.active()) counts[instance] = (counts[instance] ?? 0) + 1;
    return counts;
  }

  views(): InstanceView[] {
    return [...this.instances].map(([id, options]) => {
      const tasks = [...this.tasks.values()].filter((task) => task.instance === id);
      return anInstance(Number.parseInt(id, 16), {
        ...options,
        lost: this.lost.has(id),
        agentConnected: !this.lost.has(id) && (options.agentConnected ?? true),
        tasks: tasks.map((task) => ({ ...task, group: 'service:web', family: 'web' })),
      });
    });
  }

  describe(): string {
    const tasks = [...this.tasks.values()].filter((task) => task.lastStatus !== 'STOPPED');
    return JSON.stringify(
      { primary: this.primary(), tasks, events: this.messages().slice(0, 5) },
      undefined,
      1,
    );
  }

  #start(start: StartTasks): void {
    const request = this.#request(start);
    const requests =
      start.oneEach && start.onlyInstances !== undefined
        ? start.onlyInstances.map((id) => ({ ...request, count: 1, onlyInstances: [id] }))
        : [request];
    const { placed, refused } = place({ instances: this.views() }, requests, { seed: this.#ordinal });
    const ids = placed.map(({ instance }) => this.#add(start.deployment, instance));
    if (ids.length > 0) this.say([serviceTexts.started('web', ids)]);
    const count = refused.reduce((sum, refusal) => sum + refusal.count, 0);
    const refusal = refused[0];
    this.unplaced = refusal && { deployment: start.deployment, count, purpose: start.purpose, refusal };
  }

  #add(deployment: string, instance: string): string {
    const id = `t${String(++this.#ordinal).padStart(5, '0')}`;
    this.tasks.set(id, {
      id,
      deployment,
      instance,
      lastStatus: 'PENDING',
      desiredStatus: 'RUNNING',
      healthStatus: 'UNKNOWN',
      runningForMs: 0,
      createdAtMs: this.nowMs,
      startedAtMs: 0,
      protectedUntilMs: 0,
      counted: false,
    });
    return id;
  }

  #request(start: StartTasks | undefined): PlacementRequest {
    const { placementConstraints = [], placementStrategy = [] } = this.spec;
    return aRequest({
      count: start?.count ?? 0,
      deployment: start?.deployment,
      constraints: placementConstraints,
      strategies: placementStrategy,
      onlyInstances: start?.onlyInstances,
    });
  }

  #roster(instances: ServiceInstances): ServiceRoster {
    const roster = new ServiceRoster();
    const rules: RosterRules = {
      instance: (id) => instances.get(id),
      verdict: (id) => verdictOf(instances.get(id)),
      health: (deployment) => healthRules(this, deployment),
    };
    roster.moveTo({ monotonicMs: this.nowMs, wallMs: this.nowMs }, rules);
    for (const task of this.tasks.values()) roster.put(task, task.startedAtMs, rules);
    return roster;
  }

  #live(task: WorldTask): void {
    if (task.lastStatus === 'STOPPED' || this.lost.has(task.instance)) return;
    const fate = this.fates.get(task.deployment) ?? 'runs';
    if (task.desiredStatus === 'STOPPED') this.#stop(task, {});
    else if (fate === 'stands still') return;
    else if (task.lastStatus === 'PENDING') {
      if (fate === 'fails to start') this.#stop(task, { stopCode: 'TaskFailedToStart' });
      else this.#run(task);
    } else if (fate === 'crashes') this.#stop(task, { stopCode: 'EssentialContainerExited' });
    else if (this.healthChecked.has(task.deployment)) {
      this.change(task.id, { healthStatus: fate === 'is unhealthy' ? 'UNHEALTHY' : 'HEALTHY' });
    }
  }

  #run(task: WorldTask): void {
    this.tasks.set(task.id, { ...task, lastStatus: 'RUNNING', startedAtMs: this.nowMs });
  }

  #stop(task: WorldTask, why: Partial<WorldTask>): void {
    const runningForMs = task.startedAtMs === 0 ? 0 : this.nowMs - task.startedAtMs;
    this.change(task.id, { ...why, lastStatus: 'STOPPED', runningForMs });
  }
}

export function isNothing(decision: ServiceDecision): boolean {
  const { start, stop, counted, deployments, service, events } = decision;
  return (
    start.length + stop.length + counted.length + deployments.size + events.length === 0 &&
    service === undefined
  );
}
