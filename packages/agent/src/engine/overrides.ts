import type {
  Assignment,
  ContainerDefinition,
  ContainerOverride,
  KeyValuePair,
  TaskDefinition,
} from '@longshore/model';

/** The definition as this task runs it: RunTask's overrides merged in, resolved digests in place of tags. */
export function effectiveDefinition(definition: TaskDefinition, assignment: Assignment): TaskDefinition {
  const overrides = assignment.overrides;
  return {
    ...definition,
    cpu: overrides?.cpu ?? definition.cpu,
    memory: overrides?.memory ?? definition.memory,
    taskRoleArn: overrides?.taskRoleArn ?? definition.taskRoleArn,
    executionRoleArn: overrides?.executionRoleArn ?? definition.executionRoleArn,
    containerDefinitions: (definition.containerDefinitions ?? []).map((d) =>
      overridden(
        d,
        overrides?.containerOverrides?.find((o) => o.name === d.name),
      ),
    ),
  };
}

/** The image to run: by digest where the deployment has resolved it once. */
export function imageOf(assignment: Assignment, container: ContainerDefinition): string {
  const image = container.image ?? '';
  const digest = assignment.imageDigests[container.name ?? ''];
  if (!digest || image.includes('@')) return image;
  const slash = image.lastIndexOf('/');
  const colon = image.indexOf(':', slash + 1);
  const repository = colon < 0 ? image : image.slice(0, colon);
  return `${repository}@${digest.startsWith('sha256:') ? digest : `sha256:${digest}`}`;
}

function overridden(definition: ContainerDefinition, o: ContainerOverride | undefined): ContainerDefinition {
  if (!o) return definition;
  return {
    ...definition,
    command: given(o.command) ?? definition.command,
    environment: mergedEnvironment(definition.environment ?? [], o.environment ?? []),
    environmentFiles: given(o.environmentFiles) ?? definition.environmentFiles,
    cpu: o.cpu ?? definition.cpu,
    memory: o.memory ?? definition.memory,
    memoryReservation: o.memoryReservation ?? definition.memoryReservation,
    resourceRequirements: given(o.resourceRequirements) ?? definition.resourceRequirements,
  };
}

/** A list that came by protobuf is never absent: an empty one overrides nothing. */
function given<T>(list: readonly T[] | undefined): readonly T[] | undefined {
  return list && list.length > 0 ? list : undefined;
}

/** One by one, where all else stands instead of what the definition says. */
function mergedEnvironment(
  base: readonly KeyValuePair[],
  over: readonly KeyValuePair[],
): readonly KeyValuePair[] {
  const names = new Set(over.map((v) => v.name));
  return [...base.filter((v) => !names.has(v.name)), ...over];
}
