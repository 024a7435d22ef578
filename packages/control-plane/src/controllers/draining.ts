import { type CommitRequest, keyOf, rangeOf, type TaskSummary } from '@longshore/store';
import { stopped } from '../api/tasks/stop-task.js';
import type { ControllerContext, ControllerDeclaration } from './controller.js';

const tasksPerCommit = 50;

/**
 * A DRAINING instance's service tasks that have not started yet stop at once, as on ECS. Those that run are moved by
 * their services, within their percentages; standalone tasks run to their end.
 */
export function draining(): ControllerDeclaration {
  return {
    name: 'draining',
    kinds: ['instance'],
    keysOf: (change) =>
      change.kind === 'instance' && change.after?.value.status === 'DRAINING'
        ? [change.key.names.join('/')]
        : [],
    allKeys: (store) =>
      store
        .list(rangeOf('instance'))
        .filter(({ value }) => value.status === 'DRAINING')
        .map(({ key }) => key.names.join('/')),
    look: (name, context) => ({ commits: stops(name, context) }),
  };
}

function stops(name: string, { store, clock }: ControllerContext): readonly CommitRequest[] {
  const [cluster = '', instance = ''] = name.split('/');
  const stored = store.get(keyOf('instance', cluster, instance));
  if (stored?.value.status !== 'DRAINING') return [];
  const pending = [...store.tasks.onInstance(cluster, instance)].filter(isPendingOfService);
  const commits: CommitRequest[] = [];
  for (let i = 0; i < pending.length; i += tasksPerCommit) {
    const tasks = pending.slice(i, i + tasksPerCommit);
    const wish = {
      stopCode: 'ServiceSchedulerInitiated',
      reason: `Container instance ${instance} is draining`,
      nowMs: clock.wallMs(),
    } as const;
    commits.push({
      expect: [
        { key: stored.key, revision: stored.revision },
        ...tasks.map((t) => ({ key: keyOf('task', cluster, t.id), revision: t.revision })),
      ],
      write: tasks.map((t) => ({
        put: keyOf('task', cluster, t.id),
        value: stopped(store.tasks.record(t), wish),
      })),
    });
  }
  return commits;
}

function isPendingOfService(task: TaskSummary): boolean {
  return (
    task.service !== '' &&
    task.desiredStatus !== 'STOPPED' &&
    (task.lastStatus === 'PROVISIONING' || task.lastStatus === 'PENDING')
  );
}
