import { shown } from '../arn.js';
import { clientException } from '../errors.js';
import type { ContainerDefinition, TaskDefinition, Volume } from '../generated/shapes.js';
import { containerFault, ecsName, firstDuplicate, notSupported } from './faults.js';

export function checkVolumes(definition: TaskDefinition): void {
  const volumes = definition.volumes ?? [];
  for (const volume of volumes) checkVolume(volume);
  const twice = firstDuplicate(volumes.map((v) => v.name));
  if (twice) throw clientException(`Volume name '${twice}' is used more than once; names must be unique.`);
  const names = new Set(volumes.map((v) => v.name));
  for (const container of definition.containerDefinitions ?? []) checkMounts(container, names);
}

function checkVolume(volume: Volume): void {
  const name = volume.name ?? '';
  if (!ecsName.test(name))
    throw clientException(
      `Volume name '${shown(name)}' is invalid: up to 255 letters, digits, hyphens and underscores.`,
    );
  const where = `Volume '${name}'`;
  if (volume.efsVolumeConfiguration) throw notSupported(where, 'efsVolumeConfiguration');
  if (volume.s3filesVolumeConfiguration) throw notSupported(where, 's3filesVolumeConfiguration');
  if (volume.fsxWindowsFileServerVolumeConfiguration)
    throw notSupported(where, 'fsxWindowsFileServerVolumeConfiguration');
  if (volume.configuredAtLaunch) throw notSupported(where, 'configuredAtLaunch');
  const sourcePath = volume.host?.sourcePath;
  if (sourcePath && !sourcePath.startsWith('/'))
    throw clientException(`${where}: host.sourcePath '${shown(sourcePath)}' must be an absolute path.`);
  const docker = volume.dockerVolumeConfiguration;
  if (docker && sourcePath)
    throw clientException(`${where}: host and dockerVolumeConfiguration exclude each other.`);
  if (docker?.autoprovision && docker.scope !== 'shared')
    throw clientException(`${where}: autoprovision is only supported when scope is shared.`);
}

function checkMounts(container: ContainerDefinition, volumes: ReadonlySet<string | undefined>): void {
  for (const mount of container.mountPoints ?? []) {
    if (!mount.sourceVolume || !volumes.has(mount.sourceVolume))
      throw containerFault(
        container,
        `'mountPoints' has an unknown volume '${shown(mount.sourceVolume ?? '')}'.`,
      );
    if (!mount.containerPath?.startsWith('/'))
      throw containerFault(
        container,
        `'mountPoints' containerPath '${shown(mount.containerPath ?? '')}' must be an absolute path.`,
      );
  }
  const paths = (container.mountPoints ?? []).map((m) => m.containerPath);
  const twice = firstDuplicate(paths);
  if (twice) throw containerFault(container, `'mountPoints' mounts '${shown(twice)}' more than once.`);
}
