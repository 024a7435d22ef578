import { shown } from '../arn.js';
import { clientException, type EcsError } from '../errors.js';
import type { ContainerDefinition } from '../generated/shapes.js';

/** A setting of one container that cannot be, in ECS's form: it names the container, then the member. */
export function containerFault(container: Pick<ContainerDefinition, 'name'>, fault: string): EcsError {
  return clientException(`Invalid setting for container '${shown(container.name ?? '')}'. ${fault}`);
}

/** A feature of ECS that this cluster does not have: refused by name, never ignored. */
export function notSupported(where: string, member: string, instead?: string): EcsError {
  return clientException(
    `${where}: ${member} is not supported${instead ? `: ${instead}` : ' by this cluster'}.`,
  );
}

/** Protobuf does not tell an empty list from an absent one, so neither do the rules. */
export function isGiven(list: readonly unknown[] | undefined): list is readonly [unknown, ...unknown[]] {
  return list !== undefined && list.length > 0;
}

export interface Bounds {
  readonly min: number;
  readonly max?: number;
}

/** Throws where a number is given and is not a whole one within its bounds. */
export function checkWhole(
  value: number | undefined,
  { min, max = Number.MAX_SAFE_INTEGER }: Bounds,
  fault: (bounds: string) => EcsError,
): void {
  if (value === undefined || (Number.isInteger(value) && value >= min && value <= max)) return;
  throw fault(max === Number.MAX_SAFE_INTEGER ? `at least ${min}` : `between ${min} and ${max}`);
}

/** The first value that occurs twice. */
export function firstDuplicate<T>(values: readonly T[]): T | undefined {
  const seen = new Set<T>();
  for (const value of values) {
    if (seen.has(value)) return value;
    seen.add(value);
  }
  return undefined;
}

export const ecsName = /^[A-Za-z0-9_-]{1,255}$/;
