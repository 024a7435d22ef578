import type { DeploymentRecord } from '@longshore/model';
import { bounded } from './bounded.js';
import {
  beginIfPending,
  complete,
  healthyCount,
  othersRemain,
  retireDrained,
  rolloutIsDone,
} from './completion.js';
import type { CountedStops } from './counting.js';
import { countStops, noteHealthy, throttledForMs } from './counting.js';
import { daemonInstances } from './daemon.js';
import type { ServiceDecision, StopTask } from './decision.js';
import { deletionDecision } from './deletion.js';
import type { TaskLimits } from './limits.js';
import { narrate } from './narrate.js';
import type { PlannedStop } from './plan.js';
import { isBlueGreen, isDaemon, planService } from './plan.js';
import type { Progress } from './progress.js';
import { primaryOf, withDeployment } from './progress.js';
import { judgeDeployment, rollBack, type Verdict } from './rollback.js';
import type { ServiceSnapshot } from './snapshot.js';
import { advanceStage, withElapsed } from './stages.js';
import { type Standings, sooner } from './standing.js';
import { taskSetDecision } from './task-sets.js';
import { scalingReason, unhealthyReason } from './texts.js';
import { unplacedElapsed, withoutStaleVerdict } from './unplaced.js';

/** What is used up of a duration is written down this often, and whenever the record is written anyway. */
const writeDownEveryMs = 15_000;

/**
 * What is to be done about a service, decided on one snapshot. Level-triggered: it looks at what is, not at what
 * happened, so any event may be lost or come twice. `nowMs` is wall time: it goes into records and is compared with
 * protection and throttle only; durations come with the snapshot.
 */
export function reconcileService(asked: ServiceSnapshot, nowMs: number): ServiceDecision {
  const standings = asked.tasks;
  const snapshot = withoutStaleVerdict(asked, standings, desiredFor(asked, standings));
  const counted = countStops(snapshot, nowMs);
  const { status } = snapshot.service;
  if (status === 'DRAINING') return deletionDecision({ snapshot, standings, counted, nowMs });
  if (status !== 'INACTIVE' && snapshot.service.spec?.deploymentController?.type === 'EXTERNAL') {
    return taskSetDecision({ snapshot, standings, counted, nowMs });
  }
  if (status === 'INACTIVE' || primaryOf(counted.progress) === undefined) return nothing(counted);
  const context: Context = { snapshot, standings, counted, nowMs };
  const judged = judge(context);
  const throttleMs = throttledForMs(judged.service.throttle, nowMs);
  const planInput = { snapshot, progress: judged, standings, throttled: throttleMs > 0, nowMs };
  const plan = bounded(planService(planInput));
  const { progress: moved, wakeAfterMs } = moveOn(context, judged, plan.limits);
  const retired = retireDrained(moved, standings, nowMs);
  const progress = narrate({ planInput: { ...planInput, progress: retired }, plan, counted });
  return {
    start: plan.start,
    stop: plan.stop.map((stop) => toStop(stop, progress)),
    counted: counted.counted,
    deployments: changed(snapshot, progress, nowMs),
    service: progress.service === snapshot.service ? undefined : progress.service,
    events: progress.events,
    isPartial: plan.isPartial,
    wakeAfterMs: wake(snapshot, standings, throttleMs, wakeAfterMs),
  };
}

interface Context {
  readonly snapshot: ServiceSnapshot;
  readonly standings: Standings;
  readonly counted: CountedStops;
  readonly nowMs: number;
}

/** Counts, writes down the time used up, and breaks the circuit where that is due. */
function judge({ snapshot, standings, counted, nowMs }: Context): Progress {
  const digits = snapshot.service.primaryDeployment;
  const before = snapshot.deployments.get(digits);
  const failedNow =
    (counted.progress.deployments.get(digits)?.failureCount ?? 0) - (before?.failureCount ?? 0);
  const desired = desiredFor(snapshot, standings);
  let progress = beginIfPending(counted.progress, nowMs);
  progress = withTimes(progress, snapshot);
  progress = noteHealthy(progress, healthyCount(standings, digits), failedNow);
  return judgeDeployment(progress, { serviceName: snapshot.name, desired, cause: counted.cause, nowMs });
}

