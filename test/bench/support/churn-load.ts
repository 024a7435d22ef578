import { messageOf, systemRandom } from '@longshore/kit';
import type { RunTaskRequest, RunTaskResponse } from '@longshore/model';
import { BareEcsClient } from './bare-client.js';
import { type Asked, addIds, type ChurnOrder, type ChurnTold, Durations, noFingerprint } from './load.js';

/** A task is stopped no sooner than this after it was asked for, so that it runs by then. */
const youngestMs = 3000;
/** One RunTask in so many asks for what fits nowhere: refused at once, or told to wait. */
const everyUnplaceable = 20;
/** One DescribeTasks and one ListTasks to so many RunTask. */
const everyRead = 10;
const described = 20;

type Operation = 'RunTask' | 'StopTask' | 'DescribeTasks' | 'ListTasks' | 'RunTaskRefused' | 'RunTaskWaiting';

/**
 * Starts and stops tasks at a fixed rate whatever the answers do, as a crowd of clients would: what has to wait for
 * its turn in this process is measured from when it was due.
 */
export class Churn {
  readonly #order: ChurnOrder;
  readonly #client: BareEcsClient;
  readonly #cluster: string;
  /** Run since before the churn; taken from the end. */
  readonly #old: string[];
  /** Started by the churn, oldest first; `#next` is the first that was not stopped. */
  readonly #started: Asked[] = [];
  #next = 0;
  readonly #stopped: Asked[] = [];
  readonly #waiting: string[] = [];
  #refused = 0;
  readonly #problems: string[] = [];
  readonly #calls = new Map<Operation, Durations>();
  /** What is due before is done and checked like the rest, and not timed. */
  #measuredFromMs = 0;

  constructor(order: ChurnOrder, running: readonly string[]) {
    this.#order = order;
    this.#cluster = order.cluster;
    this.#client = new BareEcsClient(order.endpoints[0] ?? '');
    this.#old = shuffled(running);
  }

