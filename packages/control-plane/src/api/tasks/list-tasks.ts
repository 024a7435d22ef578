import {
  type DesiredStatus,
  instanceReference,
  invalidParameter,
  type LaunchType,
  type ListTasksRequest,
  type PageRequest,
  pageRequestOf,
  serviceNotFound,
  serviceReference,
  startedByOf,
  type TaskRecord,
  taskArn,
  tokenOf,
} from '@longshore/model';
import { keyOf, rangeOf, type Store, type TaskSummary } from '@longshore/store';
import { activeCluster } from '../clusters/index.js';
import { scopeOf } from '../common/index.js';
import { certainly } from '../lookup.js';
import { type Call, endOf, type Operation, type OperationContext } from '../operation.js';

/** Living tasks that one call looks at most; a page may then hold fewer than asked and still have a next one. */
const livingPerCall = 20_000;
/** Stopped tasks that one call reads from etcd at most. */
const coldPerCall = 2000;
const coldPage = 500;

/** ECS's ListTasks: in id order, the living by default, the stopped from store and history. */
export const listTasks: Operation<'ListTasks'> = async (request, call, context) => {
  const page = pageRequestOf('ListTasks', request);
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const filter = await filterOf(request, cluster, call, context);
  const found = filter.stopped
    ? await stoppedPage(context.store, cluster, filter, page)
    : livingPage(context.store, cluster, filter, page);
  return {
    taskArns: found.ids.map((id) => taskArn(scopeOf({ call, context }), cluster, id)),
    nextToken: found.next === undefined ? undefined : tokenOf('ListTasks', found.next),
  };
};

interface Filter {
  readonly stopped: boolean;
  readonly instance: string | undefined;
  readonly family: string | undefined;
  readonly startedBy: string | undefined;
  readonly service: string | undefined;
  readonly launchType: LaunchType | undefined;
  /** Nothing can match. */
  readonly nothing: boolean;
}

async function filterOf(
  request: ListTasksRequest,
  cluster: string,
  call: Call,
  context: OperationContext,
): Promise<Filter> {
  const { accountId, store } = context;
  const desired: DesiredStatus = request.desiredStatus ?? 'RUNNING';
  const others = [request.containerInstance, request.family, request.serviceName, request.launchType];
  if (request.startedBy !== undefined && others.some((o) => o !== undefined))
    throw invalidParameter('startedBy must be the only filter, but others were given as well.');
  if (request.daemonName !== undefined)
    throw invalidParameter('daemonName: daemons are not available in this cluster.');
  const instance =
    request.containerInstance === undefined
      ? undefined
      : instanceReference(request.containerInstance, { accountId, cluster });
  const service =
    request.serviceName === undefined
      ? undefined
      : serviceReference(request.serviceName, { accountId, cluster });
  if (service && !service.ok) throw serviceNotFound();
  if (
    service &&
    !(await certainly(store, endOf(call), () => store.get(keyOf('service', cluster, service.value))))
  )
    throw serviceNotFound();
  return {
    stopped: desired === 'STOPPED',
    instance: instance?.ok ? instance.value : undefined,
    family: request.family,
    startedBy: request.startedBy,
    service: service?.value,
    launchType: request.launchType,
    // ECS never wants a task to be PENDING, and an instance of another account holds none of ours.
    nothing: desired === 'PENDING' || instance?.ok === false,
  };
}

interface FoundPage {
  readonly ids: readonly string[];
  /** The id after which the next page begins; undefined at the end. */
  readonly next: string | undefined;
}

type Filtered = Pick<
  TaskRecord,
  'instance' | 'family' | 'startedBy' | 'deployment' | 'service' | 'launchType' | 'desiredStatus'
>;

function matches(task: Filtered, filter: Filter): boolean {
  if ((task.desiredStatus === 'STOPPED') !== filter.stopped) return false;
  if (filter.instance !== undefined && task.instance !== filter.instance) return false;
  if (filter.family !== undefined && task.family !== filter.family) return false;
  if (filter.service !== undefined && task.service !== filter.service) return false;
  if (filter.startedBy !== undefined && startedByOf(task) !== filter.startedBy) return false;
  return filter.launchType === undefined || launchTypeOf(task) === filter.launchType;
}

