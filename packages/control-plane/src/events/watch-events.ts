import { deferred } from '@longshore/kit';
import { toTimestamp, type WatchEventsRequest, type WatchEventsResponse } from '@longshore/model';
import { activeCluster } from '../api/clusters/index.js';
import type { Call } from '../api/operation.js';
import type { ServerContext } from '../api/server-context.js';
import { linkedAbort } from '../linked-abort.js';
import type { ChangeFeed, FeedEntry } from './change-feed.js';
import { toEvent } from './to-event.js';

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
          only === undefined || clusterOf(entry) === only
            ? await toEvent(entry, { call, context })
            : undefined;
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
  switch (entry.kind) {
    case 'task':
      return entry.task.cluster;
    case 'service':
      return entry.cluster;
    default:
      return entry.stored.key.names[0] ?? '';
  }
}
