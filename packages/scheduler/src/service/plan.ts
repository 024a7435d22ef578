import { daemonInstances, planDaemon } from './daemon.js';
import type { StartTasks } from './decision.js';
import { type TaskLimits, taskLimits } from './limits.js';
import type { Progress } from './progress.js';
import { primaryOf } from './progress.js';
import { imbalanceOf } from './rebalance.js';
import { rollingBackFrom } from './rollback.js';
import type { PlannedStop, RollingInput, RollingPlan } from './rolling.js';
import { planRolling } from './rolling.js';
import type { ServiceInstance, ServiceSnapshot } from './snapshot.js';
import { isGood, type StandingGroup, type Standings } from './standing.js';

export interface PlanInput {
  readonly snapshot: ServiceSnapshot;
  readonly progress: Progress;
  readonly standings: Standings;
  readonly throttled: boolean;
  readonly nowMs: number;
}

/** What is to be started and stopped, and what the service wants to have. */
export interface ServicePlan extends RollingPlan {
  readonly limits: TaskLimits;
}

export function isDaemon({ service }: Pick<ServiceSnapshot, 'service'>): boolean {
  return service.spec?.schedulingStrategy === 'DAEMON';
}

/** Whether the primary deployment goes through the stages of blue/green; a rollback does not. */
export function isBlueGreen(progress: Progress): boolean {
  const isStaged = progress.service.spec?.deploymentConfiguration?.strategy === 'BLUE_GREEN';
  const isUnderWay = primaryOf(progress)?.rolloutState === 'IN_PROGRESS';
  return isStaged && isUnderWay && rollingBackFrom(progress) === undefined;
}

export function planService(input: PlanInput): ServicePlan {
  if (isDaemon(input.snapshot)) return planDaemonService(input);
  const { progress, snapshot } = input;
  const limits = taskLimits(snapshot.service.spec ?? {}, snapshot.service.spec?.desiredCount ?? 0);
  const stage = primaryOf(progress)?.lifecycleStage ?? 'UNSET';
  const plan =
    isBlueGreen(progress) && stage !== 'CLEAN_UP' ? planBothColours(input, limits) : rolling(input, limits);
  return { ...plan, limits };
}

/** The deployment that runs the service while a new one is being brought up; undefined: none. */
export function sourceOf({ deployments, service }: Progress): string | undefined {
  let source: string | undefined;
  let finishedAtMs = -1;
  for (const [digits, record] of deployments) {
    if (digits === service.primaryDeployment || record.status !== 'ACTIVE') continue;
    if (record.rolloutState !== 'COMPLETED' || record.finishedAtMs <= finishedAtMs) continue;
    source = digits;
    finishedAtMs = record.finishedAtMs;
  }
  return source;
}

function planDaemonService({ snapshot, progress, standings, throttled }: PlanInput): ServicePlan {
  const active = standings.list();
  const wanted = daemonInstances(snapshot.instances.all(), active);
  const limits = taskLimits(snapshot.service.spec ?? {}, wanted.length);
  const isFailed = primaryOf(progress)?.rolloutState === 'FAILED';
  const plan = planDaemon({
    active,
    group: standings,
    stopping: standings.stopping(),
    target: progress.service.primaryDeployment,
    wanted,
    limits,
    noStarts: throttled || isFailed,
    isFailed,
  });
  return { ...plan, limits };
}

/** Blue is kept whole while green comes up to the full count beside it, from SCALE_UP on. */
function planBothColours(input: PlanInput, limits: TaskLimits): RollingPlan {
  const { progress, standings } = input;
  const green = progress.service.primaryDeployment;
  const blue = sourceOf(progress);
  const ofGreen = standings.part((deployment) => deployment === green);
  const others = standings.part((deployment) => deployment !== green);
  const stage = primaryOf(progress)?.lifecycleStage ?? 'UNSET';
  const comesUp = stage !== 'UNSET' && stage !== 'RECONCILE_SERVICE' && stage !== 'PRE_SCALE_UP';
  const plans: RollingPlan[] = [];
  if (comesUp) plans.push(rolling(input, limits, { active: ofGreen, target: green }));
  if (blue !== undefined) plans.push(rolling(input, limits, { active: others, target: blue }));
  return {
    start: plans.flatMap(({ start }) => start),
    stop: plans.flatMap(({ stop }) => stop),
    isBlocked: plans.some(({ isBlocked }) => isBlocked),
  };
}

