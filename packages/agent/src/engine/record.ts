import type {
  Assignment,
  ContainerDefinition,
  HealthStatus,
  TaskDefinition,
  TaskStatus,
  TaskStopCode,
} from '@longshore/model';
import type { PortBinding } from '@longshore/runtime';

/** What is known of a container, in order: it only moves forward, but for a restart, which stays RUNNING. */
export const containerPhases = ['WAITING', 'READY', 'CREATED', 'RUNNING', 'STOPPED'] as const;
export type ContainerPhase = (typeof containerPhases)[number];

/** What is being done to a container; its answer comes back as an event. */
export type ContainerWork =
  | 'pullImage'
  | 'createContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'collectLog';

/** Two readings of time: `steadyMs` measures (it never jumps), `wallMs` is shown. */
export interface Now {
  readonly steadyMs: number;
  readonly wallMs: number;
}

/**
 * A container of a task. Writer: `step` alone. Invariant: (previousStartedAtMs, engineStartedAtMs) name the run that
 * phase, exitCode and health speak of; facts of an earlier run are never merged into it.
 */
export interface ContainerState {
  readonly name: string;
  /** The agent's own (the pause container): part of the order, never of a report. */
  readonly internal: boolean;
  readonly phase: ContainerPhase;
  readonly doing: ContainerWork | undefined;
  /** Failures in a row of what is to be done next. */
  readonly attempts: number;
  /** Steady time before which nothing more is tried; 0: at once. */
  readonly notBeforeMs: number;
  /** The engine's id; empty until created. */
  readonly runtimeId: string;
  /** Ids that were given up (a port clash): facts about them are old news. */
  readonly discardedIds: readonly string[];
  /** The one of them that is still to be removed before the container can be made anew; empty: none. */
  readonly discarding: string;
  readonly imageId: string;
  readonly imageDigest: string;
  readonly ports: readonly PortBinding[];
  readonly restartCount: number;
  /** The engine's time of the start of the run before this one; 0 in the first run. */
  readonly previousStartedAtMs: number;
  /** The engine's time of the start of this run; 0 while not known. */
  readonly engineStartedAtMs: number;
  /** A start of this run was asked for: from here on it may be running whatever the engine answered. */
  readonly startTried: boolean;
  /** Steady time at which it was first seen running; 0: never. */
  readonly startedAtMs: number;
  readonly wallStartedAtMs: number;
  readonly wallCreatedAtMs: number;
  readonly wallFinishedAtMs: number;
  readonly exitCode: number | undefined;
  readonly reason: string;
  readonly health: HealthStatus;
  readonly healthOutput: string;
  readonly healthSinceMs: number;
  readonly ipv4Address: string;
  readonly networkName: string;
  readonly macAddress: string;
  readonly logTail: string;
  readonly logCollected: boolean;
  /** Nothing of it is left in the engine. */
  readonly removed: boolean;
}

/** Durations that a task lives by, from the agent's configuration. */
export interface TaskSettings {
  readonly stopTimeoutMs: number;
  readonly cleanupWaitMs: number;
  /** Up to so much is added for each task; 0 where absent. */
  readonly cleanupJitterMs?: number;
}

/** The agent's whole knowledge of a task: what the journal holds. Immutable; `step` makes the next one. */
export interface AgentTask {
  readonly id: string;
  /** The epoch of the store that brought the task. */
  readonly epoch: string;
  readonly assignment: Assignment;
  /** As registered, with the overrides of the task and of its containers merged in. */
  readonly definition: TaskDefinition;
  readonly settings: TaskSettings;
  readonly status: TaskStatus;
  /** It shall stop: told to, failed, or an essential container has exited. Never taken back. */
  readonly stopping: boolean;
  readonly stopCode: TaskStopCode | 'UNSET';
  readonly stoppedReason: string;
  readonly containers: readonly ContainerState[];
  /** Volumes and cgroup: not needed, still to be made, or made. */
  readonly preparation: 'none' | 'needed' | 'doing' | 'done';
  readonly prepareAttempts: number;
  readonly prepareNotBeforeMs: number;
  /** The address in awsvpc mode; empty elsewhere. */
  readonly ipv4Address: string;
  readonly pullStartedAtMs: number;
  readonly pullStoppedAtMs: number;
  readonly startedAtMs: number;
  readonly stoppingAtMs: number;
  readonly executionStoppedAtMs: number;
  readonly stoppedAtMs: number;
  /** Steady time of `stoppedAtMs`, for the clean-up. */
  readonly stoppedSteadyMs: number;
  /** Grows with each change of what a report says. */
  readonly version: number;
  /** Its end is in etcd (or the control plane is sure that it knows no such task): it may be forgotten. */
  readonly acknowledged: boolean;
  /** Clean up without waiting: disk pressure, or too many of its family are kept. */
  readonly cleanUpNow: boolean;
  readonly releasing: boolean;
  /** Nothing is left: the journal drops it. */
  readonly forgotten: boolean;
}

