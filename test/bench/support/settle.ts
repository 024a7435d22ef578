import type { EcsClient } from '@longshore/rpc';

/** A cluster that moves nothing for so long is stuck. */
const stuckAfterMs = 30_000;

/** Resolves when DescribeClusters shows so many tasks RUNNING and none PENDING. Throws where nothing moves any more. */
export async function untilRuns(client: EcsClient, cluster: string, tasks: number): Promise<number> {
  return await untilSettled(async () => {
    const { clusters = [] } = await client.DescribeClusters({ clusters: [cluster] });
    const { runningTasksCount: running = 0, pendingTasksCount: pending = 0 } = clusters[0] ?? {};
    if (running === tasks && pending === 0) return undefined;
    return `${running} tasks of ${tasks} run, ${pending} are pending`;
  });
}

/**
 * Asks again and again until nothing is left to be said; wall milliseconds then. Throws where the same is said for too
 * long.
 */
export async function untilSettled(
  look: () => Promise<string | undefined>,
  options: { readonly everyMs?: number; readonly stuckAfterMs?: number } = {},
): Promise<number> {
  let last = '';
  let movedMs = Date.now();
  for (;;) {
    const state = await look();
    if (state === undefined) return Date.now();
    if (state !== last) movedMs = Date.now();
    last = state;
    if (Date.now() > movedMs + (options.stuckAfterMs ?? stuckAfterMs)) throw new Error(`stuck: ${state}`);
    await new Promise((resolve) => setTimeout(resolve, options.everyMs ?? 200));
  }
}