function rolling(
  input: PlanInput,
  limits: TaskLimits,
  part: { readonly active?: StandingGroup; readonly target?: string } = {},
): RollingPlan {
  const { snapshot, progress, standings, nowMs } = input;
  const target = part.target ?? progress.service.primaryDeployment;
  const active = part.active ?? standings;
  const isFailed = progress.deployments.get(target)?.rolloutState === 'FAILED';
  const { unplaced, settings } = snapshot;
  const isUnplaceable = unplaced?.deployment === target && unplaced.purpose === 'desired-count';
  const rollingInput: RollingInput = {
    active,
    target,
    limits,
    noStarts: isFailed ? 'failed' : input.throttled ? 'throttled' : undefined,
    isUnplaceable,
    lostPolicy: settings.lostPolicy,
    holdsSurplus: part.active === undefined && holdsSurplus(input, limits),
    nowMs,
  };
  const plan = planRolling(rollingInput);
  if (plan.start.length > 0 || plan.stop.length > 0 || part.active !== undefined) return plan;
  return { ...plan, start: rebalanceStart(input, limits) };
}

/** A task beyond the desired count has just been started to even out the spread: it is to become healthy first. */
function holdsSurplus({ snapshot, progress, standings }: PlanInput, limits: TaskLimits): boolean {
  const { rebalanceLevels } = snapshot.settings;
  if (rebalanceLevels === 0) return false;
  const good = isGood(progress.service.primaryDeployment);
  if (standings.count(good) !== limits.desired + 1) return false;
  if (standings.count((s, deployment) => s.health === 'starting' && good(s, deployment)) !== 1) return false;
  const settled = standings.list((s, deployment) => s.health !== 'starting' && good(s, deployment));
  return imbalanceOf(settled, candidates(snapshot), rebalanceLevels) !== undefined;
}

/** One task more where the spread has least, once the service is settled; the next decision stops one where it has most. */
function rebalanceStart(
  { snapshot, progress, standings, throttled }: PlanInput,
  limits: TaskLimits,
): StartTasks[] {
  const { rebalanceLevels, rebalanceDryRun } = snapshot.settings;
  if (rebalanceLevels === 0 || rebalanceDryRun || throttled) return [];
  if (snapshot.unplaced !== undefined || !isSettled(progress, standings, limits)) return [];
  if (limits.maximum <= standings.count()) return [];
  const imbalance = imbalanceOf(standings.list(), candidates(snapshot), rebalanceLevels);
  if (imbalance === undefined) return [];
  const { onlyInstances } = imbalance;
  const deployment = progress.service.primaryDeployment;
  return [{ deployment, count: 1, purpose: 'rebalance', onlyInstances, oneEach: false }];
}

/** The task that rebalancing would move, for a dry run. */
export function wouldMove(input: PlanInput, limits: TaskLimits): string | undefined {
  const { rebalanceLevels, rebalanceDryRun } = input.snapshot.settings;
  if (!rebalanceDryRun || rebalanceLevels === 0 || !isSettled(input.progress, input.standings, limits))
    return undefined;
  return imbalanceOf(input.standings.list(), candidates(input.snapshot), rebalanceLevels)?.surplus;
}

function candidates({ instances }: ServiceSnapshot): ServiceInstance[] {
  const found: ServiceInstance[] = [];
  for (const instance of instances.all()) {
    if (instance.status === 'ACTIVE' && instance.connected && instance.qualifies && !instance.lost)
      found.push(instance);
  }
  return found;
}

/** Exactly the desired tasks, all healthy and of the primary deployment, none on its way out. */
export function isSettled(progress: Progress, standings: Standings, { desired }: TaskLimits): boolean {
  const good = isGood(progress.service.primaryDeployment);
  const healthy = standings.count((s, deployment) => s.health === 'healthy' && good(s, deployment));
  return standings.stoppingCount === 0 && healthy === desired && standings.count() === desired;
}

export type { PlannedStop };
