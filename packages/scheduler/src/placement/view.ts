import type {
  Attribute,
  ContainerInstanceStatus,
  HeldPort,
  InstanceResources,
  PlacementConstraint,
  PlacementStrategy,
  TaskHolds,
} from '@longshore/model';

import type { RowLog } from './row-log.js';

/** What placement knows of one container instance. Read-only for `place`: what it takes is kept in its own overlay. */
export interface InstanceView {
  readonly id: string;
  readonly status: ContainerInstanceStatus;
  /** The agent's present session has delivered its complete report. */
  readonly agentConnected: boolean;
  /** Empty while healthy; else why nothing new is placed here. */
  readonly impairedReason: string;
  readonly agentVersion: string;
  readonly registeredAtMs: number;
  /** What `ec2InstanceId` means in the query language; undefined: the container instance's id. */
  readonly ec2InstanceId?: string | undefined;
  /** The health controller has marked it lost: its tasks count no longer when others are spread. */
  readonly lost?: boolean | undefined;
  /** Built in, from the agent, and custom; with and without target. */
  readonly attributes: readonly Attribute[];
  readonly resources: InstanceResources;
  /** What tasks hold that have not reached STOPPED. */
  readonly held: HeldView;
}

/** The sum over the tasks that an instance holds. */
export interface HeldView {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly gpuIds: ReadonlySet<string>;
  hasPort(port: HeldPort): boolean;
  /** Tasks on the instance that want to run, by group and by family: constraints and spread count them. */
  readonly tasksByGroup: ReadonlyMap<string, number>;
  readonly tasksByFamily: ReadonlyMap<string, number>;
  /** The same by the service's deployment, where it is known. */
  readonly tasksByDeployment?: ReadonlyMap<string, number> | undefined;
  readonly runningTasks: number;
  readonly pendingTasks: number;
}

/** Identical tasks that want a place. */
export interface PlacementRequest {
  readonly count: number;
  readonly group: string;
  readonly family: string;
  /**
   * The digits of the service's deployment: spread then counts the tasks of this deployment only, since those of the
   * old one are about to go and would leave the new ones uneven. Undefined: all tasks of the group.
   */
  readonly deployment?: string | undefined;
  /** cpu, memory and static ports of one task; gpuIds stays empty here. */
  readonly needs: TaskHolds;
  readonly gpuCount: number;
  /** Attributes that the task definition's features require, as `name` or `name=value`. */
  readonly requiredAttributes: readonly Attribute[];
  readonly constraints: readonly PlacementConstraint[];
  readonly strategies: readonly PlacementStrategy[];
  /** Only these instances may be used (StartTask, DAEMON); undefined: all. */
  readonly onlyInstances?: readonly string[] | undefined;
}

export interface PlacedTask {
  /** Index into the requests. */
  readonly request: number;
  readonly instance: string;
  readonly gpuIds: readonly string[];
}

/** ECS's failure reasons. */
export type RefusalReason =
  | 'RESOURCE:CPU'
  | 'RESOURCE:MEMORY'
  | 'RESOURCE:PORTS'
  | 'RESOURCE:GPU'
  | 'AGENT'
  | 'ATTRIBUTE'
  | 'INACTIVE'
  | 'MISSING'
  | 'MemberOf placement constraint unsatisfied.'
  | 'DistinctInstance placement constraint unsatisfied.';

/** Why `count` tasks of a request found no place. */
export interface Refusal {
  readonly request: number;
  readonly count: number;
  /** The reason that ECS would name: the one nearest to a placement. */
  readonly reason: RefusalReason;
  readonly explanation: string;
  readonly instancesByReason: ReadonlyMap<RefusalReason, number>;
  /** The instance that ECS's event calls the closest match; undefined where there is no instance at all. */
  readonly closestInstance: string | undefined;
  /** Whether the task would fit on an empty, connected instance of this cluster. */
  readonly couldEverFit: boolean;
}

export interface Placement {
  readonly placed: readonly PlacedTask[];
  readonly refused: readonly Refusal[];
}

/** The instances of one cluster. */
export interface ClusterView {
  readonly instances: readonly InstanceView[];
  /**
   * Notes the place in `instances` of every instance that changes, from before the list is first shown; another list
   * comes with another log. Undefined: any may have changed.
   */
  readonly changes?: RowLog | undefined;
}
