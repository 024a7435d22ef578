import { type CommitRequest, keyOf, type Stored, type TaskSummary } from '@longshore/store';
import { remains } from '../../api/services/create-service.js';
import type { ControllerContext } from '../controller.js';
import type { SeenService } from './snapshot.js';

/** INACTIVE services are described this long, as ECS describes them for a while. */
const inactiveMs = 60 * 60_000;
/** Drained deployments that ListServiceDeployments still shows; the last that succeeded stays beyond that. */
const deploymentsKept = 20;
const tasksPerCommit = 50;

/** Tasks that stop when no scheduler counts them any more: marked, so that they can go to the history. */
export function countUnminded(
  cluster: string,
  service: string,
  { store }: Pick<ControllerContext, 'store'>,
): readonly CommitRequest[] {
  const open: TaskSummary[] = [];
  for (const task of store.tasks.ofService(cluster, service))
    if (task.lastStatus === 'STOPPED' && !task.counted) open.push(task);
  if (open.length === 0) return [];
  const now = open.slice(0, tasksPerCommit);
  const key = keyOf('service', cluster, service);
  return [
    {
      expect: [
        { key, revision: store.get(key)?.revision ?? 0 },
        ...now.map((task) => ({ key: keyOf('task', cluster, task.id), revision: task.revision })),
      ],
      write: now.map((task) => ({
        put: keyOf('task', cluster, task.id),
        value: { ...store.tasks.record(task), counted: true },
      })),
    },
  ];
}

/** Removes an INACTIVE service with all it left, once its time is up; `inMs` says when that will be. */
export function removeInactive(
  { key, value, revision }: Stored<'service'>,
  { store, clock }: Pick<ControllerContext, 'store' | 'clock'>,
): { readonly commits: readonly CommitRequest[]; readonly inMs: number } {
  const [cluster = '', name = ''] = key.names;
  const leftMs = inactiveMs - Math.max(0, clock.wallMs() - value.statusChangedAtMs);
  if (leftMs > 0) return { commits: [], inMs: leftMs };
  const write = [...remains(store, cluster, name), { delete: key }];
  return { commits: [{ expect: [{ key, revision }], write }], inMs: 1000 };
}

/** Removes the oldest drained deployments beyond those that are kept, with their revisions. */
export function pruneDeployments(
  { cluster, name, deployments }: Pick<SeenService, 'cluster' | 'name' | 'deployments'>,
  inUse: { has(deployment: string): boolean },
): CommitRequest | undefined {
  if (deployments.size <= deploymentsKept) return undefined;
  const drained = [...deployments]
    .filter(([digits, { value }]) => value.status === 'INACTIVE' && !inUse.has(digits))
    .sort(([, a], [, b]) => b.value.createdAtMs - a.value.createdAtMs);
  const lastGood = drained
    .filter(([, { value }]) => value.deploymentStatus === 'SUCCESSFUL')
    .sort(([, a], [, b]) => b.value.finishedAtMs - a.value.finishedAtMs)[0];
  const surplus = drained
    .slice(deploymentsKept - (deployments.size - drained.length))
    .filter((d) => d !== lastGood);
  if (surplus.length === 0) return undefined;
  const now = surplus.slice(0, tasksPerCommit);
  return {
    expect: now.map(([, { key, revision }]) => ({ key, revision })),
    write: now.flatMap(([, { key, value }]) => [
      { delete: key },
      { delete: keyOf('serviceRevision', cluster, name, value.revision) },
    ]),
  };
}
