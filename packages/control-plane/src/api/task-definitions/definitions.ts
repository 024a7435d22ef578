import {
  clientException,
  type DefinitionName,
  definitionReference,
  type EcsError,
  shown,
  type TaskDefinitionRecord,
} from '@longshore/model';
import { type Key, keyOf, rangeOf, type Store, type Stored } from '@longshore/store';

/** One revision of a family. */
export interface DefinitionRevision {
  readonly family: string;
  readonly revision: number;
}

export function definitionKey({ family, revision }: DefinitionRevision): Key<'taskDefinition'> {
  return keyOf('taskDefinition', family, String(revision));
}

export function unknownDefinition(): EcsError {
  return clientException('Unable to describe task definition.');
}

/**
 * A definition that a request names; undefined where it is no name, or one of another account. Throws ClientException
 * for a revision that is no number.
 */
export function namedDefinition(text: string | undefined, accountId: string): DefinitionName | undefined {
  const revision = /^[A-Za-z0-9_-]+:(.*)$/.exec(text ?? '')?.[1];
  if (revision !== undefined && !text?.startsWith('arn:') && !/^\d{1,9}$/.test(revision))
    throw clientException(`Invalid revision number. Number: ${shown(revision)}`);
  const found = text ? definitionReference(text, accountId) : undefined;
  return found?.ok ? found.value : undefined;
}

/**
 * The revision that a name stands for, as the cache has it: without a number the newest ACTIVE one. Undefined where
 * there is none; take a barrier before that is believed.
 */
export function findDefinition(
  store: Store,
  name: DefinitionName,
): { readonly at: DefinitionRevision; readonly stored: Stored<'taskDefinition'> } | undefined {
  if (name.revision !== undefined) {
    const at = { family: name.family, revision: name.revision };
    const stored = store.get(definitionKey(at));
    return stored && { at, stored };
  }
  const last = store.get(keyOf('family', name.family))?.value.lastRevision ?? 0;
  for (let revision = last; revision > 0; revision--) {
    const at = { family: name.family, revision };
    const stored = store.get(definitionKey(at));
    if (stored?.value.status === 'ACTIVE') return { at, stored };
  }
  return undefined;
}

/** All revisions of a family that are still known, lowest first (keys are text: 10 stands before 9 there). */
export function revisionsOf(
  store: Store,
  family: string,
): readonly { readonly at: DefinitionRevision; readonly record: TaskDefinitionRecord }[] {
  return store
    .list(rangeOf('taskDefinition', family))
    .map(({ key, value }) => ({ at: { family, revision: Number(key.names[1]) }, record: value }))
    .sort((a, b) => a.at.revision - b.at.revision);
}

/** Every family that was ever registered, by name. */
export function familiesOf(store: Store): readonly string[] {
  return store.list(rangeOf('family')).map((s) => s.key.names[0] ?? '');
}
