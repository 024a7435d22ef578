import { deferred } from '@longshore/kit';
import {
  serviceArn,
  serviceDeploymentArn,
  toTimestamp,
  type WatchEventsRequest,
  type WatchEventsResponse,
} from '@longshore/model';
import { activeCluster } from '../api/clusters/index.js';
import { scopeOf } from '../api/common/index.js';
import { renderInstance } from '../api/instances/render.js';
import type { Call } from '../api/operation.js';
import type { ServerContext } from '../api/server-context.js';
import { findTask } from '../api/tasks/find.js';
import { renderTask } from '../api/tasks/render.js';
import { linkedAbort } from '../linked-abort.js';
import type { ChangeFeed, FeedEntry } from './change-feed.js';

/**
 * State changes in the shape of ECS's events, from a revision on. Where this replica no longer knows what came after
 * the revision it says so (`gap`) and goes on from what it knows. Ends with its caller.
 */
export async function* watchEvents(
  feed: ChangeFeed,
  request: WatchEventsRequest,
  call: Call,
  context: ServerContext,
): AsyncGenerator<WatchEventsResponse, void, undefined> {
  const only =
    request.cluster === undefined ? undefined : (await activeCluster(request.cluster, call, context)).name;
  let from = request.afterRevision ?? context.store.watched;
  const bell = new Bell();
  const unlisten = feed.listen(() => bell.ring());
  try {
    while (!call.signal.aborted) {
      if (from < feed.floor) {
        yield { revision: feed.floor, gap: true, time: toTimestamp(context.clock.wallMs()), resources: [] };
        from = feed.floor;
      }
      for (const entry of feed.after(from)) {
        from = entry.revision;
        const event =
          only === undefined || clusterOf(entry) === only ? await toEvent(entry, call, context) : undefined;
        if (event) yield event;
      }
      if (feed.after(from).length === 0 && from >= feed.floor) await bell.next(call.signal);
    }
  } finally {
    unlisten();
  }
}

/** Remembers one ring until somebody waits. */
class Bell {
  #rung = false;
  #waiting: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#waiting?.();
  }

  async next(signal: AbortSignal): Promise<void> {
    if (!this.#rung) {
      const { promise, resolve } = deferred<void>();
      const limit = linkedAbort(signal);
      limit.signal.addEventListener('abort', () => resolve(), { once: true });
      this.#waiting = () => resolve();
      await promise;
      limit.end();
      this.#waiting = undefined;
    }
    this.#rung = false;
  }
}

function clusterOf(entry: FeedEntry): string {
  return entry.kind === 'task' ? entry.task.cluster : (entry.stored.key.names[0] ?? '');
}

async function toEvent(
  entry: FeedEntry,
  call: Call,
  context: ServerContext,
): Promise<WatchEventsResponse | undefined> {
  const common = { revision: entry.revision, time: toTimestamp(entry.atMs) };
  switch (entry.kind) {
    case 'task': {
      const { cluster, id } = entry.task;
      const now = await findTask(context.store, cluster, id, { readHistory: true });
      // Gone from the history as well: there is nothing left to show.
      if (!now) return undefined;
      // A client that is behind sees each state, with what else is known of the task by now.
      const { lastStatus, desiredStatus } = entry.task;
      const task = { ...renderTask(now, call, context, true), lastStatus, desiredStatus };
      return { ...common, detailType: 'ECS Task State Change', resources: arns(task.taskArn), task };
    }
    case 'instance': {
      const [cluster = '', id = ''] = entry.stored.key.names;
      const instance = renderInstance(entry.stored.value, { cluster, id }, { call, context });
      const resources = arns(instance.containerInstanceArn);
      return {
        ...common,
        detailType: 'ECS Container Instance State Change',
        resources,
        containerInstance: instance,
      };
    }
    default:
      return { ...common, ...serviceEvent(entry, call, context) };
  }
}

/** Services and deployments by name; their own shapes are rendered where their operations are. */
function serviceEvent(
  entry: Exclude<FeedEntry, { kind: 'task' | 'instance' }>,
  call: Call,
  context: ServerContext,
): WatchEventsResponse {
  const [cluster = '', service = '', deployment] = entry.stored.key.names;
  const scope = scopeOf({ call, context });
  return deployment === undefined
    ? { detailType: 'ECS Service Action', resources: [serviceArn(scope, cluster, service)] }
    : {
        detailType: 'ECS Deployment State Change',
        resources: [serviceDeploymentArn(scope, cluster, service, deployment)],
      };
}

function arns(arn: string | undefined): readonly string[] {
  return arn === undefined ? [] : [arn];
}
