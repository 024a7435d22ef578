import { invalidParameter, requestLimits } from '@longshore/model';

/** Throws InvalidParameterException where a request names more than ECS takes at once. */
export function checkRequestLimit(
  operation: keyof typeof requestLimits,
  member: string,
  count: number,
): void {
  const limit = requestLimits[operation];
  if (count > limit) throw invalidParameter(`${member} can have at most ${limit} items, but had ${count}.`);
}
