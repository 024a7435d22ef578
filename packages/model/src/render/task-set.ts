import { type ArnScope, clusterArn, serviceArn, taskDefinitionArn, taskSetArn } from '../arn.js';
import type { ServiceRevisionRecord, TaskSet } from '../generated/shapes.js';
import type { TaskCounts } from './service.js';

/** What a task set's rendering needs beside what the service's record holds of it. */
export interface TaskSetRendering {
  readonly scope: ArnScope;
  readonly cluster: string;
  readonly service: string;
  /** What its tasks are made from. */
  readonly revision: ServiceRevisionRecord | undefined;
  readonly counts: TaskCounts;
  readonly serviceDesiredCount: number;
  /** `include: [TAGS]`. */
  readonly tags: boolean;
}

/** The task set as DescribeTaskSets shows it: ECS's TaskSet. The record holds the digits of its id, its status, scale, times and tags. */
export function taskSetOf(stored: TaskSet, about: TaskSetRendering): TaskSet {
  const { scope, cluster, service, revision, counts } = about;
  const id = stored.id ?? '';
  const desired = computedDesiredCount(stored, about.serviceDesiredCount);
  const isSteady = counts.running === desired && counts.pending === 0 && counts.wanted === desired;
  const { launchType, networkConfiguration } = revision?.revision ?? {};
  return {
    ...stored,
    id: `ecs-svc/${id}`,
    taskSetArn: taskSetArn(scope, cluster, service, id),
    serviceArn: serviceArn(scope, cluster, service),
    clusterArn: clusterArn(scope, cluster),
    taskDefinition: revision && taskDefinitionArn(scope, revision.family, revision.taskDefinitionRevision),
    launchType,
    networkConfiguration,
    computedDesiredCount: desired,
    runningCount: counts.running,
    pendingCount: counts.pending,
    stabilityStatus: isSteady ? 'STEADY_STATE' : 'STABILIZING',
    stabilityStatusAt: stored.updatedAt,
    tags: about.tags ? stored.tags : [],
  };
}

/** Its share of the service's desired count, rounded up as ECS does; a set that goes wants none. */
export function computedDesiredCount({ scale, status }: TaskSet, serviceDesiredCount: number): number {
  if (status === 'DRAINING') return 0;
  return Math.ceil((serviceDesiredCount * (scale?.value ?? 100)) / 100);
}
