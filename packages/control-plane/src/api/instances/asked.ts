import { clientException, type Failure, instanceArn, instanceReference } from '@longshore/model';
import { keyOf, type Stored } from '@longshore/store';
import { lookAll, type Reading, scopeOf } from '../common/index.js';

/** An instance that a request names and that exists. */
export interface FoundInstance {
  readonly id: string;
  readonly stored: Stored<'instance'>;
}

/** The instances that a request names, and MISSING for each that does not exist. */
export async function askedInstances(
  references: readonly string[] | undefined,
  cluster: string,
  reading: Reading,
): Promise<{ readonly found: readonly FoundInstance[]; readonly failures: readonly Failure[] }> {
  if (!references || references.length === 0) throw clientException('Container Instances cannot be empty.');
  const { accountId } = reading.context;
  const asked = [...new Set(references)].map((text) => {
    const reference = instanceReference(text, { accountId, cluster });
    return { text, id: reference.ok ? reference.value : undefined };
  });
  const known = asked.flatMap(({ id }) => (id === undefined ? [] : [id]));
  const stored = await lookAll(
    reading,
    known.map((id) => keyOf('instance', cluster, id)),
  );
  const byId = new Map(known.map((id, i) => [id, stored[i]]));
  const found: FoundInstance[] = [];
  const failures: Failure[] = [];
  for (const { text, id } of asked) {
    const instance = id === undefined ? undefined : byId.get(id);
    if (id !== undefined && instance) found.push({ id, stored: instance });
    else
      failures.push({
        arn: id === undefined ? text : instanceArn(scopeOf(reading), cluster, id),
        reason: 'MISSING',
      });
  }
  return { found, failures };
}
