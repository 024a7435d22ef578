import {
  type ArnScope,
  clusterArn,
  serviceArn,
  serviceDeploymentArn,
  serviceRevisionArn,
  taskDefinitionArn,
} from '../arn.js';
import type {
  Deployment,
  DeploymentRecord,
  Service,
  ServiceCurrentRevisionSummary,
  ServiceEvent,
  ServiceEventEntry,
  ServiceRecord,
  ServiceRevision,
  ServiceRevisionRecord,
  TaskSet,
} from '../generated/shapes.js';
import { toTimestamp } from '../timestamp.js';
import { taskSetOf } from './task-set.js';

/** What is counted of a deployment's tasks; nothing of it is stored. Tasks on lost instances count for nothing. */
export interface TaskCounts {
  /** Last known as RUNNING. */
  readonly running: number;
  /** On their way to RUNNING. */
  readonly pending: number;
  /** That want to run, whatever they do now. */
  readonly wanted: number;
}

export const noTasks: TaskCounts = { running: 0, pending: 0, wanted: 0 };

/** A deployment with its digits and the service revision that its tasks are of. */
export interface NamedDeployment {
  readonly digits: string;
  readonly record: DeploymentRecord;
  readonly revision: ServiceRevisionRecord | undefined;
}

/** What a service's rendering needs beside its record. */
export interface ServiceRendering {
  readonly scope: ArnScope;
  readonly cluster: string;
  readonly name: string;
  /** All that are known of the service, drained ones too. */
  readonly deployments: readonly NamedDeployment[];
  /** By the deployment's digits. */
  readonly counts: ReadonlyMap<string, TaskCounts>;
  /** How many tasks it wants: for DAEMON that depends on the instances. */
  readonly desiredCount: number;
  /** Newest first. */
  readonly events: readonly ServiceEventEntry[];
  /** `include: [TAGS]`. */
  readonly tags: boolean;
}

/** The service as DescribeServices shows it: ECS's Service. */
export function serviceOf(record: ServiceRecord, about: ServiceRendering): Service {
  const { scope, cluster, name } = about;
  const spec = record.spec ?? {};
  const shown = about.deployments
    .filter(({ record: { status } }) => status !== 'INACTIVE')
    .sort(primaryFirst);
  const current = about.deployments.find(({ digits }) => digits === record.primaryDeployment);
  const counts = [...about.counts.values()];
  const isExternal = spec.deploymentController?.type === 'EXTERNAL';
  return {
    ...spec,
    ...workloadOf(current?.revision, scope),
    serviceArn: serviceArn(scope, cluster, name),
    serviceName: name,
    clusterArn: clusterArn(scope, cluster),
    status: record.status,
    desiredCount: record.status === 'ACTIVE' ? about.desiredCount : 0,
    runningCount: sum(counts.map((c) => c.running)),
    pendingCount: sum(counts.map((c) => c.pending)),
    taskSets: isExternal ? taskSetsOf(spec, about) : undefined,
    deployments: isExternal ? [] : shown.map((d) => deploymentOf(d, about)),
    events: about.events.map(eventOf),
    createdAt: toTimestamp(record.createdAtMs),
    createdBy:
      record.createdBy === '' ? undefined : `arn:aws:iam::${scope.accountId}:user/${record.createdBy}`,
    currentServiceDeployment: isExternal ? undefined : currentDeploymentArn(record, about),
    currentServiceRevisions: isExternal ? undefined : shown.map((d) => revisionSummaryOf(d, about)),
    tags: about.tags ? record.tags : undefined,
  };
}

function taskSetsOf({ taskSets = [] }: Service, about: ServiceRendering): readonly TaskSet[] {
  const { scope, cluster, name, deployments, counts, desiredCount, tags } = about;
  return taskSets.map((stored) => {
    const digits = stored.id ?? '';
    return taskSetOf(stored, {
      scope,
      cluster,
      service: name,
      revision: deployments.find((d) => d.digits === digits)?.revision,
      counts: counts.get(digits) ?? noTasks,
      serviceDesiredCount: desiredCount,
      tags,
    });
  });
}

