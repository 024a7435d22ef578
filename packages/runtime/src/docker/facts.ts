import type Docker from 'dockerode';
import type { ContainerFacts, EngineFacts, ImageFacts, PortBinding } from '../driver.js';

/** What the engine's answers become. Pure. */

export type Inspected = Docker.ContainerInspectInfo;

export function containerFacts(c: Inspected): ContainerFacts {
  const state = stateOf(c.State.Status);
  const health = c.State.Health;
  const startedAtMs = timeMs(c.State.StartedAt);
  const finishedAtMs = timeMs(c.State.FinishedAt);
  return {
    id: c.Id,
    name: c.Name.replace(/^\//, ''),
    labels: c.Config.Labels ?? {},
    state,
    image: c.Config.Image,
    imageId: c.Image,
    exitCode: state === 'exited' ? c.State.ExitCode : undefined,
    outOfMemory: c.State.OOMKilled,
    error: c.State.Error,
    createdAtMs: timeMs(c.Created),
    startedAtMs,
    // The engine writes down a start when its call returns: a process that lived shorter ended before that, it seems.
    finishedAtMs: state === 'exited' ? Math.max(finishedAtMs, startedAtMs) : finishedAtMs,
    health: healthOf(health?.Status),
    healthOutput: health?.Log?.at(-1)?.Output ?? '',
    ports: portsOf(c.NetworkSettings.Ports),
    networks: Object.entries(c.NetworkSettings.Networks ?? {})
      .filter(([, network]) => network.IPAddress !== '')
      .map(([name, network]) => ({
        name,
        ipv4Address: network.IPAddress,
        macAddress: network.MacAddress,
      })),
    pid: c.State.Pid,
  };
}

function stateOf(status: string): ContainerFacts['state'] {
  switch (status) {
    case 'created':
      return 'created';
    case 'running':
    case 'paused':
    case 'restarting':
      return 'running';
    default:
      // exited, dead, removing: its process is gone.
      return 'exited';
  }
}

function healthOf(status: string | undefined): ContainerFacts['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : 'none';
}

/** The engine writes the year 1 for "never". */
export function timeMs(text: string | undefined): number {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) || ms < 0 ? 0 : ms;
}

type EnginePorts = Readonly<Record<string, readonly { HostIp?: string; HostPort: string }[] | null>>;

function portsOf(ports: EnginePorts | null | undefined): readonly PortBinding[] {
  const found = Object.entries(ports ?? {}).flatMap(([key, bindings]) => {
    const [port = '', protocol] = key.split('/');
    if (protocol !== 'tcp' && protocol !== 'udp') return [];
    return (bindings ?? []).map((b) => ({
      containerPort: Number(port),
      hostPort: Number(b.HostPort),
      protocol: protocol as PortBinding['protocol'],
      hostIp: b.HostIp === '' || b.HostIp === undefined ? '0.0.0.0' : b.HostIp,
    }));
  });
  // With IPv6 the engine binds each port a second time, on `::`.
  return found.filter(
    (p) =>
      p.hostIp !== '::' ||
      !found.some((q) => q.hostIp !== '::' && q.hostPort === p.hostPort && q.protocol === p.protocol),
  );
}

export function imageFacts(image: Docker.ImageInspectInfo): ImageFacts {
  return {
    id: image.Id,
    tags: image.RepoTags ?? [],
    digests: image.RepoDigests ?? [],
    sizeBytes: image.Size,
    createdAtMs: timeMs(image.Created),
    os: image.Os,
    architecture: image.Architecture,
    volumes: Object.keys((image.Config?.Volumes as object | null | undefined) ?? {}),
    entryPoint: listOf(image.Config?.Entrypoint),
    command: listOf(image.Config?.Cmd),
  };
}

function listOf(value: string | readonly string[] | null | undefined): readonly string[] {
  if (value === null || value === undefined) return [];
  return typeof value === 'string' ? [value] : value;
}

/** The members of /info and /version that are used. */
export interface EngineInfo {
  readonly ServerVersion: string;
  readonly OperatingSystem: string;
  readonly OSType: string;
  readonly Architecture: string;
  readonly KernelVersion: string;
  readonly NCPU: number;
  readonly MemTotal: number;
  readonly CgroupDriver?: string;
  readonly CgroupVersion?: string;
  readonly Plugins?: {
    readonly Log?: readonly string[] | null;
    readonly Volume?: readonly string[] | null;
    readonly Network?: readonly string[] | null;
  };
  readonly SecurityOptions?: readonly string[] | null;
  readonly Runtimes?: Readonly<Record<string, unknown>> | null;
  readonly DockerRootDir: string;
  readonly LiveRestoreEnabled?: boolean;
}

export function engineFacts(info: EngineInfo, apiVersion: string, bridgeGateway: string): EngineFacts {
  const driver = info.CgroupDriver;
  return {
    version: info.ServerVersion,
    apiVersion,
    operatingSystem: info.OperatingSystem,
    osType: info.OSType,
    architecture: info.Architecture,
    kernel: info.KernelVersion,
    cpus: info.NCPU,
    memoryBytes: info.MemTotal,
    cgroupDriver: driver === 'cgroupfs' || driver === 'systemd' ? driver : 'none',
    // Engines before 20.10 do not say: they know version 1 alone.
    cgroupVersion: info.CgroupVersion === '2' ? 2 : 1,
    logDrivers: info.Plugins?.Log ?? [],
    volumePlugins: info.Plugins?.Volume ?? [],
    networkPlugins: info.Plugins?.Network ?? [],
    securityOptions: info.SecurityOptions ?? [],
    runtimes: Object.keys(info.Runtimes ?? {}),
    rootDirectory: info.DockerRootDir,
    liveRestore: info.LiveRestoreEnabled ?? false,
    bridgeGateway,
  };
}
