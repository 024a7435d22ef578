import type { EcsOperation } from '../gateway.js';
import { idOf } from '../output/units.js';
import type { Json } from './call.js';

/** What one look says: done, look again, or never (and why). */
export type Verdict =
  | { readonly is: 'done' }
  | { readonly is: 'again'; readonly seen: string }
  | { readonly is: 'never'; readonly why: string };

export interface Waiter {
  /** The word of `aws ecs wait`. */
  readonly word: string;
  readonly operation: EcsOperation;
  readonly description: string;
  /** Seconds that `aws ecs wait` would wait. */
  readonly timeoutSeconds: number;
  readonly judge: (answer: Json) => Verdict;
}

const done: Verdict = { is: 'done' };
const again = (seen: string): Verdict => ({ is: 'again', seen });
const never = (why: string): Verdict => ({ is: 'never', why });

function listOf(answer: Json, name: string): readonly Json[] {
  return (answer[name] as readonly Json[] | undefined) ?? [];
}

function textOf(value: unknown, otherwise = ''): string {
  return typeof value === 'string' ? value : otherwise;
}

function missing(answer: Json): Verdict | undefined {
  const failure = listOf(answer, 'failures').find((f) => f['reason'] === 'MISSING');
  return failure && never(`${idOf(textOf(failure['arn']))}: there is none`);
}

function seen(items: readonly Json[], name: string): string {
  const counts = new Map<string, number>();
  for (const item of items) {
    const value = textOf(item[name], 'unknown');
    counts.set(value, (counts.get(value) ?? 0) + 1);
  }
  return [...counts].map(([value, count]) => `${count} ${value}`).join(', ');
}

function statusOf(answer: Json, name: string): string {
  return textOf((answer[name] as Json | undefined)?.['status'], 'unknown');
}

/** Every waiter of ECS's SDK, by its own acceptors. */
export const waiters: readonly Waiter[] = [
  {
    word: 'tasks-running',
    operation: 'DescribeTasks',
    description: 'until every task is RUNNING; one that stopped or is missing fails it',
    timeoutSeconds: 600,
    judge: (answer) => {
      const tasks = listOf(answer, 'tasks');
      const stopped = tasks.find((t) => t['lastStatus'] === 'STOPPED');
      if (stopped)
        return never(
          `task ${idOf(String(stopped['taskArn']))} stopped: ${textOf(stopped['stoppedReason'], 'no reason given')}`,
        );
      const isMissing = missing(answer);
      if (isMissing) return isMissing;
      return tasks.every((t) => t['lastStatus'] === 'RUNNING') ? done : again(seen(tasks, 'lastStatus'));
    },
  },
  {
    word: 'tasks-stopped',
    operation: 'DescribeTasks',
    description: 'until every task is STOPPED',
    timeoutSeconds: 600,
    judge: (answer) => {
      const tasks = listOf(answer, 'tasks');
      return tasks.every((t) => t['lastStatus'] === 'STOPPED') ? done : again(seen(tasks, 'lastStatus'));
    },
  },
  {
    word: 'services-stable',
    operation: 'DescribeServices',
    description: 'until every service has one deployment and runs what it should',
    timeoutSeconds: 600,
    judge: (answer) => {
      const isMissing = missing(answer);
      if (isMissing) return isMissing;
      const services = listOf(answer, 'services');
      const gone = services.find((s) => s['status'] === 'DRAINING' || s['status'] === 'INACTIVE');
      if (gone) return never(`service ${String(gone['serviceName'])} is ${String(gone['status'])}`);
      const moving = services.filter(
        (s) => listOf(s, 'deployments').length !== 1 || s['runningCount'] !== s['desiredCount'],
      );
      return moving.length === 0
        ? done
        : again(
            moving
              .map(
                (s) =>
                  `${String(s['serviceName'])}: ${String(s['runningCount'])} of ${String(s['desiredCount'])} running`,
              )
              .join(', '),
          );
    },
  },
  {
    word: 'services-inactive',
    operation: 'DescribeServices',
    description: 'until a service is INACTIVE',
    timeoutSeconds: 600,
    judge: (answer) => {
      const isMissing = missing(answer);
      if (isMissing) return isMissing;
      const services = listOf(answer, 'services');
      return services.some((s) => s['status'] === 'INACTIVE') ? done : again(seen(services, 'status'));
    },
  },
  {
    word: 'daemon-active',
    operation: 'DescribeDaemon',
    description: 'until the daemon is ACTIVE',
    timeoutSeconds: 1500,
    judge: (answer) => {
      const status = statusOf(answer, 'daemon');
      if (status === 'DELETE_IN_PROGRESS') return never(`the daemon is ${status}`);
      return status === 'ACTIVE' ? done : again(status);
    },
  },
  {
    word: 'daemon-deployment-stopped',
    operation: 'DescribeDaemonDeployments',
    description: 'until the daemon deployments have stopped',
    timeoutSeconds: 1500,
    judge: (answer) => missing(answer) ?? allOf(listOf(answer, 'daemonDeployments'), 'STOPPED', []),
  },
  {
    word: 'daemon-deployment-successful',
    operation: 'DescribeDaemonDeployments',
    description: 'until the daemon deployments have succeeded',
    timeoutSeconds: 1500,
    judge: (answer) =>
      missing(answer) ??
      allOf(listOf(answer, 'daemonDeployments'), 'SUCCESSFUL', [
        'STOPPED',
        'ROLLBACK_FAILED',
        'ROLLBACK_SUCCESSFUL',
      ]),
  },
  {
    word: 'daemon-task-definition-active',
    operation: 'DescribeDaemonTaskDefinition',
    description: 'until the daemon task definition is ACTIVE',
    timeoutSeconds: 1500,
    judge: (answer) => {
      const status = statusOf(answer, 'daemonTaskDefinition');
      if (status === 'DELETE_IN_PROGRESS' || status === 'DELETED')
        return never(`the daemon task definition is ${status}`);
      return status === 'ACTIVE' ? done : again(status);
    },
  },
  {
    word: 'daemon-task-definition-deleted',
    operation: 'DescribeDaemonTaskDefinition',
    description: 'until the daemon task definition is DELETED',
    timeoutSeconds: 1500,
    judge: (answer) => {
      const status = statusOf(answer, 'daemonTaskDefinition');
      return status === 'DELETED' ? done : again(status);
    },
  },
];

function allOf(items: readonly Json[], good: string, bad: readonly string[]): Verdict {
  const failed = items.find((i) => bad.includes(String(i['status'])));
  if (failed) return never(`a daemon deployment is ${String(failed['status'])}`);
  return items.length > 0 && items.every((i) => i['status'] === good) ? done : again(seen(items, 'status'));
}
