import type {
  ContainerDefinition,
  Device,
  DeviceCgroupPermission,
  KernelCapabilities,
  LinuxParameters,
  SystemControl,
  Tmpfs,
} from '@longshore/model';
import { bytesPerMiB, honoured, type TableOf, together } from './table.js';

const capabilityProof = 'capabilities are added and dropped';
const deviceProof = 'devices appear with their permissions';
const tmpfsProof = 'tmpfs, sharedMemorySize and initProcessEnabled are in the container';
const swapProof = 'maxSwap counts on top of memory, and swappiness only with it';
const controlProof = 'systemControls set parameters of the kernel';

const letters: Readonly<Record<DeviceCgroupPermission, string>> = { read: 'r', write: 'w', mknod: 'm' };

function permissionsOf(device: Device): string {
  const given = (device.permissions ?? []).map((p) => letters[p]).join('');
  return given === '' ? 'rwm' : given;
}

export const kernelTable: TableOf<Pick<ContainerDefinition, 'linuxParameters' | 'systemControls'>> = {
  linuxParameters: { nested: 'LinuxParameters' },
  systemControls: {
    nested: 'SystemControl',
    apply: (body, { definition }) => {
      if (!definition.systemControls?.length) return;
      body.HostConfig.Sysctls = Object.fromEntries(
        definition.systemControls.map((c) => [c.namespace ?? '', c.value ?? '']),
      );
    },
  },
};

export const linuxParametersTable: TableOf<LinuxParameters> = {
  capabilities: { nested: 'KernelCapabilities' },
  devices: {
    nested: 'Device',
    apply: (body, { definition }) => {
      body.HostConfig.Devices = (definition.linuxParameters?.devices ?? []).map((device) => ({
        PathOnHost: device.hostPath,
        PathInContainer: device.containerPath ?? device.hostPath,
        CgroupPermissions: permissionsOf(device),
      }));
    },
  },
  initProcessEnabled: honoured((body, { definition }) => {
    const init = definition.linuxParameters?.initProcessEnabled;
    if (init !== undefined) body.HostConfig.Init = init;
  }, tmpfsProof),
  sharedMemorySize: honoured((body, { definition }) => {
    const size = definition.linuxParameters?.sharedMemorySize;
    if (size) body.HostConfig.ShmSize = size * bytesPerMiB;
  }, tmpfsProof),
  tmpfs: {
    nested: 'Tmpfs',
    apply: (body, { definition }) => {
      const mounts = definition.linuxParameters?.tmpfs ?? [];
      if (mounts.length === 0) return;
      body.HostConfig.Tmpfs = Object.fromEntries(
        mounts.map((t) => [t.containerPath ?? '', [...(t.mountOptions ?? []), `size=${t.size}m`].join(',')]),
      );
    },
  },
  maxSwap: honoured((body, { definition }) => {
    const maxSwap = definition.linuxParameters?.maxSwap;
    // Without a hard limit there is nothing that swap could be counted on top of; the engine refuses it.
    if (maxSwap === undefined || !definition.memory) return;
    body.HostConfig.MemorySwap = (definition.memory + maxSwap) * bytesPerMiB;
  }, swapProof),
  swappiness: honoured((body, { definition }) => {
    const { maxSwap, swappiness } = definition.linuxParameters ?? {};
    if (maxSwap !== undefined && swappiness !== undefined) body.HostConfig.MemorySwappiness = swappiness;
  }, swapProof),
};

export const capabilitiesTable: TableOf<KernelCapabilities> = {
  add: honoured((body, { definition }) => {
    body.HostConfig.CapAdd = [...(definition.linuxParameters?.capabilities?.add ?? [])];
  }, capabilityProof),
  drop: honoured((body, { definition }) => {
    body.HostConfig.CapDrop = [...(definition.linuxParameters?.capabilities?.drop ?? [])];
  }, capabilityProof),
};

export const deviceTable: TableOf<Device> = {
  hostPath: together(deviceProof),
  containerPath: together(deviceProof),
  permissions: together(deviceProof),
};

export const tmpfsTable: TableOf<Tmpfs> = {
  containerPath: together(tmpfsProof),
  size: together(tmpfsProof),
  mountOptions: together(tmpfsProof),
};

export const systemControlTable: TableOf<SystemControl> = {
  namespace: together(controlProof),
  value: together(controlProof),
};
