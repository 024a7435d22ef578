import type { DeploymentRecord } from '@longshore/model';
import type { ServiceDecision, ServiceSnapshot } from '@longshore/scheduler';

/** A task set that goes is taken off the service's record once its last task has stopped. */
export function withoutGoneSets(
  decision: ServiceDecision,
  snapshot: ServiceSnapshot,
  nowMs: number,
): ServiceDecision {
  const sets = snapshot.service.spec?.taskSets ?? [];
  const gone = sets.filter(({ status, id = '' }) => status === 'DRAINING' && !snapshot.tasks.lives(id));
  if (gone.length === 0) return decision;
  const service = decision.service ?? snapshot.service;
  const taskSets = sets.filter((set) => !gone.includes(set));
  const deployments = new Map<string, DeploymentRecord>(decision.deployments);
  for (const { id = '' } of gone) {
    const record = snapshot.deployments.get(id);
    if (record) deployments.set(id, { ...record, status: 'INACTIVE', updatedAtMs: nowMs });
  }
  return { ...decision, deployments, service: { ...service, spec: { ...service.spec, taskSets } } };
}
