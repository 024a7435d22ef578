import type { TaskRecord } from '@longshore/model';
import type { Running } from './docker-watch.js';
import type { Lying, Snapshot } from './etcd-reader.js';

/** The order in which ECS's states come; written down again here, for an auditor shares no code with whom it audits. */
const order = [
  'PROVISIONING',
  'PENDING',
  'ACTIVATING',
  'RUNNING',
  'DEACTIVATING',
  'STOPPING',
  'DEPROVISIONING',
  'STOPPED',
];

/** Pure: what is wrong at one moment. Every instance holds no more than it has, and each static port once. */
export function overcommitments(snapshot: Snapshot): readonly string[] {
  const problems: string[] = [];
  for (const [name, { value: instance }] of snapshot.instances) {
    const id = name.split('/')[1];
    const holding = [...snapshot.tasks.values()]
      .map(({ value }) => value)
      .filter((task) => task.instance === id && task.lastStatus !== 'STOPPED');
    const memory = sum(holding.map((task) => task.holds?.memoryMiB ?? 0));
    const cpu = sum(holding.map((task) => task.holds?.cpuUnits ?? 0));
    const { memoryMiB = 0, cpuUnits = 0 } = instance.resources ?? {};
    if (memory > memoryMiB) problems.push(`${instance.name} holds ${memory} MiB of ${memoryMiB}`);
    if (cpu > cpuUnits) problems.push(`${instance.name} holds ${cpu} cpu units of ${cpuUnits}`);
    const ports = holding.flatMap((task) => (task.holds?.ports ?? []).map((p) => `${p.protocol} ${p.port}`));
    const twice = ports.find((port, i) => ports.indexOf(port) !== i);
    if (twice !== undefined) problems.push(`${instance.name} has given port ${twice} twice`);
  }
  return problems;
}

/** Pure: what is wrong with the way from one moment to a later one. */
export function movements(before: Snapshot, after: Snapshot): readonly string[] {
  const problems: string[] = [];
  for (const [name, { value: was }] of before.tasks) {
    const is = (after.tasks.get(name) ?? after.history.get(name))?.value;
    if (!is) {
      problems.push(`task ${name} was ${was.lastStatus} and is gone`);
      continue;
    }
    if (order.indexOf(is.lastStatus) < order.indexOf(was.lastStatus))
      problems.push(`task ${name} went back from ${was.lastStatus} to ${is.lastStatus}`);
    if (was.desiredStatus === 'STOPPED' && is.desiredStatus !== 'STOPPED')
      problems.push(`task ${name} was to be stopped and is not any more`);
    if (was.instance !== '' && is.instance !== was.instance)
      problems.push(`task ${name} moved from ${was.instance} to ${is.instance}`);
  }
  for (const name of before.history.keys())
    if (after.tasks.has(name)) problems.push(`task ${name} came back from the history`);
  return problems;
}

/** Pure: what is wrong with the place of a task that was made at `at.revision`: was its host known to be well then? */
export function placements(
  tasks: readonly (readonly [string, TaskRecord])[],
  at: Snapshot,
): readonly string[] {
  return tasks.flatMap(([name, task]) => {
    const [cluster = ''] = name.split('/');
    const place = `${cluster}/${task.instance}`;
    const instance = at.instances.get(place)?.value;
    const session = at.sessions.get(place);
    if (task.instance === '') return [];
    if (!instance) return [`task ${name} was given to ${place}, which does not exist`];
    if (instance.status !== 'ACTIVE')
      return [`task ${name} was given to ${instance.name}, ${instance.status}`];
    if (instance.lostSinceMs > 0) return [`task ${name} was given to ${instance.name}, which is lost`];
    if (instance.overdueSinceMs > 0) return [`task ${name} was given to ${instance.name}, which is silent`];
    if (session && instance.reportedSession !== session.revision)
      return [`task ${name} was given to ${instance.name} before its complete report`];
    return [];
  });
}

/** What the driver was promised. */
export interface Promised {
  readonly id: string;
  readonly family: string;
  /** Somebody asked for its stop, and was told that it will be. */
  readonly stopped: boolean;
}

/** The exit code of containers that end by themselves, by family. */
export type Endings = Readonly<Record<string, number>>;

/** Pure: what is wrong once there is calm: the store, the engine and the promises must say the same. */
export function differences(
  promised: readonly Promised[],
  endings: Endings,
  at: Snapshot,
  running: readonly Running[],
): readonly string[] {
  const problems: string[] = [];
  const records = new Map<string, Lying<TaskRecord>>();
  for (const [name, record] of [...at.history, ...at.tasks]) records.set(name.split('/')[1] ?? '', record);
  for (const { id, family, stopped } of promised) {
    const task = records.get(id)?.value;
    if (!task) {
      problems.push(`task ${id} was promised and is lost`);
      continue;
    }
    const ends = stopped || endings[family] !== undefined;
    const wanted = ends ? 'STOPPED' : 'RUNNING';
    if (task.lastStatus !== wanted)
      problems.push(`task ${id} of ${family} is ${task.lastStatus}, not ${wanted}: ${task.stoppedReason}`);
    const code = task.containers[0]?.exitCode;
    if (!stopped && ends && code !== endings[family])
      problems.push(`task ${id} ended with ${code}, not ${endings[family]}: ${task.stoppedReason}`);
  }
  for (const [id, { value }] of records) {
    const containers = running.filter((one) => one.task === id);
    const wanted = value.lastStatus === 'STOPPED' ? 0 : 1;
    if (containers.length !== wanted)
      problems.push(`task ${id} is ${value.lastStatus}, and ${containers.length} containers of it run`);
    const elsewhere = containers.find(({ instance }) => instance !== value.instance);
    if (elsewhere) problems.push(`task ${id} runs on ${elsewhere.instance}, not on ${value.instance}`);
  }
  for (const { task, container } of running)
    if (!records.has(task)) problems.push(`container ${container} runs for task ${task}, which nobody knows`);
  return problems;
}

/** Pure: whether a service has what it wants, no less and no more, once there is calm. */
export function unkept(
  service: { readonly name: string; readonly desiredCount: number },
  at: Snapshot,
): readonly string[] {
  const living = [...at.tasks.values()]
    .map(({ value }) => value)
    .filter((task) => task.service === service.name && task.lastStatus !== 'STOPPED');
  const running = living.filter((t) => t.lastStatus === 'RUNNING' && t.desiredStatus === 'RUNNING');
  if (living.length === service.desiredCount && running.length === service.desiredCount) return [];
  return [
    `service ${service.name} has ${running.length} running of ${living.length}, not ${service.desiredCount}`,
  ];
}

/** Pure: every task is started once, whatever is killed. */
export function startedTwice(starts: ReadonlyMap<string, readonly string[]>): readonly string[] {
  return [...starts]
    .filter(([, containers]) => containers.length > 1)
    .map(
      ([task, containers]) => `task ${task} was started ${containers.length} times: ${containers.join(', ')}`,
    );
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((a, b) => a + b, 0);
}
