import type { BenchOptions, Figures } from './main.js';
import { BenchCluster } from './support/cluster.js';
import { Crowd, registerFamilies } from './support/crowd.js';
import { round, setUp } from './support/figures.js';
import { type Incident, incidents } from './support/incidents.js';
import { Watched } from './support/watched-tasks.js';

export const description =
  'leader, follower, etcd leader killed, instance lost: next placement, all tasks run again';

/** Milliseconds within which the next placement comes. */
const bars: Readonly<Partial<Record<Incident, number>>> = { follower: 1000, leader: 10_000 };

interface Sizes {
  readonly instances: number;
  readonly tasksPerInstance: number;
  readonly servers: number;
  readonly etcds: number;
  readonly instanceTimeoutSeconds: number;
  readonly replaceAfterSeconds: number;
  readonly only: readonly Incident[];
}

/**
 * `--instances`, `--tasks-per-instance`, `--servers`, `--etcds`, `--instance-timeout-seconds`,
 * `--replace-after-seconds`, `--only follower,leader,etcd,instance`; `--short`: a leader and an instance.
 */
export async function run(options: BenchOptions): Promise<Figures> {
  const sizes = sizesOf(options);
  const { instances, tasksPerInstance, servers, etcds } = sizes;
  console.log(
    `recover on ${setUp()}: ${servers} servers, ${etcds} members of etcd, ${instances} instances with ` +
      `${tasksPerInstance} tasks each`,
  );
  const flags = [
    `--instance-timeout=${sizes.instanceTimeoutSeconds}s`,
    `--replace-after=${sizes.replaceAfterSeconds}s`,
    // A surplus goes once the replacements count as healthy, which would take 40 s after their start.
    '--healthy-after=3s',
  ];
  const cluster = await BenchCluster.start(flags, sizes);
  const ends: (() => Promise<void>)[] = [() => cluster.stop()];
  try {
    await registerFamilies(cluster);
    const crowd = await Crowd.start(cluster, instances, 2 * tasksPerInstance, { rejoin: true });
    ends.unshift(() => crowd.end());
    const watched = await Watched.start(cluster, crowd, instances * tasksPerInstance);
    ends.unshift(async () => watched.close());
    const figures: Record<string, unknown> = { ...sizes };
    for (const incident of sizes.only) {
      const seen = await incidents[incident]({ cluster, crowd, watched });
      for (const [name, value] of Object.entries(seen))
        console.log(`  ${incident.padEnd(9)} ${name.padEnd(20)} ${String(value)}`);
      figures[incident] = seen;
    }
    return { ...figures, missed: missedBy(figures) };
  } finally {
    for (const end of ends) await end();
  }
}

function sizesOf(options: BenchOptions): Sizes {
  const short = options.short === true;
  const all = Object.keys(incidents) as readonly Incident[];
  const only = options.only ?? (short ? 'leader,instance' : all.join(','));
  const named = String(only).split(',');
  const unknown = named.filter((name) => !all.includes(name as Incident));
  if (unknown.length > 0) throw new Error(`--only: ${unknown.join(', ')} is none of ${all.join(', ')}`);
  return {
    instances: numberOf(options.instances, short ? 4 : 20),
    tasksPerInstance: numberOf(options.tasksPerInstance, short ? 10 : 500),
    servers: numberOf(options.servers, short ? 2 : 3),
    etcds: numberOf(options.etcds, short ? 1 : 3),
    instanceTimeoutSeconds: numberOf(options.instanceTimeoutSeconds, short ? 2 : 5),
    replaceAfterSeconds: numberOf(options.replaceAfterSeconds, short ? 1 : 5),
    only: all.filter((name) => named.includes(name)),
  };
}

function missedBy(figures: Figures): readonly string[] {
  return (Object.entries(bars) as [Incident, number][]).flatMap(([incident, barMs]) => {
    const { nextPlacementMs = 0 } = (figures[incident] ?? {}) as { readonly nextPlacementMs?: number };
    return nextPlacementMs > barMs ? [`${incident}: ${round(nextPlacementMs)} over ${barMs} ms`] : [];
  });
}

function numberOf(option: BenchOptions[string] | undefined, otherwise: number): number {
  return typeof option === 'number' ? option : otherwise;
}
