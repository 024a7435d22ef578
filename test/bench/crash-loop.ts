import { SimCluster } from '../support/cluster/cluster.js';
import type { BenchOptions, Figures } from './main.js';
import { round, setUp } from './support/figures.js';

export const description =
  'tasks that crash a hundred times a second: what the database holds, on a clock that is moved';

/** Stopped tasks that are kept of a family: ECS's users see that many, whatever crashes. */
const keptPerGroup = 500;
/** Beside tasks: instances, definitions, a service with its deployments, sessions, leases. */
const others = 100;

interface Sample {
  readonly minute: number;
  readonly records: number;
  readonly bytes: number;
  /** What the revisions take that are not compacted yet. */
  readonly revisionBytes: number;
}

/**
 * `--minutes` (60), `--per-second` (100). A client starts tasks that exit at once, and beside it a service crashes and is
 * held back; one replica and hosts in this process. Fails where the database grows with the time.
 */
export async function run(options: BenchOptions): Promise<Figures> {
  const minutes = Number(options.minutes ?? (options.short === true ? 2 : 60));
  const perSecond = Number(options.perSecond ?? 100);
  console.log(`crash loop of ${perSecond} tasks a second for ${minutes} min on ${setUp()}`);
  const sim = await openCluster();
  try {
    const samples: Sample[] = [];
    for (let minute = 1; minute <= minutes; minute++) {
      for (let second = 0; second < 60; second++) await crash(sim, perSecond);
      samples.push(sampleOf(sim, minute));
      if (minute % 10 === 0 || minute === minutes) print(samples.at(-1) as Sample);
    }
    await sim.advance(30_000);
    const end = sampleOf(sim, minutes);
    assertBounded(sim, { end, samples, perSecond });
    const started = sim.hosts.reduce((sum, host) => sum + host.started.length, 0);
    return { minutes, started, records: end.records, bytes: end.bytes, peakBytes: peakOf(samples) };
  } finally {
    await sim.close();
  }
}

async function openCluster(): Promise<SimCluster> {
  const resources = { cpuUnits: 10_000, memoryMiB: 10_000 };
  const sim = await SimCluster.open({ seed: 1, hosts: 2, audited: false, resources });
  const fate = { startsAfterMs: 50, failsToStart: true, stopsAfterMs: 50 };
  const containerDefinitions = [{ name: 'app', image: 'busybox:1.36', cpu: 1, memory: 6 }];
  await sim.define('crash', fate, { containerDefinitions });
  await sim.define('web', fate, { containerDefinitions });
  await sim.call('CreateService', { serviceName: 'web', taskDefinition: 'web', desiredCount: 10 });
  return sim;
}

async function crash(sim: SimCluster, count: number): Promise<void> {
  const tags = [{ key: 'longshore:count', value: String(count) }];
  const { failures = [] } = await sim.call('RunTask', { taskDefinition: 'crash', tags });
  if (failures.length > 0)
    throw new Error(`${failures.length} tasks found no place: ${JSON.stringify(failures[0])}`);
  await sim.advance(1000);
}

function sampleOf({ backend: { history } }: SimCluster, minute: number): Sample {
  let records = 0;
  let bytes = 0;
  for (const { path, value } of history.between('', '~')) {
    records++;
    bytes += path.length + value.byteLength;
  }
  let revisionBytes = 0;
  for (const events of history.since(history.compacted + 1) ?? [])
    for (const { path, value } of events) revisionBytes += path.length + (value?.byteLength ?? 0);
  return { minute, records, bytes, revisionBytes };
}

function print({ minute, records, bytes, revisionBytes }: Sample): void {
  const kib = (n: number): string => `${round(n / 1024)} KiB`;
  console.log(`  minute ${minute}: ${records} records, ${kib(bytes)}; revisions ${kib(revisionBytes)}`);
}

function peakOf(samples: readonly Sample[]): number {
  return Math.max(...samples.map(({ bytes, revisionBytes }) => bytes + revisionBytes));
}

function assertBounded(
  sim: SimCluster,
  about: { readonly end: Sample; readonly samples: readonly Sample[]; readonly perSecond: number },
): void {
  const { end, samples, perSecond } = about;
  const living = sim.auditor.store.tasks.size;
  if (living > perSecond) throw new Error(`${living} tasks are among the living`);
  if (end.records > 2 * keptPerGroup + others) throw new Error(`${end.records} records are kept`);
  // Compaction keeps some minutes of revisions: from then on the peak stays where it is.
  if (samples.length < 30) return;
  const [early, late] = [peakOf(samples.slice(10, 20)), peakOf(samples.slice(-10))];
  if (late > early * 1.1) throw new Error(`the database grows: ${early} bytes, later ${late}`);
}
