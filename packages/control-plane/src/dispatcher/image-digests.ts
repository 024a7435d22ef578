import type { ServiceRevisionRecord, TaskRecord } from '@longshore/model';
import { type Expectation, type Key, keyOf, type Store, type Stored, type Write } from '@longshore/store';

type ServiceTask = Pick<TaskRecord, 'service' | 'deployment'>;
type Digests = Readonly<Record<string, string>>;

export interface DigestsToKeep {
  readonly key: Key<'serviceRevision'>;
  readonly expect: Expectation;
  readonly write: Write;
}

const none: Digests = {};
/** Records are replaced, never changed: a thousand tasks of a revision share what is read from it. */
const digestsOf = new WeakMap<ServiceRevisionRecord, Digests>();

/**
 * ECS's version consistency: the digest that the first task of a service revision resolved is what its later tasks
 * run. Reads the cache as of one turn, each revision once: made for one report or answer, and not kept.
 */
export class ImageDigests {
  readonly #store: Store;
  readonly #cluster: string;
  /** By service, the last deployment that was asked for. */
  readonly #found = new Map<
    string,
    { readonly deployment: string; readonly stored: Stored<'serviceRevision'> | undefined }
  >();

  constructor(store: Store, cluster: string) {
    this.#store = store;
    this.#cluster = cluster;
  }

  /** By name of the container; empty for a standalone task, and before the first task has pulled. */
  resolved(task: ServiceTask): Digests {
    const record = this.#revisionOf(task)?.value;
    if (!record) return none;
    let digests = digestsOf.get(record);
    if (!digests) {
      digests = digestsIn(record);
      digestsOf.set(record, digests);
    }
    return digests;
  }

  /**
   * What a report adds to the revision of its task's deployment; undefined: nothing. Written with the report: two first
   * tasks conflict on the revision, and the later one finds the digest of the other.
   */
  toKeep(task: TaskRecord): DigestsToKeep | undefined {
    const stored = this.#revisionOf(task);
    if (!stored?.value.revision) return undefined;
    const { revision } = stored.value;
    if (revision.containerImages?.every((image) => image.imageDigest !== undefined) === true)
      return undefined;
    const isOpen = this.#namesToResolve(stored.value);
    let any = false;
    const containerImages = (revision.containerImages ?? []).map((image) => {
      const found = task.containers.find((c) => c.name === image.containerName && c.imageDigest !== '');
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
  #namesToResolve(record: ServiceRevisionRecord): (name: string) => boolean {
    const key = keyOf('taskDefinition', record.family, String(record.taskDefinitionRevision));
    const containers = this.#store.get(key)?.value.definition?.containerDefinitions ?? [];
    return (name) => containers.find((c) => c.name === name)?.versionConsistency !== 'disabled';
  }

  #revisionOf({ service, deployment }: ServiceTask): Stored<'serviceRevision'> | undefined {
    if (service === '' || deployment === '') return undefined;
    const found = this.#found.get(service);
    if (found?.deployment === deployment) return found.stored;
    const stored = this.#read(service, deployment);
    this.#found.set(service, { deployment, stored });
    return stored;
  }

  #read(service: string, deployment: string): Stored<'serviceRevision'> | undefined {
    const store = this.#store;
    const cluster = this.#cluster;
    const digits = store.get(keyOf('deployment', cluster, service, deployment))?.value.revision;
    return digits === undefined ? undefined : store.get(keyOf('serviceRevision', cluster, service, digits));
  }
}

function digestsIn({ revision }: ServiceRevisionRecord): Digests {
  return Object.fromEntries(
    (revision?.containerImages ?? []).flatMap(({ containerName = '', imageDigest }) =>
      imageDigest === undefined ? [] : [[containerName, imageDigest]],
    ),
  );
}
