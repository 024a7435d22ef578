import type {
  DeploymentHookRecord,
  DeploymentLifecycleHook,
  DeploymentLifecycleHookStage,
  DeploymentRecord,
  Service,
  ServiceDeploymentLifecycleStage,
} from '@longshore/model';

/** The stages of a blue/green deployment, in their order. Without a load balancer the shifts have nothing to do. */
export const stages: readonly ServiceDeploymentLifecycleStage[] = [
  'RECONCILE_SERVICE',
  'PRE_SCALE_UP',
  'SCALE_UP',
  'POST_SCALE_UP',
  'TEST_TRAFFIC_SHIFT',
  'POST_TEST_TRAFFIC_SHIFT',
  'PRODUCTION_TRAFFIC_SHIFT',
  'POST_PRODUCTION_TRAFFIC_SHIFT',
  'BAKE_TIME',
  'CLEAN_UP',
];

const defaultPauseMinutes = 1440;
const minuteMs = 60_000;

/** What the present stage waits for. */
export interface StageFacts {
  readonly greenIsUp: boolean;
  /** Nothing of other deployments is left. */
  readonly blueIsGone: boolean;
  /** More than one revision had tasks when the deployment began. */
  readonly severalRevisions: boolean;
}

/** What a look at the stage comes to: go on, wait (for so long at most), or give up. */
export type StageOutcome =
  | {
      readonly kind: 'next';
      readonly stage: ServiceDeploymentLifecycleStage;
      readonly hooks: readonly DeploymentHookRecord[];
    }
  | {
      readonly kind: 'wait';
      readonly hooks: readonly DeploymentHookRecord[];
      readonly wakeAfterMs: number | undefined;
    }
  | { readonly kind: 'done' }
  | { readonly kind: 'roll-back'; readonly reason: string; readonly hooks: readonly DeploymentHookRecord[] };

/**
 * Moves a blue/green deployment on by at most one stage. `record` has the time used up of bake and pauses up to now.
 * A PAUSE hook holds its stage, once what the stage itself does is done, until somebody continues it or its time is up.
 */
export function advanceStage(
  digits: string,
  record: DeploymentRecord,
  spec: Service,
  facts: StageFacts,
): StageOutcome {
  const { lifecycleStage: stage } = record;
  if (stage === 'UNSET') {
    return {
      kind: 'next',
      stage: facts.severalRevisions ? 'RECONCILE_SERVICE' : 'PRE_SCALE_UP',
      hooks: record.hooks,
    };
  }
  const work = stageWork(stage, record, spec, facts);
  if (!work.isDone) return { kind: 'wait', hooks: record.hooks, wakeAfterMs: work.wakeAfterMs };
  const { hooks, outcome, wakeAfterMs } = passHooks(
    digits,
    record,
    spec.deploymentConfiguration?.lifecycleHooks ?? [],
  );
  if (outcome === 'wait') return { kind: 'wait', hooks, wakeAfterMs };
  if (outcome === 'roll-back')
    return { kind: 'roll-back', reason: `The pause at ${stage} was not continued.`, hooks };
  const next = stages[stages.indexOf(stage) + 1];
  return next === undefined ? { kind: 'done' } : { kind: 'next', stage: next, hooks };
}

function stageWork(
  stage: ServiceDeploymentLifecycleStage,
  record: DeploymentRecord,
  spec: Service,
  { greenIsUp, blueIsGone }: StageFacts,
): { readonly isDone: boolean; readonly wakeAfterMs?: number | undefined } {
  switch (stage) {
    case 'SCALE_UP':
      return { isDone: greenIsUp };
    case 'BAKE_TIME': {
      const leftMs = (spec.deploymentConfiguration?.bakeTimeInMinutes ?? 0) * minuteMs - record.bakedMs;
      return { isDone: leftMs <= 0, wakeAfterMs: leftMs };
    }
    case 'CLEAN_UP':
      return { isDone: blueIsGone && greenIsUp };
    default:
      return { isDone: true };
  }
}

interface HookPass {
  readonly hooks: readonly DeploymentHookRecord[];
  readonly outcome: 'pass' | 'wait' | 'roll-back';
  readonly wakeAfterMs?: number | undefined;
}

function passHooks(
  digits: string,
  record: DeploymentRecord,
  configured: readonly DeploymentLifecycleHook[],
): HookPass {
  const pauses = configured.flatMap((hook, n) =>
    hook.targetType === 'PAUSE' ? hookStages(hook, record.lifecycleStage).map((at) => ({ hook, at, n })) : [],
  );
  const hooks = [...record.hooks];
  for (const { hook, at, n } of pauses) {
    const hookId = `${digits}/${at}/${n}`;
    let index = hooks.findIndex((h) => h.hookId === hookId);
    if (index < 0) index = hooks.push({ hookId, stage: at, status: 'AWAITING_ACTION', waitedMs: 0 }) - 1;
    const state = hooks[index] as DeploymentHookRecord;
    if (state.status === 'FAILED') return { hooks, outcome: 'roll-back' };
    if (state.status !== 'AWAITING_ACTION') continue;
    const { timeoutInMinutes = defaultPauseMinutes, action = 'ROLLBACK' } = hook.timeoutConfiguration ?? {};
    const leftMs = timeoutInMinutes * minuteMs - state.waitedMs;
    if (leftMs > 0) return { hooks, outcome: 'wait', wakeAfterMs: leftMs };
    hooks[index] = { ...state, status: 'TIMED_OUT' };
    if (action === 'ROLLBACK') return { hooks, outcome: 'roll-back' };
  }
  return { hooks, outcome: 'pass' };
}

/** The stages of a hook that end together with this stage: what comes before the production shift ends with the test. */
function hookStages(
  hook: DeploymentLifecycleHook,
  stage: DeploymentRecord['lifecycleStage'],
): DeploymentLifecycleHookStage[] {
  const at = hook.lifecycleStages ?? [];
  const here = at.filter((s) => s === stage);
  if (stage !== 'POST_TEST_TRAFFIC_SHIFT') return here;
  return [...here, ...at.filter((s) => s === 'PRE_PRODUCTION_TRAFFIC_SHIFT')];
}

/** Adds the time since the record was last written to what is used up: of the bake, and of a pause that waits. */
export function withElapsed(record: DeploymentRecord, elapsedMs: number): DeploymentRecord {
  const isBaking = record.lifecycleStage === 'BAKE_TIME';
  const isPausing = record.hooks.some(({ status }) => status === 'AWAITING_ACTION');
  if (elapsedMs <= 0 || record.rolloutState !== 'IN_PROGRESS' || !(isBaking || isPausing)) return record;
  return {
    ...record,
    bakedMs: isBaking && !isPausing ? record.bakedMs + elapsedMs : record.bakedMs,
    hooks: record.hooks.map((hook) =>
      hook.status === 'AWAITING_ACTION' ? { ...hook, waitedMs: hook.waitedMs + elapsedMs } : hook,
    ),
  };
}
