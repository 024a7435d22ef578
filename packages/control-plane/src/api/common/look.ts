import type { ArnScope } from '@longshore/model';
import type { Key, LiveKind, Stored } from '@longshore/store';
import { type Call, endOf, type OperationContext } from '../operation.js';

/** What reads need of their call. */
export interface Reading {
  readonly context: Pick<OperationContext, 'store' | 'accountId'>;
  readonly call: Pick<Call, 'signal' | 'gone' | 'region'>;
}

export function scopeOf({ context, call }: Reading): ArnScope {
  return { region: call.region, accountId: context.accountId };
}

/** A record, or undefined once it is sure that there is none: absence in the cache may only mean that it is behind. */
export async function look<K extends LiveKind>(
  { context, call }: Reading,
  key: Key<K>,
): Promise<Stored<K> | undefined> {
  const stored = context.store.get(key);
  if (stored) return stored;
  await context.store.barrier(endOf(call));
  return context.store.get(key);
}

/** Looks for many at once, with one barrier for all that are missing. */
export async function lookAll<K extends LiveKind>(
  { context, call }: Reading,
  keys: readonly Key<K>[],
): Promise<readonly (Stored<K> | undefined)[]> {
  const all = keys.map((key) => context.store.get(key));
  if (!all.includes(undefined)) return all;
  await context.store.barrier(endOf(call));
  return keys.map((key) => context.store.get(key));
}
