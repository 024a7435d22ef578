import { createHash } from 'node:crypto';
import {
  type CreateTaskSetRequest,
  checkTags,
  type DeploymentRecord,
  invalidParameter,
  type TaskSet,
  toTimestamp,
} from '@longshore/model';
import { beginDeployment } from '@longshore/scheduler';
import { keyOf } from '@longshore/store';
import { requireDefinition } from '../lookup.js';
import type { Operation, OperationContext } from '../operation.js';
import { checkLaunch, checkNotBuilt } from '../services/checks.js';
import { commitAfresh } from '../services/commit.js';
import { newRevision } from '../services/revision.js';
import { checkAgainstDefinition } from '../tasks/request.js';
import { renderSet, requireExternal, setsOf, withSets } from './find.js';
import { checkedScale } from './scale.js';

/** What a service may have at once, as on ECS. */
const mostSets = 5;

/** ECS's CreateTaskSet: a share of the service's tasks, made from a definition of its own. */
export const createTaskSet: Operation<'CreateTaskSet'> = async (request, call, context) => {
  checkLaunch(request);
  checkNotBuilt(request);
  checkTags(request.tags, 'task-set');
  const scale = checkedScale(request.scale);
  const digits = digitsFor(request, context);
  return await commitAfresh(context, call, async () => {
    const named = await requireExternal(request, call, context);
    const definition = await requireDefinition(request.taskDefinition, call, context);
    checkAgainstDefinition({ networkConfiguration: request.networkConfiguration }, definition.definition);
    const { stored } = named;
    const shown = (set: TaskSet, record = stored.value) => ({
      taskSet: renderSet(set, named, record, { call, context, tags: true }),
    });
    const sets = setsOf(stored.value);
    const present = sets.find((set) => set.id === digits);
    if (present) return { answer: () => shown(present) };
    if (sets.length >= mostSets) throw invalidParameter(`A service can have at most ${mostSets} task sets.`);
    const nowMs = context.clock.wallMs();
    const set = newSet(request, { digits, scale, nowMs });
    const record = withSets(stored.value, [...sets, set]);
    const fixed = {
      launchType: request.launchType ?? 'EC2',
      networkConfiguration: request.networkConfiguration,
    } as const;
    const key = (kind: 'deployment' | 'serviceRevision') =>
      keyOf(kind, named.cluster.name, named.name, digits);
    return {
      commit: {
        expect: [{ key: stored.key, revision: stored.revision }, ...definition.expect],
        write: [
          { put: stored.key, value: record },
          { put: key('serviceRevision'), value: newRevision({ definition, fixed }, nowMs) },
          { put: key('deployment'), value: recordOf(digits, nowMs) },
        ],
      },
      answer: () => shown(set, record),
    };
  });
};

/** Under a token always the same, so that the same request makes one set. */
function digitsFor({ clientToken, service }: CreateTaskSetRequest, { random }: OperationContext): string {
  if (clientToken === undefined) return random.digits(19);
  const hex = createHash('sha256')
    .update(JSON.stringify(['task-set', service, clientToken]))
    .digest('hex');
  return String(BigInt(`0x${hex.slice(0, 15)}`) + 10n ** 18n);
}

function newSet(
  { externalId, tags }: CreateTaskSetRequest,
  { digits, scale, nowMs }: { digits: string; scale: TaskSet['scale']; nowMs: number },
): TaskSet {
  const at = toTimestamp(nowMs);
  return { id: digits, externalId, status: 'ACTIVE', scale, createdAt: at, updatedAt: at, tags };
}

/** A task set keeps its share and is never rolled out by us: its deployment is complete from the first. */
function recordOf(digits: string, nowMs: number): DeploymentRecord {
  const blank = {
    status: 'ACTIVE',
    createdAtMs: nowMs,
    createdBy: '',
    primaryDeployment: '',
    currentRevision: '',
    actions: [],
    statusChangedAtMs: nowMs,
    tags: [],
    requestHash: new Uint8Array(),
  };
  const { deployments } = beginDeployment(
    { service: blank, deployments: new Map() },
    { digits, revision: digits, forced: false, nowMs },
  );
  const record = deployments.get(digits) as DeploymentRecord;
  return { ...record, status: 'ACTIVE', rolloutState: 'COMPLETED', deploymentStatus: 'SUCCESSFUL' };
}
