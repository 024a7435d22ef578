import type { DeploymentRecord, ServiceRecord } from '@longshore/model';
import { rolloutReasons } from './texts.js';

/** What CreateService, UpdateService and forceNewDeployment set out with. */
export interface NewDeployment {
  readonly digits: string;
  /** The service revision that its tasks are of. */
  readonly revision: string;
  readonly forced: boolean;
  readonly nowMs: number;
}

export interface DeploymentRecords {
  readonly service: ServiceRecord;
  readonly deployments: ReadonlyMap<string, DeploymentRecord>;
}

const superseded = 'A new service deployment has begun.';

/**
 * Makes a new deployment primary. The one before stays ACTIVE until it is drained; a roll-out or rollback that was under
 * way ends here; the throttle is lifted.
 */
export function beginDeployment(
  { service, deployments }: DeploymentRecords,
  { digits, revision, forced, nowMs }: NewDeployment,
): DeploymentRecords {
  const next = new Map<string, DeploymentRecord>();
  for (const [other, record] of deployments) next.set(other, overtaken(record, nowMs));
  next.set(digits, {
    ...emptyDeployment,
    revision,
    sourceRevision: service.currentRevision,
    rolloutStateReason: rolloutReasons.inProgress(digits),
    createdAtMs: nowMs,
    updatedAtMs: nowMs,
    forced,
    configuration: service.spec?.deploymentConfiguration,
  });
  const throttle = { failures: 0, notBeforeMs: 0 };
  return {
    service: { ...service, primaryDeployment: digits, currentRevision: revision, throttle },
    deployments: next,
  };
}

function overtaken(record: DeploymentRecord, nowMs: number): DeploymentRecord {
  const status = record.status === 'PRIMARY' ? 'ACTIVE' : record.status;
  const ended = endedStatus(record.deploymentStatus);
  if (ended === undefined)
    return status === record.status ? record : { ...record, status, updatedAtMs: nowMs };
  return {
    ...record,
    status,
    deploymentStatus: ended,
    statusReason: superseded,
    finishedAtMs: nowMs,
    updatedAtMs: nowMs,
  };
}

function endedStatus(
  status: DeploymentRecord['deploymentStatus'],
): DeploymentRecord['deploymentStatus'] | undefined {
  switch (status) {
    case 'PENDING':
    case 'IN_PROGRESS':
    case 'STOP_REQUESTED':
    case 'ROLLBACK_REQUESTED':
      return 'STOPPED';
    case 'ROLLBACK_IN_PROGRESS':
      return 'ROLLBACK_FAILED';
    default:
      return undefined;
  }
}

const emptyDeployment: DeploymentRecord = {
  revision: '',
  sourceRevision: '',
  status: 'PRIMARY',
  rolloutState: 'IN_PROGRESS',
  rolloutStateReason: '',
  createdAtMs: 0,
  updatedAtMs: 0,
  startedAtMs: 0,
  finishedAtMs: 0,
  failureCount: 0,
  startedCount: 0,
  healthyCount: 0,
  deploymentStatus: 'PENDING',
  statusReason: '',
  lifecycleStage: 'UNSET',
  bakedMs: 0,
  rollbackTo: '',
  rollbackReason: '',
  forced: false,
  stopRequestedAtMs: 0,
  hooks: [],
  unplacedMs: 0,
};
