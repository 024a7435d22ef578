import type { ContainerDefinition } from '@longshore/model';
import { honoured, type TableOf } from './table.js';

export const securityTable: TableOf<
  Pick<ContainerDefinition, 'privileged' | 'readonlyRootFilesystem' | 'dockerSecurityOptions'>
> = {
  privileged: honoured((body, { definition }) => {
    body.HostConfig.Privileged = definition.privileged ?? false;
  }, 'privileged gives every capability of the host'),
  readonlyRootFilesystem: honoured((body, { definition }) => {
    body.HostConfig.ReadonlyRootfs = definition.readonlyRootFilesystem ?? false;
  }, 'readonlyRootFilesystem lets nothing be written but on mounts'),
  dockerSecurityOptions: honoured((body, { definition }) => {
    if (definition.dockerSecurityOptions?.length)
      body.HostConfig.SecurityOpt = [...definition.dockerSecurityOptions];
  }, 'dockerSecurityOptions take new privileges away'),
};
