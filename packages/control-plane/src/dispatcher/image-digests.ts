import type { ServiceRevisionRecord, TaskRecord } from '@longshore/model';
import { type Expectation, type Key, keyOf, type Store, type Stored, type Write } from '@longshore/store';

type ServiceTask = Pick<TaskRecord, 'service' | 'deployment'>;

export interface DigestsToKeep {
  readonly key: Key<'serviceRevision'>;
  readonly expect: Expectation;
  readonly write: Write;
}

/**
 * ECS's version consistency: the digest that the first task of a service revision resolved is what its later tasks
 * run. By name of the container; empty for a standalone task, and before the first task has pulled.
 */
export function resolvedDigests(
  store: Store,
  cluster: string,
  task: ServiceTask,
): Readonly<Record<string, string>> {
  const record = revisionOf(store, cluster, task)?.value;
  if (!record) return {};
  let digests = digestsOf.get(record);
  if (!digests) {
    digests = digestsIn(record);
    digestsOf.set(record, digests);
  }
  return digests;
}

/** Records are replaced, never changed: a thousand tasks of a revision share what is read from it. */
const digestsOf = new WeakMap<ServiceRevisionRecord, Readonly<Record<string, string>>>();

function digestsIn({ revision }: ServiceRevisionRecord): Readonly<Record<string, string>> {
  return Object.fromEntries(
    (revision?.containerImages ?? []).flatMap(({ containerName = '', imageDigest }) =>
      imageDigest === undefined ? [] : [[containerName, imageDigest]],
    ),
  );
}

/**
 * What a report adds to the revision of its task's deployment; undefined: nothing. Written with the report: two first
 * tasks conflict on the revision, and the later one finds the digest of the other.
 */
export function digestsToKeep(store: Store, cluster: string, task: TaskRecord): DigestsToKeep | undefined {
  const known = task.containers.filter((c) => c.imageDigest !== '');
  const stored = known.length === 0 ? undefined : revisionOf(store, cluster, task);
  if (!stored?.value.revision) return undefined;
  const { revision } = stored.value;
  if (revision.containerImages?.every((image) => image.imageDigest !== undefined) === true) return undefined;
  const isOpen = namesToResolve(store, stored.value);
  let any = false;
  const containerImages = (revision.containerImages ?? []).map((image) => {
    const found = known.find((c) => c.name === image.containerName);
    if (!found || image.imageDigest !== undefined || !isOpen(found.name)) return image;
    any = true;
    return { ...image, imageDigest: `sha256:${found.imageDigest}` };
  });
  if (!any) return undefined;
  const { key } = stored;
  return {
    key,
    expect: { key, revision: stored.revision },
    write: { put: key, value: { ...stored.value, revision: { ...revision, containerImages } } },
  };
}

/** Containers that did not opt out. */
function namesToResolve(store: Store, record: ServiceRevisionRecord): (name: string) => boolean {
  const key = keyOf('taskDefinition', record.family, String(record.taskDefinitionRevision));
  const containers = store.get(key)?.value.definition?.containerDefinitions ?? [];
  return (name) => containers.find((c) => c.name === name)?.versionConsistency !== 'disabled';
}

function revisionOf(store: Store, cluster: string, task: ServiceTask): Stored<'serviceRevision'> | undefined {
  const { service, deployment } = task;
  if (service === '' || deployment === '') return undefined;
  const digits = store.get(keyOf('deployment', cluster, service, deployment))?.value.revision;
  return digits === undefined ? undefined : store.get(keyOf('serviceRevision', cluster, service, digits));
}
