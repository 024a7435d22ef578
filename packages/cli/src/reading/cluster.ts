import type { ContainerInstance, ListTasksRequest, Service, Task } from '@longshore/model';
import { usageError } from '../exit.js';
import type { Gateway } from '../gateway.js';
import { idOf } from '../output/units.js';

const describeAtOnce = 100;
const servicesAtOnce = 10;

/** Every page of a list operation, as ARNs. */
async function everyArn(ask: (nextToken?: string) => Promise<Page>): Promise<readonly string[]> {
  const arns: string[] = [];
  let token: string | undefined;
  do {
    const page = await ask(token);
    arns.push(...(page.arns ?? []));
    token = page.nextToken;
  } while (token);
  return arns;
}

interface Page {
  readonly arns?: readonly string[] | undefined;
  readonly nextToken?: string | undefined;
}

async function inGroups<T>(
  items: readonly string[],
  size: number,
  ask: (group: readonly string[]) => Promise<readonly T[]>,
): Promise<readonly T[]> {
  const found: T[] = [];
  for (let at = 0; at < items.length; at += size) found.push(...(await ask(items.slice(at, at + size))));
  return found;
}

export function taskArns(gateway: Gateway, request: ListTasksRequest): Promise<readonly string[]> {
  return everyArn(async (nextToken) => {
    const page = await gateway.ecs('ListTasks', { ...request, ...(nextToken && { nextToken }) });
    return { arns: page.taskArns, nextToken: page.nextToken };
  });
}

/** The tasks that a ListTasks request names, described. One that vanished meanwhile is left out. */
export async function listTasks(gateway: Gateway, request: ListTasksRequest): Promise<readonly Task[]> {
  const arns = await taskArns(gateway, request);
  return describeTasks(gateway, request.cluster, arns);
}

export function describeTasks(
  gateway: Gateway,
  cluster: string | undefined,
  tasks: readonly string[],
): Promise<readonly Task[]> {
  return inGroups(tasks, describeAtOnce, async (group) => {
    const answer = await gateway.ecs('DescribeTasks', { cluster, tasks: group });
    return answer.tasks ?? [];
  });
}

/** Every container instance of a cluster, in any state, described with its health. */
export async function listInstances(
  gateway: Gateway,
  cluster: string | undefined,
): Promise<readonly ContainerInstance[]> {
  const arns = await everyArn(async (nextToken) => {
    const page = await gateway.ecs('ListContainerInstances', { cluster, ...(nextToken && { nextToken }) });
    return { arns: page.containerInstanceArns, nextToken: page.nextToken };
  });
  return inGroups(arns, describeAtOnce, async (group) => {
    const answer = await gateway.ecs('DescribeContainerInstances', {
      cluster,
      containerInstances: group,
      include: ['CONTAINER_INSTANCE_HEALTH'],
    });
    return answer.containerInstances ?? [];
  });
}

export async function listServices(
  gateway: Gateway,
  cluster: string | undefined,
): Promise<readonly Service[]> {
  const arns = await everyArn(async (nextToken) => {
    const page = await gateway.ecs('ListServices', { cluster, ...(nextToken && { nextToken }) });
    return { arns: page.serviceArns, nextToken: page.nextToken };
  });
  return inGroups(arns, servicesAtOnce, async (group) => {
    const answer = await gateway.ecs('DescribeServices', { cluster, services: group });
    return answer.services ?? [];
  });
}

/** The ARN or full id of the one task that `text` names: an ARN, an id, or its first digits. */
export async function resolveTask(
  gateway: Gateway,
  cluster: string | undefined,
  text: string,
): Promise<string> {
  if (text.startsWith('arn:') || !/^[0-9a-f]{1,31}$/.test(text)) return text;
  const [running, stopped] = await Promise.all(
    (['RUNNING', 'STOPPED'] as const).map((desiredStatus) => taskArns(gateway, { cluster, desiredStatus })),
  );
  return onlyOne('task', text, [...(running ?? []), ...(stopped ?? [])].map(idOf));
}

/** The ARN of the container instance that `text` names: an ARN, an id, its first digits, or the machine's name. */
export function resolveInstance(instances: readonly ContainerInstance[], text: string): string {
  const named = instances.filter((i) => i.ec2InstanceId === text);
  if (named.length === 1) return named[0]?.containerInstanceArn ?? text;
  const ids = instances.map((i) => i.containerInstanceArn ?? '');
  const found = ids.find((arn) => arn === text || idOf(arn) === text);
  if (found) return found;
  const short = ids.filter((arn) => idOf(arn).startsWith(text));
  return onlyOne('container instance', text, short.length > 0 ? short : []);
}

function onlyOne(what: string, text: string, ids: readonly string[]): string {
  const found = [...new Set(ids)].filter((id) => idOf(id).startsWith(text));
  const [first] = found;
  if (first === undefined) throw usageError(`${what} ${text}: there is none`);
  if (found.length > 1)
    throw usageError(`${what} ${text}: ${found.length} begin so: ${found.map(idOf).slice(0, 5).join(', ')}`);
  return first;
}

/** The names of machines by the id of their container instance. */
export function namesOf(instances: readonly ContainerInstance[]): ReadonlyMap<string, string> {
  return new Map(instances.map((i) => [idOf(i.containerInstanceArn), i.ec2InstanceId ?? '']));
}
