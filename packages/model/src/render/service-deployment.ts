import { type ArnScope, clusterArn, serviceArn, serviceDeploymentArn, serviceRevisionArn } from '../arn.js';
import type {
  DeploymentConfiguration,
  DeploymentHookRecord,
  DeploymentLifecycleHook,
  DeploymentLifecycleHookDetail,
  DeploymentRecord,
  ServiceDeployment,
  ServiceDeploymentBrief,
  ServiceDeploymentCircuitBreaker,
  ServiceRevisionSummary,
} from '../generated/shapes.js';
import { toTimestamp } from '../timestamp.js';
import { noTasks, type TaskCounts } from './service.js';

/** What a service deployment's rendering needs beside its record. */
export interface ServiceDeploymentRendering {
  readonly scope: ArnScope;
  readonly cluster: string;
  readonly service: string;
  readonly digits: string;
}

export interface ServiceDeploymentDetails extends ServiceDeploymentRendering {
  readonly configuration: DeploymentConfiguration | undefined;
  readonly isPrimary: boolean;
  readonly desiredCount: number;
  /** How many failures break the circuit. */
  readonly threshold: number;
  /** By the digits of revisions. */
  readonly counts: ReadonlyMap<string, TaskCounts>;
}

/** The deployment as ListServiceDeployments shows it. */
export function serviceDeploymentBriefOf(
  record: DeploymentRecord,
  about: ServiceDeploymentRendering,
): ServiceDeploymentBrief {
  const { scope, cluster, service, digits } = about;
  return {
    serviceDeploymentArn: serviceDeploymentArn(scope, cluster, service, digits),
    serviceArn: serviceArn(scope, cluster, service),
    clusterArn: clusterArn(scope, cluster),
    startedAt: toTimestamp(record.startedAtMs),
    createdAt: toTimestamp(record.createdAtMs),
    finishedAt: toTimestamp(record.finishedAtMs),
    targetServiceRevisionArn: serviceRevisionArn(scope, cluster, service, record.revision),
    status: record.deploymentStatus === 'UNSET' ? undefined : record.deploymentStatus,
    statusReason: text(record.statusReason),
  };
}

/** The deployment as DescribeServiceDeployments shows it: ECS's ServiceDeployment. */
export function serviceDeploymentOf(
  record: DeploymentRecord,
  about: ServiceDeploymentDetails,
): ServiceDeployment {
  const { targetServiceRevisionArn: _target, ...brief } = serviceDeploymentBriefOf(record, about);
  const requested = about.isPrimary ? about.desiredCount : undefined;
  return {
    ...brief,
    stoppedAt: toTimestamp(record.stopRequestedAtMs),
    updatedAt: toTimestamp(record.updatedAtMs),
    sourceServiceRevisions:
      record.sourceRevision === '' ? [] : [summaryOf(record.sourceRevision, about, undefined)],
    targetServiceRevision: summaryOf(record.revision, about, requested),
    lifecycleStage: record.lifecycleStage === 'UNSET' ? undefined : record.lifecycleStage,
    lifecycleHookDetails:
      record.hooks.length === 0 ? undefined : record.hooks.map((hook) => hookOf(hook, record, about)),
    deploymentConfiguration: about.configuration,
    rollback: rollbackOf(record, about),
    deploymentCircuitBreaker: circuitBreakerOf(record, about),
    alarms: { status: 'DISABLED', alarmNames: [], triggeredAlarmNames: [] },
  };
}

function summaryOf(
  revision: string,
  about: ServiceDeploymentDetails,
  requested: number | undefined,
): ServiceRevisionSummary {
  const counts = about.counts.get(revision) ?? noTasks;
  return {
    arn: serviceRevisionArn(about.scope, about.cluster, about.service, revision),
    requestedTaskCount: requested ?? counts.wanted,
    runningTaskCount: counts.running,
    pendingTaskCount: counts.pending,
  };
}

function rollbackOf(
  record: DeploymentRecord,
  { scope, cluster, service }: ServiceDeploymentRendering,
): ServiceDeployment['rollback'] {
  if (record.rollbackTo === '') return undefined;
  return {
    reason: text(record.rollbackReason),
    startedAt: toTimestamp(record.updatedAtMs),
    serviceRevisionArn: serviceRevisionArn(scope, cluster, service, record.rollbackTo),
  };
}

function circuitBreakerOf(
  record: DeploymentRecord,
  { configuration, threshold }: ServiceDeploymentDetails,
): ServiceDeploymentCircuitBreaker {
  const { failureCount, deploymentStatus, rolloutState } = record;
  if (configuration?.deploymentCircuitBreaker?.enable !== true)
    return { status: 'DISABLED', failureCount, threshold };
  if (rolloutState === 'FAILED' && record.stopRequestedAtMs === 0)
    return { status: 'TRIGGERED', failureCount, threshold };
  const isOver = deploymentStatus === 'SUCCESSFUL' || deploymentStatus === 'STOPPED';
  return { status: isOver ? 'MONITORING_COMPLETE' : 'MONITORING', failureCount, threshold };
}

const minuteMs = 60_000;
const defaultPauseMinutes = 1440;

function hookOf(
  hook: DeploymentHookRecord,
  record: DeploymentRecord,
  { configuration }: ServiceDeploymentDetails,
): DeploymentLifecycleHookDetail {
  const configured = configuration?.lifecycleHooks?.[ordinalOf(hook)];
  const timeout = configured?.timeoutConfiguration;
  const leftMs = (timeout?.timeoutInMinutes ?? defaultPauseMinutes) * minuteMs - hook.waitedMs;
  const isWaiting = hook.status === 'AWAITING_ACTION';
  return {
    hookId: hook.hookId,
    targetType: targetTypeOf(configured),
    status: hook.status === 'UNSET' ? undefined : hook.status,
    expiresAt: isWaiting ? toTimestamp(record.updatedAtMs + leftMs) : undefined,
    timeoutAction: timeout?.action ?? 'ROLLBACK',
  };
}

function targetTypeOf(hook: DeploymentLifecycleHook | undefined): DeploymentLifecycleHook['targetType'] {
  return hook?.targetType ?? 'PAUSE';
}

/** A hook's id ends in its place in the configuration. */
function ordinalOf({ hookId }: DeploymentHookRecord): number {
  return Number(hookId.slice(hookId.lastIndexOf('/') + 1));
}

function text(value: string): string | undefined {
  return value === '' ? undefined : value;
}
