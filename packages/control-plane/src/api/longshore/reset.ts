import { clientException, serverException } from '@longshore/model';
import {
  type Expectation,
  type Key,
  keyOf,
  type LiveKind,
  rangeOf,
  type Stored,
  type Write,
} from '@longshore/store';
import { newCluster } from '../clusters/active-cluster.js';
import type { Call } from '../operation.js';
import type { ServerContext } from '../server-context.js';
import { stopped } from '../tasks/stop-task.js';
import type { LongshoreOperation } from './operation.js';

/** How long containers have to end by themselves; then their tasks are forgotten, and their agents remove them. */
const stopWithinMs = 2000;
const lookEveryMs = 25;
const attempts = 50;
const coldPage = 500;

/** One key's change, resting on the key as it was read. */
interface Step {
  readonly expect: Expectation;
  readonly write: Write;
}

/**
 * Empties the cluster state of a server that was started with --dev: services, tasks and their history, definitions
 * with their revision counters, settings, and clusters without instances. Agents stay registered and keep their
 * sessions; access keys stay.
 */
export const reset: LongshoreOperation<'Reset'> = async (_request, call, context) => {
  if (!context.config.dev) throw clientException('Reset is only for a server that was started with --dev.');
  context.logger.warn({ caller: call.caller.name }, 'reset begins');
  await repeat(context, call, () => deletionsOf(context, ['service', 'deployment', 'serviceRevision']));
  await repeat(context, call, () => stopSteps(context));
  await untilStopped(context, call);
  await repeat(context, call, () => taskDeletions(context));
  await forgetHistory(context, call);
  await repeat(context, call, () => deletionsOf(context, ['taskDefinition', 'family', 'accountSetting']));
  await repeat(context, call, () => freshInstances(context));
  await repeat(context, call, () => freshClusters(context, call));
  context.logger.warn({ caller: call.caller.name }, 'reset done');
  return {};
};

/** Looks and commits until there is nothing left to do: what was overtaken is looked at again. */
async function repeat(context: ServerContext, call: Call, look: () => readonly Step[]): Promise<void> {
  const { store } = context;
  const perCommit = Math.min(100, store.limits.opsPerCommit);
  for (let attempt = 0; attempt < attempts; attempt++) {
    const steps = look();
    if (steps.length === 0) return;
    const chunks = Array.from({ length: Math.ceil(steps.length / perCommit) }, (_, i) =>
      steps.slice(i * perCommit, (i + 1) * perCommit),
    );
    await Promise.all(
      chunks.map(async (chunk) => {
        const request = { expect: chunk.map((s) => s.expect), write: chunk.map((s) => s.write) };
        const outcome = await store.commit(request, { signal: call.signal });
        if (!outcome.ok) await store.reached(outcome.conflict.asOf, call.signal);
      }),
    );
  }
  throw serverException('Reset was overtaken too often: try again.');
}

function deletionsOf(context: ServerContext, kinds: readonly Exclude<LiveKind, 'task'>[]): readonly Step[] {
  return kinds.flatMap((kind) =>
    context.store.list(rangeOf(kind)).map(({ key, revision }) => deletion(key, revision)),
  );
}

function deletion(key: Key, revision: number): Step {
  return { expect: { key, revision }, write: { delete: key } };
}

function* livingTasks({ store }: ServerContext) {
  for (const { key } of store.list(rangeOf('cluster'))) yield* store.tasks.inCluster(key.names[0] ?? '');
}

function stopSteps(context: ServerContext): readonly Step[] {
  const { store, clock } = context;
  const steps: Step[] = [];
  for (const task of livingTasks(context)) {
    if (task.desiredStatus === 'STOPPED') continue;
    const key = keyOf('task', task.cluster, task.id);
    const wish = { stopCode: 'UserInitiated', reason: 'longshore reset', nowMs: clock.wallMs() } as const;
    const value = stopped(store.tasks.record(task), wish);
    steps.push({ expect: { key, revision: task.revision }, write: { put: key, value } });
  }
  return steps;
}

async function untilStopped(context: ServerContext, call: Call): Promise<void> {
  const { clock } = context;
  const untilMs = clock.monotonicMs() + stopWithinMs;
  while (clock.monotonicMs() < untilMs) {
    let living = false;
    for (const task of livingTasks(context)) living ||= task.lastStatus !== 'STOPPED';
    if (!living) return;
    await clock.sleep(lookEveryMs, call.signal);
  }
}

function taskDeletions(context: ServerContext): readonly Step[] {
  return [...livingTasks(context)].map((task) =>
    deletion(keyOf('task', task.cluster, task.id), task.revision),
  );
}

async function forgetHistory(context: ServerContext, call: Call): Promise<void> {
  const { store } = context;
  for (const kind of ['history', 'serviceEvents'] as const)
    for (;;) {
      const page = await store.listCold(rangeOf(kind), {
        limit: Math.min(coldPage, store.limits.opsPerCommit),
      });
      if (page.items.length === 0) break;
      const steps = page.items.map(({ key, revision }) => deletion(key, revision));
      // What another deletes meanwhile makes this one lose: the next page begins with what is left.
      await store.commit(
        { expect: steps.map((s) => s.expect), write: steps.map((s) => s.write) },
        { signal: call.signal },
      );
    }
}

/** As they registered, without what was said of them since. */
function freshInstances({ store }: ServerContext): readonly Step[] {
  return store
    .list(rangeOf('instance'))
    .filter(
      ({ value }) => value.status !== 'ACTIVE' || value.customAttributes.length > 0 || value.tags.length > 0,
    )
    .map(({ key, value, revision }) => ({
      expect: { key, revision },
      write: { put: key, value: { ...value, status: 'ACTIVE', customAttributes: [], tags: [] } },
    }));
}

function freshClusters(context: ServerContext, call: Call): readonly Step[] {
  const { store } = context;
  return store.list(rangeOf('cluster')).flatMap((stored): Step[] => {
    const name = stored.key.names[0] ?? '';
    if (store.count(rangeOf('instance', name)) === 0) return [deletion(stored.key, stored.revision)];
    if (isFresh(stored)) return [];
    const value = { ...newCluster(call, context), createdAtMs: stored.value.createdAtMs };
    return [{ expect: { key: stored.key, revision: stored.revision }, write: { put: stored.key, value } }];
  });
}

function isFresh({ value }: Stored<'cluster'>): boolean {
  return (
    value.status === 'ACTIVE' &&
    value.tags.length === 0 &&
    value.capacityProviders.length === 0 &&
    value.configuration === undefined &&
    value.serviceConnectDefaults === undefined &&
    value.settings.length <= 1
  );
}
