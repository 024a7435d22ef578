import { FakeClock, silentLogger, systemClock, systemRandom } from '@longshore/kit';
import {
  aClusterRecord,
  aContainerRecord,
  anInstanceRecord,
  aTaskRecord,
  someResources,
  type TaskRecord,
} from '@longshore/model';
import { keyOf, type MemoryStore, openMemoryStore, type Write } from '@longshore/store';
import type { PlacingContext } from '../../packages/control-plane/src/api/context.js';
import type { Call } from '../../packages/control-plane/src/api/operation.js';
import { taskDefinitionOperations } from '../../packages/control-plane/src/api/task-definitions/index.js';
import { taskRunOperations as operations } from '../../packages/control-plane/src/api/tasks/index.js';
import { InstanceViews } from '../../packages/control-plane/src/placement/instance-views.js';
import { PlacementRounds } from '../../packages/control-plane/src/placement/rounds.js';
import type { BenchOptions, Figures } from './main.js';
import { median, round, setUp } from './support/figures.js';

export const description =
  'operations on tasks among many: processor a call, on a store in memory, without doors';

const cluster = 'c';
const agentAttributes = [
  { name: 'ecs.availability-zone', value: 'us-east-1a' },
  ...[18, 19, 21].map((n) => ({ name: `com.amazonaws.ecs.capability.docker-remote-api.1.${n}` })),
];
const families = Array.from({ length: 10 }, (_, n) => `family-${n}`);
const tasksPerCommit = 100;

/** `--instances`, `--tasks`, `--calls`, `--only` (one operation); `--short` checks the answers. */
export async function run(options: BenchOptions): Promise<Figures> {
  const short = options.short === true;
  const instances = Number(options.instances ?? (short ? 20 : 5000));
  const tasks = Number(options.tasks ?? (short ? 400 : 100_000));
  const calls = Number(options.calls ?? (short ? 10 : 300));
  console.log(`operations on ${tasks} tasks of ${instances} instances, ${setUp()}; processor, median of 5`);
  const stage = await Stage.open(instances, tasks);
  try {
    const figures: Record<string, number> = {};
    for (const [name, act] of Object.entries(stage.operations())) {
      if (options.only !== undefined && options.only !== name) continue;
      const us = await timedUs(act, calls);
      figures[`${name}Us`] = us;
      console.log(`  ${name.padEnd(24)} ${us} us`);
    }
    return { instances, tasks, calls, ...figures };
  } finally {
    await stage.close();
  }
}

/** One store, everything that RunTask needs, and tasks that run. */
class Stage {
  readonly #store: MemoryStore;
  readonly #context: PlacingContext;
  readonly #ids: string[] = [];
  readonly #close: () => Promise<void>;
  #next = 0;

  private constructor(store: MemoryStore, context: PlacingContext, close: () => Promise<void>) {
    this.#store = store;
    this.#context = context;
    this.#close = close;
  }

  static async open(instances: number, tasks: number): Promise<Stage> {
    const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
    const store = openMemoryStore({ replica: 'bench', ...parts });
    await store.start();
    const views = new InstanceViews(store);
    const rounds = new PlacementRounds({ store, views, ...parts, onOutcome: () => undefined });
    const context: PlacingContext = {
      store,
      views,
      rounds,
      accountId: '123456789012',
      logger: silentLogger,
      random: systemRandom,
      clock: new FakeClock(),
      full: () => '',
    };
    const stage = new Stage(store, context, async () => {
      await rounds.stop();
      views.stop();
      await store.stop();
    });
    await stage.#fill(instances, tasks);
    return stage;
  }

  async close(): Promise<void> {
    await this.#close();
  }