export const pauseContainerName = '~internal~ecs~pause';

export function newContainer(name: string, ports: readonly PortBinding[], internal = false): ContainerState {
  return {
    name,
    internal,
    ports,
    phase: 'WAITING',
    doing: undefined,
    attempts: 0,
    notBeforeMs: 0,
    runtimeId: '',
    discardedIds: [],
    discarding: '',
    imageId: '',
    imageDigest: '',
    restartCount: 0,
    previousStartedAtMs: 0,
    engineStartedAtMs: 0,
    startTried: false,
    startedAtMs: 0,
    wallStartedAtMs: 0,
    wallCreatedAtMs: 0,
    wallFinishedAtMs: 0,
    exitCode: undefined,
    reason: '',
    health: 'UNKNOWN',
    healthOutput: '',
    healthSinceMs: 0,
    ipv4Address: '',
    networkName: '',
    macAddress: '',
    logTail: '',
    logCollected: false,
    removed: false,
  };
}

export interface NewTask {
  readonly assignment: Assignment;
  readonly definition: TaskDefinition;
  readonly epoch: string;
  readonly settings: TaskSettings;
  readonly ports: Readonly<Record<string, readonly PortBinding[]>>;
  readonly needsPreparation: boolean;
  readonly needsPause: boolean;
  readonly ipv4Address?: string;
}

/** The record of a task that has just been assigned: nothing has been done for it. */
export function newTask(from: NewTask): AgentTask {
  const own = (from.definition.containerDefinitions ?? []).map((d) =>
    newContainer(d.name ?? '', from.ports[d.name ?? ''] ?? []),
  );
  return {
    id: from.assignment.task,
    epoch: from.epoch,
    assignment: from.assignment,
    definition: from.definition,
    settings: from.settings,
    status: 'PENDING',
    stopping: false,
    stopCode: 'UNSET',
    stoppedReason: '',
    containers: from.needsPause
      ? [newContainer(pauseContainerName, from.ports[pauseContainerName] ?? [], true), ...own]
      : own,
    preparation: from.needsPreparation ? 'needed' : 'none',
    prepareAttempts: 0,
    prepareNotBeforeMs: 0,
    ipv4Address: from.ipv4Address ?? '',
    pullStartedAtMs: 0,
    pullStoppedAtMs: 0,
    startedAtMs: 0,
    stoppingAtMs: 0,
    executionStoppedAtMs: 0,
    stoppedAtMs: 0,
    stoppedSteadyMs: 0,
    version: 1,
    acknowledged: false,
    cleanUpNow: false,
    releasing: false,
    forgotten: false,
  };
}

export function containerOf(task: AgentTask, name: string): ContainerState | undefined {
  return task.containers.find((c) => c.name === name);
}

export function definitionOf(task: AgentTask, name: string): ContainerDefinition {
  return task.definition.containerDefinitions?.find((d) => d.name === name) ?? { name, essential: true };
}

export function isEssential(task: AgentTask, name: string): boolean {
  return definitionOf(task, name).essential ?? true;
}

/** The task with one container changed; the same task where nothing differs. */
export function withContainer(task: AgentTask, name: string, change: Partial<ContainerState>): AgentTask {
  const old = containerOf(task, name);
  if (!old) return task;
  const keys = Object.keys(change) as (keyof ContainerState)[];
  if (keys.every((k) => old[k] === change[k])) return task;
  return { ...task, containers: task.containers.map((c) => (c.name === name ? { ...c, ...change } : c)) };
}

/** An exited container that its restart policy starts again: still RUNNING to everybody else. */
export function awaitsRestart(c: ContainerState): boolean {
  return c.phase === 'RUNNING' && c.engineStartedAtMs === 0 && c.previousStartedAtMs > 0;
}

export function phaseRank(phase: ContainerPhase): number {
  return containerPhases.indexOf(phase);
}
