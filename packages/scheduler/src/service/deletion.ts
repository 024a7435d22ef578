import { stopsPerDecision } from './bounded.js';
import type { CountedStops } from './counting.js';
import type { ServiceDecision } from './decision.js';
import { withDeployment, withEvent, withService } from './progress.js';
import type { ServiceSnapshot } from './snapshot.js';
import type { Standings } from './standing.js';
import { scalingReason, texts } from './texts.js';

export interface Deletion {
  readonly snapshot: ServiceSnapshot;
  readonly standings: Standings;
  readonly counted: CountedStops;
  readonly nowMs: number;
}

/**
 * A deleted service stops all its tasks, protected ones and those on lost instances too (they stop when their agent is
 * back), and is INACTIVE once those that can be heard have stopped.
 */
export function deletionDecision({ snapshot, standings, counted, nowMs }: Deletion): ServiceDecision {
  const wanted = standings.wanted();
  const open = wanted.slice(0, stopsPerDecision);
  const reason = scalingReason(snapshot.service.primaryDeployment);
  let progress = counted.progress;
  if (open.length > 0) {
    const ids = open.map(({ id }) => id);
    progress = withEvent(progress, texts.stopped(snapshot.name, ids));
  } else if (standings.unfinished.size === 0) {
    for (const digits of progress.deployments.keys()) {
      progress = withDeployment(progress, digits, { status: 'INACTIVE' });
    }
    progress = withService(progress, { status: 'INACTIVE', statusChangedAtMs: nowMs });
  }
  const changed = [...progress.deployments].filter(
    ([digits, record]) => record !== snapshot.deployments.get(digits),
  );
  return {
    start: [],
    stop: open.map(({ id }) => ({ task: id, cause: 'deleted' as const, reason })),
    counted: counted.counted,
    deployments: new Map(changed),
    service: progress.service === snapshot.service ? undefined : progress.service,
    events: progress.events,
    isPartial: open.length < wanted.length,
    wakeAfterMs: undefined,
  };
}