function launchTypeOf(task: Filtered): LaunchType {
  return task.launchType === 'UNSET' ? 'EC2' : task.launchType;
}

function livingPage(store: Store, cluster: string, filter: Filter, page: PageRequest): FoundPage {
  if (filter.nothing) return { ids: [], next: undefined };
  const ids: string[] = [];
  let looked = 0;
  let last: string | undefined;
  for (const task of candidates(store, cluster, filter, page.after)) {
    if (ids.length === page.limit || looked === livingPerCall) return { ids, next: last };
    looked++;
    last = task.id;
    if (matches(task, filter)) ids.push(task.id);
  }
  return { ids, next: undefined };
}

/** In id order; an index of the cache is used where there is one. */
function candidates(
  store: Store,
  cluster: string,
  filter: Filter,
  after: string | undefined,
): Iterable<TaskSummary> {
  const { tasks } = store;
  const { instance, service, startedBy, family } = filter;
  if (instance !== undefined)
    return [...tasks.onInstance(cluster, instance)]
      .filter((task) => after === undefined || task.id > after)
      .sort((a, b) => (a.id < b.id ? -1 : 1));
  if (filter.stopped) return tasks.toStop(cluster, after);
  if (service !== undefined) return tasks.having(cluster, 'service', service, after);
  if (startedBy !== undefined) return startedByCandidates(store, cluster, startedBy, after);
  if (family !== undefined) return tasks.having(cluster, 'family', family, after);
  return tasks.inCluster(cluster, after);
}

/** Tasks of a service are started by its deployment, which their records name elsewhere. */
function startedByCandidates(
  store: Store,
  cluster: string,
  startedBy: string,
  after: string | undefined,
): Iterable<TaskSummary> {
  const { tasks } = store;
  const [, digits] = /^ecs-svc\/(.+)$/.exec(startedBy) ?? [];
  if (digits === undefined) return tasks.having(cluster, 'startedBy', startedBy, after);
  const deployment = store.list(rangeOf('deployment', cluster)).find(({ key }) => key.names[2] === digits);
  // RunTask takes any text: somebody may have given the name of a deployment.
  const [ownName] = tasks.having(cluster, 'startedBy', startedBy);
  if (deployment === undefined || ownName !== undefined) return tasks.inCluster(cluster, after);
  return tasks.having(cluster, 'service', deployment.key.names[1] ?? '', after);
}

/** Those that have yet to stop or to be counted are in the cache, the rest in the history: both in id order. */
async function stoppedPage(
  store: Store,
  cluster: string,
  filter: Filter,
  page: PageRequest,
): Promise<FoundPage> {
  if (filter.nothing) return { ids: [], next: undefined };
  const living = livingPage(store, cluster, filter, page);
  const cold = await coldIds(store, cluster, filter, page);
  const ends = [living.next, cold.next].filter((end) => end !== undefined);
  // Beyond the nearer end nothing is known of the other list.
  const end = ends.length === 0 ? undefined : ends.reduce((a, b) => (a < b ? a : b));
  const all = [...new Set([...living.ids, ...cold.ids])]
    .sort()
    .filter((id) => end === undefined || id <= end);
  if (all.length <= page.limit) return { ids: all, next: end };
  const ids = all.slice(0, page.limit);
  return { ids, next: ids.at(-1) };
}

async function coldIds(store: Store, cluster: string, filter: Filter, page: PageRequest): Promise<FoundPage> {
  const range = rangeOf('history', cluster);
  const ids: string[] = [];
  let after = page.after === undefined ? undefined : `${range.path}${page.after}`;
  let last = page.after;
  for (let looked = 0; looked < coldPerCall; looked += coldPage) {
    const read = await store.listCold(range, { limit: coldPage, after });
    for (const { key, value } of read.items) {
      last = key.names[1] ?? '';
      if (value.task && matches(value.task, filter)) ids.push(last);
      if (ids.length === page.limit) return { ids, next: last };
    }
    if (read.next === undefined) return { ids, next: undefined };
    after = read.next;
  }
  return { ids, next: last };
}
