/** Sentences that ECS's users and their tools know; their words are ECS's. */

/** The stoppedReason of a task that its service's scheduler stops. */
export function scalingReason(deployment: string): string {
  return `Scaling activity initiated by (deployment ecs-svc/${deployment})`;
}

/** A task that was stopped because of its health check; what counts as a failure is told by it. */
export const unhealthyReason = 'Task failed container health checks';

/** A service's hundred events share one record: of a thousand tasks at once, not all are named. */
const tasksNamed = 50;

function named(tasks: readonly string[]): string {
  const names = tasks.slice(0, tasksNamed).map((id) => `(task ${id})`);
  const others = tasks.length - names.length;
  return others === 0 ? names.join(' ') : `${names.join(' ')} and ${others} others`;
}

export const texts = {
  started: (service: string, tasks: readonly string[]): string =>
    `(service ${service}) has started ${tasks.length} tasks: ${named(tasks)}.`,
  stopped: (service: string, tasks: readonly string[]): string =>
    `(service ${service}) has stopped ${tasks.length} running tasks: ${named(tasks)}.`,
  steady: (service: string): string => `(service ${service}) has reached a steady state.`,
  completed: (service: string, deployment: string): string =>
    `(service ${service}) (deployment ecs-svc/${deployment}) deployment completed.`,
  failed: (service: string, deployment: string, why: string): string =>
    `(service ${service}) (deployment ecs-svc/${deployment}) deployment failed: ${why}.`,
  rollingBack: (service: string, deployment: string): string =>
    `(service ${service}) rolling back to deployment ecs-svc/${deployment}.`,
  inconsistent: (service: string): string =>
    `(service ${service}) is unable to consistently start tasks successfully.`,
  blocked: (service: string): string =>
    `(service ${service}) was unable to stop or start tasks during a deployment because of the service deployment configuration. Update the minimumHealthyPercent or maximumPercent value and try again.`,
  unplaced: (service: string, detail: string): string =>
    `(service ${service}) was unable to place a task because no container instance met all of its requirements. ${detail}`,
  unhealthy: (service: string, task: string): string =>
    `(service ${service}) (task ${task}) failed container health checks.`,
  wouldMove: (service: string, task: string): string =>
    `(service ${service}) would move (task ${task}) to even out its spread (longshore:rebalance=dry-run).`,
} as const;

/** Names and types that ECS gives to what it tells by EventBridge under "ECS Service Action". */
export const actions = {
  steady: { eventType: 'INFO', eventName: 'SERVICE_STEADY_STATE' },
  taskSetSteady: { eventType: 'INFO', eventName: 'TASKSET_STEADY_STATE' },
  impaired: { eventType: 'WARN', eventName: 'SERVICE_TASK_START_IMPAIRED' },
  unplaced: { eventType: 'ERROR', eventName: 'SERVICE_TASK_PLACEMENT_FAILURE' },
  violated: { eventType: 'ERROR', eventName: 'SERVICE_DAEMON_PLACEMENT_CONSTRAINT_VIOLATED' },
} as const;

export type Action = (typeof actions)[keyof typeof actions];

export const rolloutReasons = {
  inProgress: (deployment: string): string => `ECS deployment ecs-svc/${deployment} in progress.`,
  completed: (deployment: string): string => `ECS deployment ecs-svc/${deployment} completed.`,
  failed: (why: string): string => `ECS deployment circuit breaker: ${why}.`,
  rollingBack: (deployment: string): string =>
    `ECS deployment circuit breaker: rolling back to deploymentId ecs-svc/${deployment}.`,
  stopped: 'Service deployment stopped by request.',
} as const;
