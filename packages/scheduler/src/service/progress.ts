import type { DeploymentRecord, ServiceActionRecord, ServiceRecord } from '@longshore/model';

/** The records as a decision moves them on, step by step; what it starts from is never changed. */
export interface Progress {
  readonly service: ServiceRecord;
  readonly deployments: ReadonlyMap<string, DeploymentRecord>;
  /** Oldest first. */
  readonly events: readonly string[];
}

/** The deployment that the service's tasks shall be of; undefined before the first. */
export function primaryOf({ service, deployments }: Progress): DeploymentRecord | undefined {
  return deployments.get(service.primaryDeployment);
}

export function withDeployment(
  progress: Progress,
  digits: string,
  change: Partial<DeploymentRecord>,
): Progress {
  const record = progress.deployments.get(digits);
  if (record === undefined || isSame(record, change)) return progress;
  return { ...progress, deployments: new Map(progress.deployments).set(digits, { ...record, ...change }) };
}

export function withService(progress: Progress, change: Partial<ServiceRecord>): Progress {
  return { ...progress, service: { ...progress.service, ...change } };
}

/** What EventBridge would tell of the service; as many as a change feed can have missed by one write. */
const actionsKept = 5;

export function withAction(progress: Progress, action: ServiceActionRecord): Progress {
  const { actions } = progress.service;
  return withService(progress, { actions: [...actions, action].slice(-actionsKept) });
}

export function withEvent(progress: Progress, event: string): Progress {
  return { ...progress, events: [...progress.events, event] };
}

function isSame(record: DeploymentRecord, change: Partial<DeploymentRecord>): boolean {
  return Object.entries(change).every(([key, value]) => record[key as keyof DeploymentRecord] === value);
}
