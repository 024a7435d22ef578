import { type ArnScope, type Failure, instanceArn } from '@longshore/model';
import type { Refusal } from '@longshore/scheduler';

/** ECS's failures for tasks that found no place: one a task, with the instance that came nearest. */
export function refusalFailures(
  refused: readonly Refusal[],
  scope: ArnScope,
  cluster: string,
): readonly Failure[] {
  return refused.flatMap((refusal) => {
    const arn = refusal.closestInstance && instanceArn(scope, cluster, refusal.closestInstance);
    const failure: Failure = { arn, reason: refusal.reason, detail: refusal.explanation };
    return Array.from({ length: refusal.count }, () => failure);
  });
}