/** What of a service its revision fixes. */
function workloadOf(
  stored: ServiceRevisionRecord | undefined,
  scope: ArnScope,
): Pick<Service, 'taskDefinition' | 'launchType' | 'networkConfiguration' | 'platformVersion'> {
  if (stored === undefined) return {};
  const { launchType, networkConfiguration, platformVersion } = stored.revision ?? {};
  return {
    taskDefinition: taskDefinitionArn(scope, stored.family, stored.taskDefinitionRevision),
    launchType,
    networkConfiguration,
    platformVersion,
  };
}

function deploymentOf({ digits, record, revision }: NamedDeployment, about: ServiceRendering): Deployment {
  const counts = about.counts.get(digits) ?? noTasks;
  return {
    ...workloadOf(revision, about.scope),
    id: `ecs-svc/${digits}`,
    status: record.status,
    desiredCount: record.status === 'PRIMARY' ? about.desiredCount : counts.wanted,
    pendingCount: counts.pending,
    runningCount: counts.running,
    failedTasks: record.failureCount,
    createdAt: toTimestamp(record.createdAtMs),
    updatedAt: toTimestamp(record.updatedAtMs),
    rolloutState: record.rolloutState === 'UNSET' ? undefined : record.rolloutState,
    rolloutStateReason: record.rolloutStateReason === '' ? undefined : record.rolloutStateReason,
  };
}

/** The roll-out that is under way or was the last: during a rollback, the one that is rolled back. */
function currentDeploymentArn(record: ServiceRecord, about: ServiceRendering): string | undefined {
  const { deployments, scope, cluster, name } = about;
  const rolling = deployments.find((d) => d.record.deploymentStatus === 'ROLLBACK_IN_PROGRESS');
  const digits = rolling?.digits ?? record.primaryDeployment;
  return digits === '' ? undefined : serviceDeploymentArn(scope, cluster, name, digits);
}

function revisionSummaryOf(
  { digits, record }: NamedDeployment,
  about: ServiceRendering,
): ServiceCurrentRevisionSummary {
  const counts = about.counts.get(digits) ?? noTasks;
  return {
    arn: serviceRevisionArn(about.scope, about.cluster, about.name, record.revision),
    requestedTaskCount: record.status === 'PRIMARY' ? about.desiredCount : counts.wanted,
    runningTaskCount: counts.running,
    pendingTaskCount: counts.pending,
  };
}

function eventOf({ id, createdAtMs, message }: ServiceEventEntry): ServiceEvent {
  return { id, createdAt: toTimestamp(createdAtMs), message };
}

function primaryFirst(a: NamedDeployment, b: NamedDeployment): number {
  const rank = ({ record }: NamedDeployment): number => (record.status === 'PRIMARY' ? 0 : 1);
  return rank(a) - rank(b) || b.record.createdAtMs - a.record.createdAtMs;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, n) => total + n, 0);
}

/** The revision as DescribeServiceRevisions shows it: ECS's ServiceRevision. */
export function serviceRevisionOf(
  record: ServiceRevisionRecord,
  about: {
    readonly scope: ArnScope;
    readonly cluster: string;
    readonly service: string;
    readonly digits: string;
  },
): ServiceRevision {
  const { scope, cluster, service, digits } = about;
  return {
    ...record.revision,
    serviceRevisionArn: serviceRevisionArn(scope, cluster, service, digits),
    serviceArn: serviceArn(scope, cluster, service),
    clusterArn: clusterArn(scope, cluster),
    taskDefinition: taskDefinitionArn(scope, record.family, record.taskDefinitionRevision),
    createdAt: toTimestamp(record.createdAtMs),
  };
}
