import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { silentLogger } from '@longshore/kit';
import { aContainerRecord, aTaskRecord, codecOf, type TaskRecord } from '@longshore/model';
import { keyOf } from '@longshore/store';
import type { RawEvent } from '../../packages/store/src/backend.js';
import { LiveCache } from '../../packages/store/src/cache/live-cache.js';
import type { BenchOptions, Figures } from './main.js';
import { percentile, round, setUp } from './support/figures.js';

export const description = 'the cache of a replica: a million tasks put, replaced, read; heap and pauses';

const cluster = 'default';
const tasksPerCommit = 100;
const codec = codecOf('TaskRecord');

/** `--instances`, `--services`, `--tasks`; `--short` checks the answers. */
export function run(options: BenchOptions): Figures {
  const short = options.short === true;
  const instances = Number(options.instances ?? (short ? 20 : 5000));
  const services = Number(options.services ?? (short ? 5 : 100));
  const tasks = Number(options.tasks ?? (short ? 2000 : 1_000_000));
  const bytes = new Crowd(instances, services).bytesOf(1, true).byteLength;
  console.log(`${tasks} tasks of ${bytes} bytes, ${services} services, ${instances} instances, ${setUp()}`);
  const figures = new CacheBench(new Crowd(instances, services), tasks).run();
  for (const [name, value] of Object.entries(figures)) console.log(`  ${name.padEnd(24)} ${value}`);
  return { instances, services, tasks, bytes, ...figures };
}

/** The nth task, always the same one, without keeping any. */
class Crowd {
  readonly services: number;
  readonly instances: readonly string[];
  /** A record of each service, before and after it runs, with a place for the instance. */
  readonly #records = new Map<string, Buffer>();

  constructor(instances: number, services: number) {
    this.services = services;
    this.instances = Array.from({ length: instances }, (_, n) => hexOf(-1 - n));
  }

  instanceOf(n: number): string {
    return this.instances[n % this.instances.length] as string;
  }

  /** A cut string or a joined one would cost whoever reads it first. */
  pathOf(n: number): string {
    return Buffer.from(keyOf('task', cluster, hexOf(n)).path).toString('latin1');
  }

  bytesOf(n: number, isRunning: boolean): Uint8Array {
    const name = `web-${n % this.services} ${isRunning}`;
    let record = this.#records.get(name);
    if (record === undefined) {
      record = Buffer.from(codec.encode(recordOf(n % this.services, isRunning)));
      this.#records.set(name, record);
    }
    const bytes = Buffer.from(record);
    bytes.write(this.instanceOf(n), bytes.indexOf(anInstance), 'latin1');
    return bytes;
  }
}

const anInstance = '#'.repeat(32);

function recordOf(service: number, isRunning: boolean): TaskRecord {
  const name = `web-${service}`;
  const deployment = hexOf(-1e8 - service);
  const lastStatus = isRunning ? 'RUNNING' : 'PENDING';
  const runtimeId = hexOf(service).repeat(2);
  return aTaskRecord({
    family: `family-of-${name}`,
    revision: 3,
    service: name,
    deployment,
    instance: anInstance,
    group: `service:${name}`,
    startedBy: `ecs-svc/${deployment.slice(0, 19)}`,
    desiredStatus: 'RUNNING',
    lastStatus,
    launchType: 'EC2',
    createdAtMs: 1.7e12 + service,
    startedAtMs: isRunning ? 1.7e12 + service + 0.5 : 0,
    holds: { cpuUnits: 100, memoryMiB: 128, ports: [], gpuIds: [] },
    availabilityZone: 'us-east-1a',
    containers: [aContainerRecord({ name: 'main', runtimeId, lastStatus, imageDigest: runtimeId })],
  });
}

class CacheBench {
  readonly #crowd: Crowd;
  readonly #tasks: number;
  readonly #cache = new LiveCache(silentLogger);
  #revision = 0;

  constructor(crowd: Crowd, tasks: number) {
    this.#crowd = crowd;
    this.#tasks = tasks;
  }

