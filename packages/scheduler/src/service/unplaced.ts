import type { DeploymentRecord } from '@longshore/model';
import type { ServiceSnapshot } from './snapshot.js';
import { isGood, type Standings } from './standing.js';

/** Forgets the last attempt's verdict where nothing is missing any more: a lost instance has come back, say. */
export function withoutStaleVerdict(
  snapshot: ServiceSnapshot,
  standings: Standings,
  desired: number,
): ServiceSnapshot {
  const { unplaced } = snapshot;
  if (unplaced === undefined) return snapshot;
  const isMissing = standings.count(isGood(unplaced.deployment)) < desired;
  return isMissing || unplaced.purpose === 'rebalance' ? snapshot : { ...snapshot, unplaced: undefined };
}

/**
 * Adds the time since the last writing to how long the primary deployment's tasks have found no place. After
 * `placeWithinMs` they count as failures, each once, and the time begins anew.
 */
export function unplacedElapsed(record: DeploymentRecord, snapshot: ServiceSnapshot): DeploymentRecord {
  const { unplaced, settings, sinceWrittenMs, service } = snapshot;
  const isOurs = unplaced?.deployment === service.primaryDeployment && unplaced.purpose === 'desired-count';
  if (!isOurs) return record.unplacedMs === 0 ? record : { ...record, unplacedMs: 0 };
  const unplacedMs = record.unplacedMs + sinceWrittenMs;
  if (unplacedMs < settings.placeWithinMs) return { ...record, unplacedMs };
  const failed = record.rolloutState === 'IN_PROGRESS' ? unplaced.count : 0;
  return { ...record, unplacedMs: 0, failureCount: record.failureCount + failed };
}
