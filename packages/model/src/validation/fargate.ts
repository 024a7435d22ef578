import { clientException } from '../errors.js';
import type { TaskDefinition } from '../generated/shapes.js';
import { isGiven } from './faults.js';

/** What a definition that requires FARGATE may not say. It is kept; running on it is refused elsewhere for now. */
export function checkFargate(definition: TaskDefinition): void {
  if (!definition.requiresCompatibilities?.includes('FARGATE')) return;
  if (definition.networkMode !== 'awsvpc')
    throw clientException('Fargate only supports network mode ‘awsvpc’.');
  if (definition.pidMode === 'host')
    throw clientException(
      "Tasks using the Fargate launch type do not support pidMode 'host'. The supported value for pidMode is 'task'.",
    );
  if (definition.ipcMode !== undefined)
    throw clientException('Tasks using the Fargate launch type do not support ipcMode.');
  if (isGiven(definition.placementConstraints))
    throw clientException('Tasks using the Fargate launch type do not support placementConstraints.');
  for (const container of definition.containerDefinitions ?? []) {
    if (container.privileged)
      throw clientException(`Fargate does not support privileged (container '${container.name}').`);
    for (const name of container.linuxParameters?.capabilities?.add ?? [])
      if (name !== 'SYS_PTRACE')
        throw clientException(
          `Fargate only supports adding SYS_PTRACE, not ${name} (container '${container.name}').`,
        );
  }
  for (const volume of definition.volumes ?? [])
    if (volume.host?.sourcePath || volume.dockerVolumeConfiguration)
      throw clientException(`Fargate does not support host or Docker volumes (volume '${volume.name}').`);
}
