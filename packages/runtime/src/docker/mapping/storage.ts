import type {
  ContainerDefinition,
  DockerVolumeConfiguration,
  HostVolumeProperties,
  MountPoint,
  Volume,
  VolumeFrom,
} from '@longshore/model';
import type { MountSpec } from '../../driver.js';
import { byAgent, type TableOf, together } from './table.js';

const mountProof = 'mountPoints and volumesFrom show the same files, read-only where asked';
const volumeProof = 'docker volumes are made with their driver, options and labels';

export const storageTable: TableOf<Pick<ContainerDefinition, 'mountPoints' | 'volumesFrom'>> = {
  mountPoints: {
    nested: 'MountPoint',
    apply: (body, { mounts }) => {
      // Binds make a host path that is missing, as ECS does; but a colon in a path ends it, so those go as mounts.
      const binds = mounts.filter((m) => !hasColon(m));
      if (binds.length > 0)
        body.HostConfig.Binds = binds.map((m) => `${m.source}:${m.target}${m.readOnly ? ':ro' : ''}`);
      const others = mounts.filter(hasColon);
      if (others.length > 0)
        body.HostConfig.Mounts = others.map((m) => ({
          Type: m.kind,
          Source: m.source,
          Target: m.target,
          ReadOnly: m.readOnly,
        }));
    },
  },
  volumesFrom: {
    nested: 'VolumeFrom',
    apply: (body, { volumesFrom }) => {
      if (volumesFrom.length > 0)
        body.HostConfig.VolumesFrom = volumesFrom.map((v) => `${v.containerId}${v.readOnly ? ':ro' : ''}`);
    },
  },
};

function hasColon(mount: MountSpec): boolean {
  return mount.source.includes(':') || mount.target.includes(':');
}

export const mountPointTable: TableOf<MountPoint> = {
  sourceVolume: together(mountProof),
  containerPath: together(mountProof),
  readOnly: together(mountProof),
};

export const volumeFromTable: TableOf<VolumeFrom> = {
  sourceContainer: together(mountProof),
  readOnly: together(mountProof),
};

export const volumeTable: TableOf<Volume> = {
  name: together(mountProof),
  host: { nested: 'HostVolumeProperties' },
  dockerVolumeConfiguration: { nested: 'DockerVolumeConfiguration' },
  efsVolumeConfiguration: { refused: 'EFS is a service of AWS; mount it on the host and name its path' },
  s3filesVolumeConfiguration: { refused: 'S3 Files is a service of AWS' },
  fsxWindowsFileServerVolumeConfiguration: { refused: 'FSx for Windows File Server is a service of AWS' },
  configuredAtLaunch: { refused: 'there are no volumes that are made at launch' },
};

export const hostVolumeTable: TableOf<HostVolumeProperties> = {
  sourcePath: together(mountProof),
};

export const dockerVolumeTable: TableOf<DockerVolumeConfiguration> = {
  scope: byAgent(
    'task: removed with the task; shared: outlives it',
    'a task-scoped volume is shared by its containers and goes with the task',
  ),
  autoprovision: byAgent(
    'a shared volume is made where it is missing only when this is true',
    'a shared volume is made only where autoprovision says so, and outlives the task',
  ),
  driver: together(volumeProof),
  driverOpts: together(volumeProof),
  labels: together(volumeProof),
};