function desiredFor(snapshot: ServiceSnapshot, standings: Standings): number {
  if (!isDaemon(snapshot)) return snapshot.service.spec?.desiredCount ?? 0;
  return daemonInstances(snapshot.instances.all(), standings.list()).length;
}

function withTimes(progress: Progress, snapshot: ServiceSnapshot): Progress {
  const record = primaryOf(progress);
  if (record === undefined) return progress;
  const elapsed = unplacedElapsed(withElapsed(record, snapshot.sinceWrittenMs), snapshot);
  return withDeployment(progress, progress.service.primaryDeployment, elapsed);
}

/** Ends the roll-out, or moves it to its next stage. */
function moveOn(
  { snapshot, standings, counted, nowMs }: Context,
  progress: Progress,
  limits: TaskLimits,
): { progress: Progress; wakeAfterMs?: number | undefined } {
  const record = primaryOf(progress);
  if (record?.rolloutState !== 'IN_PROGRESS') return { progress };
  if (!isBlueGreen(progress)) {
    const isDone = rolloutIsDone({ snapshot, progress, standings, limits, nowMs });
    return { progress: isDone ? complete(progress, snapshot.name, nowMs) : progress };
  }
  const digits = progress.service.primaryDeployment;
  const outcome = advanceStage(digits, record, snapshot.service.spec ?? {}, {
    greenIsUp: healthyCount(standings, digits) >= limits.desired,
    blueIsGone: !othersRemain(standings, digits),
    severalRevisions: [...standings.unfinished.keys()].filter((other) => other !== digits).length > 1,
  });
  switch (outcome.kind) {
    case 'done':
      return { progress: complete(progress, snapshot.name, nowMs) };
    case 'next': {
      const change = { lifecycleStage: outcome.stage, hooks: outcome.hooks, updatedAtMs: nowMs };
      return { progress: withDeployment(progress, digits, change) };
    }
    case 'wait':
      return {
        progress: withDeployment(progress, digits, { hooks: outcome.hooks }),
        wakeAfterMs: outcome.wakeAfterMs,
      };
    case 'roll-back': {
      const noted = withDeployment(progress, digits, { hooks: outcome.hooks });
      const desired = limits.desired;
      const verdict: Verdict = { serviceName: snapshot.name, desired, cause: counted.cause, nowMs };
      return { progress: rollBack(noted, verdict, outcome.reason) };
    }
  }
}

function toStop({ standing, cause }: PlannedStop, progress: Progress): StopTask {
  const task = standing.task.id;
  if (cause === 'unhealthy') return { task, cause, reason: unhealthyReason };
  return { task, cause, reason: scalingReason(progress.service.primaryDeployment) };
}

/** The records to be written: a record in which only time has been used up waits until enough has. */
function changed(
  snapshot: ServiceSnapshot,
  progress: Progress,
  nowMs: number,
): ReadonlyMap<string, DeploymentRecord> {
  const records = new Map<string, DeploymentRecord>();
  for (const [digits, record] of progress.deployments) {
    const before = snapshot.deployments.get(digits);
    if (record === before) continue;
    const onlyTime = before !== undefined && isSameButTimes(before, record);
    if (onlyTime && snapshot.sinceWrittenMs < writeDownEveryMs) continue;
    records.set(digits, onlyTime ? { ...record, updatedAtMs: nowMs } : record);
  }
  return records;
}

function isSameButTimes(a: DeploymentRecord, b: DeploymentRecord): boolean {
  const still = (record: DeploymentRecord): string =>
    JSON.stringify({
      ...record,
      bakedMs: 0,
      unplacedMs: 0,
      hooks: record.hooks.map(({ hookId, status }) => [hookId, status]),
    });
  return still(a) === still(b);
}

function wake(
  snapshot: ServiceSnapshot,
  standings: Standings,
  throttleMs: number,
  stageMs: number | undefined,
): number | undefined {
  let soonest = sooner(standings.changesInMs, throttleMs > 0 ? throttleMs : undefined);
  soonest = sooner(soonest, stageMs);
  if (snapshot.unplaced !== undefined) soonest = sooner(soonest, writeDownEveryMs);
  return soonest;
}

function nothing({ counted }: CountedStops): ServiceDecision {
  return {
    start: [],
    stop: [],
    counted,
    deployments: new Map(),
    service: undefined,
    events: [],
    isPartial: false,
    wakeAfterMs: undefined,
  };
}
