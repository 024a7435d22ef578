import { shown } from '../arn.js';
import type { ContainerDefinition } from '../generated/shapes.js';
import { checkWhole, containerFault } from './faults.js';

/** What ECS documents for capabilities.add and capabilities.drop. */
const kernelCapabilities = new Set(
  `ALL AUDIT_CONTROL AUDIT_WRITE BLOCK_SUSPEND CHOWN DAC_OVERRIDE DAC_READ_SEARCH FOWNER FSETID IPC_LOCK IPC_OWNER KILL
  LEASE LINUX_IMMUTABLE MAC_ADMIN MAC_OVERRIDE MKNOD NET_ADMIN NET_BIND_SERVICE NET_BROADCAST NET_RAW SETFCAP SETGID
  SETPCAP SETUID SYS_ADMIN SYS_BOOT SYS_CHROOT SYS_MODULE SYS_NICE SYS_PACCT SYS_PTRACE SYS_RAWIO SYS_RESOURCE SYS_TIME
  SYS_TTY_CONFIG SYSLOG WAKE_ALARM`.split(/\s+/),
);

const tmpfsOptions = new Set(
  `defaults ro rw suid nosuid dev nodev exec noexec sync async dirsync remount mand nomand atime noatime diratime
  nodiratime bind rbind unbindable runbindable private rprivate shared rshared slave rslave relatime norelatime
  strictatime nostrictatime mode uid gid nr_inodes nr_blocks mpol`.split(/\s+/),
);

export function checkLinuxParameters(container: ContainerDefinition): void {
  const parameters = container.linuxParameters;
  if (!parameters) return;
  const { capabilities } = parameters;
  for (const name of [...(capabilities?.add ?? []), ...(capabilities?.drop ?? [])])
    if (!kernelCapabilities.has(name))
      throw containerFault(container, `'linuxParameters.capabilities' has no capability '${shown(name)}'.`);
  for (const device of parameters.devices ?? [])
    if (!device.hostPath?.startsWith('/'))
      throw containerFault(container, `'linuxParameters.devices' needs an absolute hostPath in each entry.`);
  checkWhole(parameters.sharedMemorySize, { min: 0 }, (bounds) =>
    containerFault(container, `'linuxParameters.sharedMemorySize' must be ${bounds} MiB.`),
  );
  checkWhole(parameters.maxSwap, { min: 0 }, (bounds) =>
    containerFault(container, `'linuxParameters.maxSwap' must be ${bounds} MiB.`),
  );
  // Swap is counted on top of the container's hard limit: without one it would be ignored.
  if (parameters.maxSwap !== undefined && container.memory === undefined)
    throw containerFault(container, `'linuxParameters.maxSwap' needs 'memory' of the container.`);
  checkWhole(parameters.swappiness, { min: 0, max: 100 }, (bounds) =>
    containerFault(container, `'linuxParameters.swappiness' must be ${bounds}.`),
  );
  checkTmpfs(container);
}

function checkTmpfs(container: ContainerDefinition): void {
  for (const tmpfs of container.linuxParameters?.tmpfs ?? []) {
    if (!tmpfs.containerPath?.startsWith('/'))
      throw containerFault(
        container,
        `'linuxParameters.tmpfs' needs an absolute containerPath in each entry.`,
      );
    if (tmpfs.size === undefined)
      throw containerFault(container, `'linuxParameters.tmpfs' needs a size in each entry.`);
    checkWhole(tmpfs.size, { min: 1 }, (bounds) =>
      containerFault(container, `'linuxParameters.tmpfs' size must be ${bounds} MiB, but was ${tmpfs.size}.`),
    );
    for (const option of tmpfs.mountOptions ?? [])
      if (!tmpfsOptions.has(option.split('=', 1)[0] ?? ''))
        throw containerFault(container, `'linuxParameters.tmpfs' has no mount option '${shown(option)}'.`);
  }
}

const ipcControls =
  /^(kernel\.(msgmax|msgmnb|msgmni|sem|shmall|shmmax|shmmni|shm_rmid_forced)|fs\.mqueue\..+)$/;

export type SystemControlScope = 'ipc' | 'net';

/** The namespace that a kernel parameter belongs to; undefined where it has none and would change the host. */
export function systemControlScope(namespace: string): SystemControlScope | undefined {
  if (ipcControls.test(namespace)) return 'ipc';
  return /^net\..+/.test(namespace) ? 'net' : undefined;
}
