import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { aClusterRecord, aTaskRecord, codecOf, type TaskRecord } from '@longshore/model';
import { type EtcdStore, keyOf, openEtcdStore, rangeOf, type Write } from '@longshore/store';
import { TestEtcd } from '../support/etcd.js';
import type { BenchOptions, Figures } from './main.js';
import { BareEtcd } from './support/bare-etcd.js';
import { inTurns, median, percentile, ratioOf, round, setUp } from './support/figures.js';

export const description = 'the store on a real etcd: commits, change-feed lag, list; beside the bare client';

interface Sizes {
  readonly pairs: number;
  /** How long one turn lasts. */
  readonly turnMs: number;
  readonly tasks: number;
  readonly lagCommits: number;
}

const cluster = keyOf('cluster', 'bench');
const prefix = '/bench/';

/** `--pairs`, `--turn-ms`, `--tasks`, `--lag-commits`; `--short` asserts and says little about time. */
export async function run(options: BenchOptions): Promise<Figures> {
  const short = options.short === true;
  const sizes: Sizes = {
    pairs: numberOf(options.pairs, short ? 1 : 7),
    turnMs: numberOf(options.turnMs, short ? 200 : 1_000),
    tasks: numberOf(options.tasks, short ? 3_000 : 100_000),
    lagCommits: numberOf(options.lagCommits, short ? 100 : 2_000),
  };
  const etcd = await TestEtcd.start();
  const bare = new BareEtcd(etcd.endpoint, prefix);
  const store = openAt(etcd, 'bench');
  await store.start();
  try {
    const { members } = await store.status();
    console.log(`store on ${setUp()}, etcd ${members[0]?.version}, fsync on; median of ${sizes.pairs} pairs`);
    console.log(`  ${sizes.turnMs} ms a turn, a task's record is ${recordBytes()} bytes`);
    await create(store, [{ put: cluster, value: aClusterRecord() }], cluster);
    const commits = await benchCommits(store, bare, sizes);
    const lag = await benchLag(store, etcd, sizes);
    const list = await benchList(store, bare, etcd, sizes);
    return { ...sizes, recordBytes: recordBytes(), ...commits, ...lag, ...list };
  } finally {
    await store.stop();
    bare.close();
    await etcd.stop();
  }
}

function openAt(etcd: TestEtcd, replica: string): EtcdStore {
  const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
  return openEtcdStore({ endpoints: [etcd.endpoint], prefix, replica, ...parts });
}

/** What a placed task of a service takes. */
function aTask(): TaskRecord {
  return aTaskRecord({
    service: 'web',
    deployment: '1234567890123456789',
    startedBy: 'ecs-svc/1234567890123456789',
    instance: systemRandom.hexId(),
    availabilityZone: 'eu-central-1a',
  });
}

function recordBytes(): number {
  return codecOf('TaskRecord').encode(aTask()).byteLength;
}

interface Shape {
  readonly name: string;
  readonly atOnce: number;
  /** Keys that one commit writes; the bare client's transaction may hold more, where that is its best. */
  readonly keys: number;
  readonly bareKeys: number;
  readonly bareAtOnce: number;
}

const shapes: readonly Shape[] = [
  { name: 'single', atOnce: 1, keys: 1, bareKeys: 1, bareAtOnce: 1 },
  // Independent commits of one key each; the bare client is allowed to know them all beforehand.
  { name: 'grouped', atOnce: 1024, keys: 1, bareKeys: 128, bareAtOnce: 32 },
  // A round of placement: 20 instances with 5 tasks each and their fences.
  { name: 'round', atOnce: 32, keys: 120, bareKeys: 120, bareAtOnce: 32 },
];

async function benchCommits(store: EtcdStore, bare: BareEtcd, sizes: Sizes): Promise<Figures> {
  const figures: Record<string, unknown> = {};
  for (const shape of shapes) {
    const ours = () => commitFor(store, shape, sizes.turnMs);
    const theirs = () => bareFor(bare, shape, sizes.turnMs);
    const pairs = await inTurns(sizes.pairs, ours, theirs);
    const ratio = ratioOf(pairs);
    const oursPerSecond = round(median(pairs.map(([a]) => a)));
    const barePerSecond = round(median(pairs.map(([, b]) => b)));
    console.log(
      `  ${shape.name.padEnd(8)} ${oursPerSecond} keys/s, bare ${barePerSecond} keys/s, ratio ${ratio.median} (${ratio.lowest} to ${ratio.highest})`,
    );
    figures[`${shape.name}KeysPerSecond`] = oursPerSecond;
    figures[`${shape.name}BareKeysPerSecond`] = barePerSecond;
    figures[`${shape.name}RatioToBare`] = ratio;
  }
  return figures;
}

/** Keys a second through the store; every one of them is looked for afterwards. */
async function commitFor(store: EtcdStore, shape: Shape, turnMs: number): Promise<number> {
  const task = aTask();
  const before = store.tasks.size;
  const cpu = process.cpuUsage();
  const { count, seconds } = await forAWhile(shape.atOnce, turnMs, async () => {
    const keys = Array.from({ length: shape.keys }, () => keyOf('task', 'bench', systemRandom.hexId()));
    const writes = keys.map((put) => ({ put, value: task }));
    await create(store, writes, keys[0] ?? cluster);
  });
  const { user, system } = process.cpuUsage(cpu);
  await store.barrier();
  const written = store.tasks.size - before;
  if (written !== count * shape.keys) throw new Error(`${written} tasks of ${count * shape.keys} are there`);
  if (shape.keys > 1) console.log(`           ${round((user + system) / written, 1)} us of processor a key`);
  return written / seconds;
}