  /** Each call checks its answer. */
  operations(): Readonly<Record<string, () => Promise<void>>> {
    const describe = async (): Promise<void> => {
      const asked = Array.from({ length: 20 }, () => this.#id());
      const { tasks = [] } = await operations.DescribeTasks(
        { cluster, tasks: asked },
        aCall(),
        this.#context,
      );
      if (tasks.length !== 20) throw new Error(`${tasks.length} tasks of 20 were described`);
    };
    const list = (filter: object) => async (): Promise<void> => {
      const { taskArns = [] } = await operations.ListTasks(
        { cluster, maxResults: 40, ...filter },
        aCall(),
        this.#context,
      );
      if (taskArns.length !== 40) throw new Error(`${taskArns.length} tasks of 40 were listed`);
    };
    const start = async (): Promise<void> => {
      const taskDefinition = families[this.#next++ % families.length];
      const { tasks = [], failures } = await operations.RunTask(
        { cluster, taskDefinition },
        aCall(),
        this.#context,
      );
      if (tasks.length !== 1) throw new Error(`no task was started: ${JSON.stringify(failures)}`);
    };
    const stop = async (): Promise<void> => {
      const { task } = await operations.StopTask({ cluster, task: this.#id() }, aCall(), this.#context);
      if (task?.desiredStatus !== 'STOPPED') throw new Error('the task was not stopped');
    };
    return {
      describeTasks20: describe,
      listTasksOfCluster: list({}),
      listTasksOfFamily: list({ family: families[3] }),
      listTasksStartedBy: list({ startedBy: 'bench' }),
      runTask: start,
      stopTask: stop,
    };
  }

  #id(): string {
    return this.#ids[(this.#next++ * 7919) % this.#ids.length] as string;
  }

  async #fill(instances: number, tasks: number): Promise<void> {
    await this.#put([{ put: keyOf('cluster', cluster), value: aClusterRecord() }]);
    for (const family of families) {
      const containerDefinitions = [{ name: 'main', image: 'busybox', memory: 16 }];
      await taskDefinitionOperations.RegisterTaskDefinition(
        { family, containerDefinitions },
        aCall(),
        this.#context,
      );
    }
    const names = Array.from({ length: instances }, () => systemRandom.hexId());
    for (const name of names) {
      const session = keyOf('session', cluster, name);
      const reportedSession = await this.#put([
        { put: session, value: { replica: 'bench', startedAtMs: 0 } },
      ]);
      const resources = someResources({ cpuUnits: 100_000, memoryMiB: 100_000 });
      await this.#put([
        {
          put: keyOf('instance', cluster, name),
          value: anInstanceRecord({ reportedSession, resources, agentAttributes }),
        },
      ]);
    }
    for (let at = 0; at < tasks; at += tasksPerCommit)
      await this.#put(
        Array.from({ length: Math.min(tasksPerCommit, tasks - at) }, (_, n): Write => {
          const id = systemRandom.hexId();
          this.#ids.push(id);
          return { put: keyOf('task', cluster, id), value: taskOf(at + n, names) };
        }),
      );
  }

  async #put(write: readonly Write[]): Promise<number> {
    const expect = write.map((w) => ({ key: 'put' in w ? w.put : w.delete, revision: 0 }));
    const outcome = await this.#store.commit({ expect, write });
    if (!outcome.ok) throw new Error(`${outcome.conflict.key} is there already`);
    return outcome.revision;
  }
}

/** As a family's task record is after its start; one in ten was started under a name. */
function taskOf(n: number, instances: readonly string[]): TaskRecord {
  return aTaskRecord({
    family: families[n % families.length] as string,
    revision: 1,
    instance: instances[n % instances.length] as string,
    startedBy: n % 10 === 0 ? 'bench' : '',
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    holds: { cpuUnits: 0, memoryMiB: 16 },
    containers: [
      aContainerRecord({ name: 'main', runtimeId: systemRandom.hexId().repeat(2), lastStatus: 'RUNNING' }),
    ],
  });
}

function aCall(): Call {
  return {
    caller: { kind: 'access-key', name: 'bench' },
    region: 'us-east-1',
    requestId: 'bench',
    signal: new AbortController().signal,
  };
}

/** Microseconds of processor a call, one after the other: the median of five turns behind one that is not counted. */
async function timedUs(act: () => Promise<void>, calls: number): Promise<number> {
  const turns: number[] = [];
  for (let turn = -1; turn < 5; turn++) {
    const started = process.cpuUsage();
    for (let n = 0; n < calls; n++) await act();
    const { user, system } = process.cpuUsage(started);
    if (turn >= 0) turns.push((user + system) / calls);
  }
  return round(median(turns), 1);
}
