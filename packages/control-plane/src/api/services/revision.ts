import type {
  ContainerImage,
  ServiceRevision,
  ServiceRevisionRecord,
  TaskDefinition,
} from '@longshore/model';
import type { FoundDefinition } from '../lookup.js';
import { canonical } from '../tasks/ids.js';

/** What a service revision is made of: a change of any of it is a new deployment. */
export interface Workload {
  readonly definition: Pick<FoundDefinition, 'family' | 'revision' | 'definition'>;
  readonly fixed: Pick<ServiceRevision, 'launchType' | 'networkConfiguration'>;
}

export function newRevision({ definition, fixed }: Workload, nowMs: number): ServiceRevisionRecord {
  return {
    revision: {
      ...fixed,
      containerImages: containerImages(definition.definition),
      guardDutyEnabled: false,
    },
    createdAtMs: nowMs,
    family: definition.family,
    taskDefinitionRevision: definition.revision,
  };
}

/** Whether a service would run the same under this workload as under its present revision. */
export function isSameWorkload(present: ServiceRevisionRecord | undefined, wanted: Workload): boolean {
  if (present === undefined) return false;
  const { launchType, networkConfiguration } = present.revision ?? {};
  return (
    present.family === wanted.definition.family &&
    present.taskDefinitionRevision === wanted.definition.revision &&
    launchType === wanted.fixed.launchType &&
    canonical(networkConfiguration) === canonical(wanted.fixed.networkConfiguration)
  );
}

function containerImages({ containerDefinitions = [] }: TaskDefinition): readonly ContainerImage[] {
  return containerDefinitions.map(({ name, image }) => {
    // Named by digest: there is nothing to resolve. The others get theirs from the first task that has pulled.
    const imageDigest = image?.split('@')[1];
    return { containerName: name, image, ...(imageDigest === undefined ? {} : { imageDigest }) };
  });
}