async function bareFor(bare: BareEtcd, shape: Shape, turnMs: number): Promise<number> {
  const value = codecOf('TaskRecord').encode(aTask());
  const folder = `bare/${systemRandom.hexId()}/`;
  const { count, seconds } = await forAWhile(shape.bareAtOnce, turnMs, () =>
    bare.create(
      Array.from({ length: shape.bareKeys }, () => folder + systemRandom.hexId()),
      value,
    ),
  );
  const written = await bare.count(folder);
  if (written !== count * shape.bareKeys)
    throw new Error(`${written} keys of ${count * shape.bareKeys} are there`);
  return written / seconds;
}

async function forAWhile(
  atOnce: number,
  ms: number,
  once: () => Promise<void>,
): Promise<{ readonly count: number; readonly seconds: number }> {
  const startedMs = performance.now();
  let count = 0;
  const worker = async (): Promise<void> => {
    while (performance.now() - startedMs < ms) {
      await once();
      count++;
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  return { count, seconds: (performance.now() - startedMs) / 1000 };
}

async function create(
  store: EtcdStore,
  write: readonly Write[],
  key: ReturnType<typeof keyOf>,
): Promise<void> {
  const outcome = await store.commit({ expect: [{ key, revision: 0 }], write });
  if (!outcome.ok) throw new Error(`conflict on ${outcome.conflict.key}`);
}

/** From the call of a commit at one replica to its being seen at another, one commit every few milliseconds. */
async function benchLag(store: EtcdStore, etcd: TestEtcd, sizes: Sizes): Promise<Figures> {
  const reader = openAt(etcd, 'reader');
  await reader.start();
  try {
    const sent = new Map<string, number>();
    const lags: number[] = [];
    reader.observe({
      changed: ({ kind, key }) => {
        const since = kind === 'family' ? sent.get(key.path) : undefined;
        if (since !== undefined) lags.push(performance.now() - since);
      },
    });
    for (let n = 0; n < sizes.lagCommits; n++) {
      const key = keyOf('family', `lag${n}`);
      sent.set(key.path, performance.now());
      await create(store, [{ put: key, value: { lastRevision: n } }], key);
    }
    await reader.barrier();
    if (lags.length !== sizes.lagCommits)
      throw new Error(`${lags.length} changes of ${sizes.lagCommits} were seen`);
    const figures = {
      feedLagP50Ms: round(percentile(lags, 50), 2),
      feedLagP99Ms: round(percentile(lags, 99), 2),
    };
    console.log(
      `  commit to another replica's cache: p50 ${figures.feedLagP50Ms} ms, p99 ${figures.feedLagP99Ms} ms`,
    );
    return figures;
  } finally {
    await reader.stop();
  }
}

/** A new replica's list beside the bare client's reading of the same keys. */
async function benchList(store: EtcdStore, bare: BareEtcd, etcd: TestEtcd, sizes: Sizes): Promise<Figures> {
  const task = aTask();
  while (store.tasks.size < sizes.tasks) {
    const missing = Math.min(20_000, sizes.tasks - store.tasks.size);
    const crowds = Array.from({ length: Math.ceil(missing / 500) }, (_, i) =>
      Array.from({ length: Math.min(500, missing - i * 500) }, () => ({
        put: keyOf('task', 'bench', systemRandom.hexId()),
        value: task,
      })),
    );
    await Promise.all(crowds.map((writes) => create(store, writes, writes[0]?.put ?? cluster)));
  }
  await store.barrier();
  const tasks = store.tasks.size;
  const memory: number[] = [];
  const listMs = async (): Promise<number> => {
    const before = heldBytes();
    const startedMs = performance.now();
    const late = openAt(etcd, 'late');
    await late.start();
    const tookMs = performance.now() - startedMs;
    if (late.tasks.size !== tasks || late.count(rangeOf('family')) !== store.count(rangeOf('family')))
      throw new Error(`${late.tasks.size} tasks of ${tasks} were listed`);
    memory.push((heldBytes() - before) / tasks);
    await late.stop();
    return tookMs;
  };
  const bareMs = async (): Promise<number> => {
    const startedMs = performance.now();
    const count = await bare.list('live/tasks/bench/', 2, 4);
    if (count !== tasks) throw new Error(`${count} keys of ${tasks} were read`);
    return performance.now() - startedMs;
  };
  const pairs = await inTurns(sizes.pairs, listMs, bareMs);
  const ratio = ratioOf(pairs);
  const figures = {
    listedTasks: tasks,
    listMs: round(median(pairs.map(([a]) => a))),
    bareListMs: round(median(pairs.map(([, b]) => b))),
    listRatioToBare: ratio,
    cacheBytesPerTask: round(median(memory)),
  };
  console.log(
    `  list of ${tasks} tasks: ${figures.listMs} ms, bare ${figures.bareListMs} ms, ratio ${ratio.median} (${ratio.lowest} to ${ratio.highest}); ${figures.cacheBytesPerTask} bytes of memory a task`,
  );
  return figures;
}

/** Needs node --expose-gc to be exact. */
function heldBytes(): number {
  globalThis.gc?.();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

function numberOf(option: BenchOptions[string] | undefined, otherwise: number): number {
  return typeof option === 'number' ? option : otherwise;
}