  async run(): Promise<ChurnTold> {
    const { rate, seconds, warmUpSeconds } = this.#order;
    const beganMs = Date.now();
    this.#measuredFromMs = beganMs + warmUpSeconds * 1000;
    const calls: Promise<void>[] = [];
    for (let n = 0; n < rate * (warmUpSeconds + seconds); n++) {
      const dueAtMs = beganMs + (n * 1000) / rate;
      const earlyMs = dueAtMs - Date.now();
      if (earlyMs > 0) await new Promise((resolve) => setTimeout(resolve, earlyMs));
      calls.push(this.#start(n, dueAtMs), this.#stop(n, dueAtMs));
      if (n % everyRead === 0) calls.push(this.#describe(dueAtMs), this.#list(n, dueAtMs));
    }
    await Promise.all(calls);
    this.#client.close();
    return this.#told();
  }

  #told(): ChurnTold {
    const young = this.#started.slice(this.#next).map(([task]) => task);
    return {
      kind: 'churn',
      measuredFromMs: this.#measuredFromMs,
      started: this.#started,
      stopped: this.#stopped,
      waiting: this.#waiting,
      refused: this.#refused,
      left: addIds(addIds(noFingerprint, this.#old), young),
      calls: Object.fromEntries([...this.#calls].map(([name, took]) => [name, took.toJSON()])),
      problems: this.#problems.slice(0, 10),
    };
  }

  async #start(n: number, dueAtMs: number): Promise<void> {
    const { families, unplaceable, placeWithinSeconds } = this.#order;
    const group = `churn-${n % 100}`;
    const wait = [{ key: 'longshore:place-within', value: `${placeWithinSeconds}s` }];
    if (n % everyUnplaceable === 1)
      return await this.#call('RunTaskRefused', dueAtMs, async () => {
        const { tasks = [], failures = [] } = await this.#runTask({ taskDefinition: unplaceable, group });
        if (tasks.length > 0 || !failures[0]?.reason?.startsWith('RESOURCE:'))
          throw new Error(`what fits nowhere was answered with ${JSON.stringify({ tasks, failures })}`);
        this.#refused++;
      });
    if (n % everyUnplaceable === 11)
      return await this.#call('RunTaskWaiting', dueAtMs, async () => {
        const answer = await this.#runTask({ taskDefinition: unplaceable, group, tags: wait });
        this.#waiting.push(taskOf(answer));
      });
    await this.#call('RunTask', dueAtMs, async () => {
      const taskDefinition = families[n % families.length] ?? '';
      // One in ten would wait for a place; there is one.
      const tags = n % everyRead === 5 ? { tags: wait } : {};
      this.#started.push([taskOf(await this.#runTask({ taskDefinition, group, ...tags })), dueAtMs]);
    });
  }

  /** With a token, as our own clients' calls. */
  #runTask(request: RunTaskRequest): Promise<RunTaskResponse> {
    const cluster = this.#cluster;
    return this.#client.call('RunTask', { ...request, cluster, clientToken: systemRandom.hexId() });
  }

  /** In turns one that ran before and one that the churn has started. */
  async #stop(n: number, dueAtMs: number): Promise<void> {
    const oldest = this.#started[this.#next];
    const isYoung = n % 2 === 0 && oldest !== undefined && oldest[1] < Date.now() - youngestMs;
    if (isYoung) this.#next++;
    const task = isYoung ? oldest[0] : this.#old.pop();
    if (task === undefined) {
      this.#problems.push('nothing is left to be stopped');
      return;
    }
    this.#stopped.push([task, dueAtMs]);
    await this.#call('StopTask', dueAtMs, async () => {
      await this.#client.call('StopTask', { cluster: this.#cluster, task, reason: 'churn' });
    });
  }

  async #describe(dueAtMs: number): Promise<void> {
    const some = Array.from({ length: described }, () => this.#any());
    const tasks = [...new Set(some)].filter((task) => task !== undefined);
    await this.#call('DescribeTasks', dueAtMs, async () => {
      const answer = await this.#client.call('DescribeTasks', { cluster: this.#cluster, tasks });
      if (answer.tasks?.length !== tasks.length)
        throw new Error(`${answer.tasks?.length} of ${tasks.length} tasks were described`);
    });
  }

  async #list(n: number, dueAtMs: number): Promise<void> {
    const { families } = this.#order;
    const family = families[n % families.length] ?? '';
    // The whole cluster's and one family's, in turns; the answer's page is the default of 100.
    const filter = n % (2 * everyRead) === 0 ? {} : { family };
    await this.#call('ListTasks', dueAtMs, async () => {
      const { taskArns = [] } = await this.#client.call('ListTasks', { cluster: this.#cluster, ...filter });
      if (taskArns.length === 0) throw new Error('no tasks are listed');
    });
  }

  /** One that runs from before the churn. */
  #any(): string | undefined {
    return this.#old[Math.floor(systemRandom.next() * this.#old.length)];
  }

  async #call(operation: Operation, dueAtMs: number, act: () => Promise<void>): Promise<void> {
    try {
      await act();
    } catch (thrown) {
      this.#problems.push(`${operation}: ${messageOf(thrown)}`);
    }
    if (dueAtMs < this.#measuredFromMs) return;
    let took = this.#calls.get(operation);
    if (!took) {
      took = new Durations();
      this.#calls.set(operation, took);
    }
    took.add(Date.now() - dueAtMs);
  }
}

function taskOf(answer: RunTaskResponse): string {
  const arn = answer.tasks?.[0]?.taskArn;
  if (arn === undefined) throw new Error(`no task was started: ${JSON.stringify(answer)}`);
  return arn.slice(-32);
}

function shuffled(ids: readonly string[]): string[] {
  const order = [...ids];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(systemRandom.next() * (i + 1));
    [order[i], order[j]] = [order[j] ?? '', order[i] ?? ''];
  }
  return order;
}
