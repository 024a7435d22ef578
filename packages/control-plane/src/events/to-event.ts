import { createHash } from 'node:crypto';
import { uuidOf } from '@longshore/kit';
import { clusterArn, serviceArn, toTimestamp, type WatchEventsResponse } from '@longshore/model';
import { scopeOf } from '../api/common/index.js';
import { renderInstance } from '../api/instances/render.js';
import type { Call } from '../api/operation.js';
import type { ServerContext } from '../api/server-context.js';
import { findTask } from '../api/tasks/find.js';
import { renderTask } from '../api/tasks/render.js';
import type { FeedEntry } from './change-feed.js';

export interface Reader {
  readonly call: Call;
  readonly context: ServerContext;
}

/** The event as EventBridge delivers ECS's; undefined: there is nothing left to show. */
export async function toEvent(entry: FeedEntry, reader: Reader): Promise<WatchEventsResponse | undefined> {
  switch (entry.kind) {
    case 'task':
      return await taskEvent(entry, reader);
    case 'instance':
      return instanceEvent(entry, reader);
    case 'service':
      return actionEvent(entry, reader);
    case 'deployment':
      return deploymentEvent(entry, reader);
  }
}

type Of<K extends FeedEntry['kind']> = Extract<FeedEntry, { readonly kind: K }>;

async function taskEvent(
  { revision, atMs, task: told }: Of<'task'>,
  reader: Reader,
): Promise<WatchEventsResponse | undefined> {
  const { call, context } = reader;
  const now = await findTask(context.store, told.cluster, told.id, { readHistory: true });
  // Gone from the history as well.
  if (!now) return undefined;
  // A client that is behind sees each state, with what else is known of the task by now.
  const { lastStatus, desiredStatus } = told;
  const task = { ...renderTask(now, call, context, true), lastStatus, desiredStatus };
  const about = { revision, atMs, detailType: 'ECS Task State Change', resource: task.taskArn ?? '' };
  return { ...envelope(about, reader), task };
}

function instanceEvent({ revision, atMs, stored }: Of<'instance'>, reader: Reader): WatchEventsResponse {
  const [cluster = '', id = ''] = stored.key.names;
  const containerInstance = renderInstance(stored.value, { cluster, id }, reader);
  const resource = containerInstance.containerInstanceArn ?? '';
  const about = { revision, atMs, detailType: 'ECS Container Instance State Change', resource };
  return { ...envelope(about, reader), containerInstance, clusterArn: clusterArn(scopeOf(reader), cluster) };
}

function actionEvent(
  { revision, cluster, service, action }: Of<'service'>,
  reader: Reader,
): WatchEventsResponse {
  const { atMs, eventType, eventName, reason } = action;
  const scope = scopeOf(reader);
  const resource = serviceArn(scope, cluster, service);
  return {
    ...envelope({ revision, atMs, detailType: 'ECS Service Action', resource, name: eventName }, reader),
    serviceAction: {
      eventType,
      eventName,
      clusterArn: clusterArn(scope, cluster),
      createdAt: toTimestamp(atMs),
      ...(reason !== '' && { reason }),
    },
  };
}

const rollouts = {
  UNSET: undefined,
  IN_PROGRESS: { eventType: 'INFO', eventName: 'SERVICE_DEPLOYMENT_IN_PROGRESS' },
  COMPLETED: { eventType: 'INFO', eventName: 'SERVICE_DEPLOYMENT_COMPLETED' },
  FAILED: { eventType: 'ERROR', eventName: 'SERVICE_DEPLOYMENT_FAILED' },
} as const;

function deploymentEvent(
  { revision, atMs, stored: { key, value } }: Of<'deployment'>,
  reader: Reader,
): WatchEventsResponse | undefined {
  const rollout = rollouts[value.rolloutState];
  if (rollout === undefined) return undefined;
  const [cluster = '', service = '', digits = ''] = key.names;
  const resource = serviceArn(scopeOf(reader), cluster, service);
  const name = `${digits} ${rollout.eventName}`;
  return {
    ...envelope({ revision, atMs, detailType: 'ECS Deployment State Change', resource, name }, reader),
    deploymentStateChange: {
      ...rollout,
      deploymentId: `ecs-svc/${digits}`,
      updatedAt: toTimestamp(value.updatedAtMs),
      reason: value.rolloutStateReason,
    },
  };
}

interface About {
  readonly revision: number;
  readonly atMs: number;
  readonly detailType: string;
  readonly resource: string;
  /** Tells events of one revision on one resource apart. */
  readonly name?: string;
}

function envelope(
  { revision, atMs, detailType, resource, name = '' }: About,
  { call, context }: Reader,
): WatchEventsResponse {
  return {
    revision,
    version: '0',
    id: idOf([context.store.epoch, revision, resource, name].join(' ')),
    source: 'aws.ecs',
    account: context.accountId,
    region: call.region,
    time: toTimestamp(atMs),
    detailType,
    resources: [resource],
  };
}

/** The same event has the same id, whoever tells it. */
function idOf(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex').slice(0, 32);
  return uuidOf(hex);
}
