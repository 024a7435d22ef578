import type { AnyEnding } from '@longshore/kit';
import { clientException, definitionReference, type TaskDefinition } from '@longshore/model';
import { type Expectation, keyOf, type Store, type Stored } from '@longshore/store';
import { type Call, endOf, type OperationContext } from './operation.js';
import { findDefinition } from './task-definitions/index.js';

/** Looks again once the watch has passed a point after the question: then absence is absence. */
export async function certainly<T>(
  store: Store,
  signal: AnyEnding,
  look: () => T | undefined,
): Promise<T | undefined> {
  const found = look();
  if (found !== undefined) return found;
  await store.barrier(signal);
  return look();
}

/** A definition that tasks are to be made from. */
export interface FoundDefinition {
  readonly family: string;
  readonly revision: number;
  readonly definition: TaskDefinition;
  readonly stored: Stored<'taskDefinition'>;
  /** What "this is the one" rests on: another replica may just have registered a newer one. */
  readonly expect: readonly Expectation[];
}

/** Throws ClientException: unknown, or not ACTIVE. */
export async function requireDefinition(
  text: string | undefined,
  call: Call,
  context: OperationContext,
): Promise<FoundDefinition> {
  if (text === undefined || text === '') throw clientException('TaskDefinition can not be blank.');
  const reference = definitionReference(text, context.accountId);
  if (!reference?.ok) throw clientException('TaskDefinition not found.');
  const name = reference.value;
  const { store } = context;
  const found = await certainly(store, endOf(call), () => findDefinition(store, name));
  const definition = found?.stored.value.definition;
  if (!found || !definition) throw clientException('TaskDefinition not found.');
  const { status } = found.stored.value;
  if (status !== 'ACTIVE')
    throw clientException(`TaskDefinition is ${status === 'INACTIVE' ? 'inactive' : 'being deleted'}`);
  const expect: Expectation[] = [{ key: found.stored.key, revision: found.stored.revision }];
  const family = name.revision === undefined && store.get(keyOf('family', name.family));
  if (family) expect.push({ key: family.key, revision: family.revision });
  return { ...found.at, definition, stored: found.stored, expect };
}
