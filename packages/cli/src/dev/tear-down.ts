import { type Clock, messageOf } from '@longshore/kit';
import type { Gateway } from '../gateway.js';
import { isNotBuilt } from '../operations/wait.js';
import { idOf, plural } from '../output/units.js';
import { describeTasks, listInstances, listServices, taskArns } from '../reading/cluster.js';

const stopWithinMs = 45_000;
const lookEveryMs = 200;

/**
 * Stops every service and task of every cluster, and gives the container instances of them all. Problems are said, not
 * thrown.
 */
export async function stopEverything(
  gateway: Gateway,
  clock: Clock,
  say: (line: string) => void,
): Promise<readonly string[]> {
  const instances: string[] = [];
  try {
    const { clusterArns = [] } = await gateway.ecs('ListClusters', {});
    for (const cluster of clusterArns) {
      for (const { containerInstanceArn } of await listInstances(gateway, cluster))
        instances.push(idOf(containerInstanceArn));
      await stopCluster(gateway, cluster, clock, say);
    }
  } catch (thrown) {
    say(`stopping the tasks: ${messageOf(thrown)}`);
  }
  return instances;
}

async function deleteServices(gateway: Gateway, cluster: string): Promise<void> {
  try {
    for (const { serviceName, status } of await listServices(gateway, cluster))
      if (serviceName && status === 'ACTIVE')
        await gateway.ecs('DeleteService', { cluster, service: serviceName, force: true });
  } catch (thrown) {
    // A server without services has none to delete.
    if (!isNotBuilt(thrown)) throw thrown;
  }
}

async function stopCluster(
  gateway: Gateway,
  cluster: string,
  clock: Clock,
  say: (line: string) => void,
): Promise<void> {
  await deleteServices(gateway, cluster);
  const tasks = await taskArns(gateway, { cluster, desiredStatus: 'RUNNING' });
  if (tasks.length > 0) say(`stopping ${plural(tasks.length, 'task')}`);
  for (const task of tasks) await gateway.ecs('StopTask', { cluster, task, reason: 'longshore dev --rm' });
  const untilMs = clock.monotonicMs() + stopWithinMs;
  for (;;) {
    const left = (await describeTasks(gateway, cluster, tasks)).filter((t) => t.lastStatus !== 'STOPPED');
    if (left.length === 0) return;
    if (clock.monotonicMs() > untilMs) return say(`${plural(left.length, 'task')} did not stop in time`);
    await clock.sleep(lookEveryMs);
  }
}