  run(): Record<string, number> {
    const [heapBefore, outsideBefore] = memory();
    const puts = this.#commits(false, (events) => this.#cache.applyEvents(events));
    const [heap, outside] = memory();
    const replaces = this.#commits(true, (events) => this.#applyOwn(events));
    this.#revision -= this.#tasks / tasksPerCommit;
    const echoes = this.#commits(true, (events) => this.#cache.applyEvents(events));
    const figures = {
      putUs: round(puts.us, 2),
      replaceUs: round(replaces.us, 2),
      echoUs: round(echoes.us, 2),
      getUs: this.#get(),
      onInstanceUs: this.#walk(),
      pageMs: this.#pages(),
      heapBytesPerTask: round((heap - heapBefore) / this.#tasks),
      outsideBytesPerTask: round((outside - outsideBefore) / this.#tasks),
      put100P99Ms: puts.p99Ms,
      longestPauseMs: Math.max(puts.longestMs, replaces.longestMs),
      deleteUs: this.#delete(),
    };
    if (this.#cache.tasks.size !== 0) throw new Error('tasks are left after all have gone');
    return figures;
  }

  /** All tasks, a commit of a hundred at a time; records are made while nobody looks at the clock. */
  #commits(
    isRunning: boolean,
    apply: (events: readonly RawEvent[]) => void,
  ): { readonly us: number; readonly p99Ms: number; readonly longestMs: number } {
    const times: number[] = [];
    for (let at = 0; at < this.#tasks; at += tasksPerCommit) {
      const revision = ++this.#revision;
      const events = Array.from({ length: tasksPerCommit }, (_, n) => ({
        path: this.#crowd.pathOf(at + n),
        value: this.#crowd.bytesOf(at + n, isRunning),
        revision,
        createRevision: 1,
      }));
      times.push(msOf(() => apply(events)));
    }
    if (this.#cache.tasks.size !== this.#tasks) throw new Error(`${this.#cache.tasks.size} tasks are there`);
    const sum = times.reduce((all, ms) => all + ms, 0);
    return {
      us: (1000 * sum) / this.#tasks,
      p99Ms: round(percentile(times, 99), 2),
      longestMs: round(percentile(times, 100), 1),
    };
  }

  #applyOwn(events: readonly RawEvent[]): void {
    const writes = events.map(({ path, value }) => ({
      key: keyOf('task', cluster, path.slice(path.lastIndexOf('/') + 1)),
      value,
      created: false,
    }));
    this.#cache.applyOwn(this.#revision, writes);
  }

  #get(): number {
    const asked = Math.min(this.#tasks, 200_000);
    const ids = Array.from({ length: asked }, (_, i) => hexOf((i * 7919) % this.#tasks));
    let found = 0;
    const ms = msOf(() => {
      for (const id of ids) if (this.#cache.tasks.get(cluster, id)?.lastStatus === 'RUNNING') found++;
    });
    if (found !== asked) throw new Error(`${found} of ${asked} tasks run`);
    return round((1000 * ms) / asked, 2);
  }

  #walk(): number {
    let found = 0;
    const ms = msOf(() => {
      for (const instance of this.#crowd.instances)
        for (const task of this.#cache.tasks.onInstance(cluster, instance))
          if (task.instance === instance) found++;
    });
    if (found !== this.#tasks) throw new Error(`${found} tasks are on instances`);
    return round((1000 * ms) / found, 2);
  }

  /** The first pages of the cluster and of each service: the worst of them. */
  #pages(): number {
    const { tasks } = this.#cache;
    const times = Array.from({ length: this.#crowd.services }, (_, n) =>
      msOf(() => expectPage(tasks.having(cluster, 'service', `web-${n}`, '8'))),
    );
    return round(
      Math.max(
        ...times,
        msOf(() => expectPage(tasks.inCluster(cluster, '8'))),
      ),
      2,
    );
  }

  #delete(): number {
    const times: number[] = [];
    for (let at = 0; at < this.#tasks; at += tasksPerCommit) {
      const revision = ++this.#revision;
      const events = Array.from({ length: tasksPerCommit }, (_, n) => ({
        path: this.#crowd.pathOf(at + n),
        value: undefined,
        revision,
        createRevision: 0,
      }));
      times.push(msOf(() => this.#cache.applyEvents(events)));
    }
    return round((1000 * times.reduce((all, ms) => all + ms, 0)) / this.#tasks, 2);
  }
}

function expectPage(tasks: Iterable<{ readonly id: string }>): void {
  let last = '8';
  let count = 0;
  for (const { id } of tasks) {
    if (id <= last) throw new Error(`${id} comes after ${last}`);
    last = id;
    if (++count === 100) break;
  }
  if (count === 0) throw new Error('a page is empty');
}

/** 32 hex digits that look like chance. */
function hexOf(n: number): string {
  let text = '';
  for (let word = 1; word <= 4; word++) {
    let hash = Math.imul(n ^ (n >>> 15), 0x85ebca6b) + Math.imul(word, 0x9e3779b1);
    hash = Math.imul(hash ^ (hash >>> 16), 0x7feb352d);
    hash = Math.imul(hash ^ (hash >>> 15), 0x846ca68b);
    text += ((hash ^ (hash >>> 16)) >>> 0).toString(16).padStart(8, '0');
  }
  return text;
}

function msOf(act: () => void): number {
  const started = performance.now();
  act();
  return performance.now() - started;
}

/** Bytes of the heap, and outside it, after the garbage has gone. */
function memory(): readonly [number, number] {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  const { heapUsed, external } = process.memoryUsage();
  return [heapUsed, external];
}
