import { SimCluster } from '../support/cluster/cluster.js';
import type { BenchOptions, Figures } from './main.js';
import { round, setUp } from './support/figures.js';
import { type Part, profiled } from './support/profile.js';

export const description = 'the service scheduler: processor a task of one service, on a store in memory';

/** What belongs to the service scheduler: the controller and the decisions. */
const scheduler: Part = {
  name: 'service scheduler',
  files: /packages\/(control-plane\/src\/controllers\/services|scheduler\/src\/(service|health))\//,
};

/**
 * `--tasks`, `--hosts`, `--spread-ms` (over how long they become RUNNING). One replica and hosts in this process, on a
 * clock that only the bench moves: what is counted is processor, by a profile, and not time.
 */
export async function run(options: BenchOptions): Promise<Figures> {
  const short = options.short === true;
  const tasks = Number(options.tasks ?? (short ? 500 : 10_000));
  const spreadMs = Number(options.spreadMs ?? (short ? 2000 : 20_000));
  const sim = await openCluster(tasks, Number(options.hosts ?? (short ? 5 : 100)));
  console.log(`service of ${tasks} tasks on ${setUp()}`);
  try {
    const definition = await sim.define(
      'web',
      {
        get startsAfterMs() {
          return Math.floor(sim.random.next() * spreadMs);
        },
        stopsAfterMs: 300,
      },
      { containerDefinitions: [{ name: 'app', image: 'busybox:1.36', cpu: 10, memory: 10 }] },
    );
    await sim.call('CreateService', { serviceName: 'web', taskDefinition: definition, desiredCount: 0 });
    await sim.advance(5000);
    return await measure(sim, { tasks, spreadMs });
  } finally {
    await sim.close();
  }
}

async function openCluster(tasks: number, hosts: number): Promise<SimCluster> {
  const each = (Math.ceil(tasks / hosts) + 2) * 10;
  return await SimCluster.open({
    seed: 1,
    hosts,
    audited: false,
    flags: { 'healthy-after': '10s' },
    resources: { cpuUnits: each, memoryMiB: each },
  });
}

async function measure(
  sim: SimCluster,
  { tasks, spreadMs }: { readonly tasks: number; readonly spreadMs: number },
): Promise<Figures> {
  const figures: Record<string, number> = {};
  const phase = async (name: string, act: () => Promise<void>): Promise<void> => {
    const { us, processorMs } = await profiled(scheduler, act);
    figures[`${name}_us_per_task`] = round(us / tasks, 1);
    figures[`${name}_whole_us_per_task`] = round((processorMs * 1000) / tasks, 1);
    console.log(
      `  ${name.padEnd(14)} ${round(us / tasks, 1)} us a task; the whole process ${round((processorMs * 1000) / tasks, 1)}`,
    );
  };
  const { store } = sim.auditor;
  await phase('place', async () => {
    await sim.call('UpdateService', { service: 'web', desiredCount: tasks });
    await sim.until(() => store.tasks.size === tasks, 600_000, 50);
  });
  await phase('become RUNNING', async () => {
    await sim.advance(spreadMs + 1000);
  });
  const { runningCount, pendingCount } = await sim.service('web');
  if (runningCount !== tasks || pendingCount !== 0)
    throw new Error(`${runningCount} of ${tasks} tasks are RUNNING`);
  await phase('become healthy', async () => {
    await sim.advance(15_000);
  });
  if (!(await sim.isStable('web'))) throw new Error(`not stable:\n${sim.describe()}`);
  await phase('stop', async () => {
    await sim.call('UpdateService', { service: 'web', desiredCount: 0 });
    await sim.until(() => store.tasks.size === 0, 600_000, 500);
  });
  return figures;
}
