import type { EnvVariables, LogLevel, Parsed } from '@longshore/kit';
import { messageOf, SettingReader } from '@longshore/kit';
import { parseEndpoints } from '@longshore/rpc';
import type { PortRange } from '../ports/port-book.js';
import { parseRegistryAuth, type RegistryCredentials } from './registry-auth.js';

export const pullBehaviors = ['default', 'always', 'once', 'prefer-cached'] as const;
export type PullBehavior = (typeof pullBehaviors)[number];

/** Everything that the agent is told, checked and frozen. What is undefined is found out from the host. */
export interface Config {
  readonly endpoints: readonly string[];
  readonly tokenFile: string | undefined;
  readonly caCert: string | undefined;
  readonly cluster: string;
  readonly dataDir: string;
  readonly instanceName: string | undefined;
  readonly joinAsNew: boolean;
  readonly instanceCpuUnits: number | undefined;
  readonly instanceMemoryMiB: number | undefined;
  readonly reservedMemoryMiB: number;
  readonly availabilityZone: string | undefined;
  readonly instanceType: string | undefined;
  readonly gpus: readonly string[] | undefined;
  readonly gpuSupport: boolean;
  readonly instanceAttributes: Readonly<Record<string, string>>;
  readonly instanceTags: Readonly<Record<string, string>>;
  readonly reservedTcpPorts: readonly number[];
  readonly reservedUdpPorts: readonly number[];
  readonly dynamicPorts: PortRange | undefined;
  readonly bindIp: string | undefined;
  readonly sharedEngine: boolean;
  readonly awsvpcCidr: string | undefined;
  readonly taskEni: boolean;
  readonly envFileDir: string | undefined;
  readonly dockerHost: string | undefined;
  readonly dockerCertPath: string | undefined;
  readonly stopTimeoutMs: number;
  readonly startTimeoutMs: number;
  readonly createTimeoutMs: number;
  readonly cleanupWaitMs: number;
  readonly cleanupJitterMs: number;
  readonly stoppedTasksPerFamily: number;
  readonly pull: {
    readonly behavior: PullBehavior;
    readonly inactivityMs: number;
    readonly timeoutMs: number;
    readonly credentials: readonly RegistryCredentials[];
  };
  readonly imageCleanup: {
    readonly enabled: boolean;
    readonly intervalMs: number;
    readonly minimumAgeMs: number;
    readonly perCycle: number;
    readonly untracked: boolean;
    readonly untrackedMinimumAgeMs: number;
    readonly excluded: readonly string[];
    /** Containers of others that ended longer ago go, so many at a time. */
    readonly untrackedContainerWaitMs: number;
    readonly untrackedContainersPerCycle: number;
  };
  readonly diskLimitPercent: number;
  readonly containerMetadata: boolean;
  readonly taskLimits: boolean;
  readonly cgroupPath: string;
  readonly cgroupCpuPeriodMs: number;
  readonly taskPidsLimit: number | undefined;
  readonly capabilities: {
    readonly privileged: boolean;
    readonly selinux: boolean;
    readonly apparmor: boolean;
    readonly logDrivers: readonly string[] | undefined;
    readonly volumePlugins: readonly string[];
  };
  readonly metadataRate: { readonly perSecond: number; readonly burst: number };
  readonly metrics: boolean;
  readonly healthChecks: boolean;
  readonly offHostIntrospection: boolean;
  /** 0: off. */
  readonly ports: { readonly introspection: number; readonly metadata: number; readonly metrics: number };
  readonly logLevel: LogLevel;
}

const logLevels: Readonly<Record<string, LogLevel>> = {
  debug: 'debug',
  info: 'info',
  warn: 'warn',
  error: 'error',
  crit: 'fatal',
  none: 'silent',
  trace: 'trace',
  fatal: 'fatal',
  silent: 'silent',
};

/** Pure: variables in, a configuration or every problem out, each naming its variable. */
export function parseConfig(variables: EnvVariables): Parsed<Config> {
  const read = new SettingReader(variables);
  const level = read.oneOf('ECS_LOGLEVEL', Object.keys(logLevels)) ?? 'info';
  const stays = lifetimes(read);
  const config: Config = {
    ...whoAndWhere(read),
    ...resources(read),
    ...stays,
    pull: {
      behavior: read.oneOf('ECS_IMAGE_PULL_BEHAVIOR', pullBehaviors) ?? 'default',
      inactivityMs: read.durationMs('ECS_IMAGE_PULL_INACTIVITY_TIMEOUT', { minMs: 60_000 }) ?? 60_000,
      timeoutMs: read.durationMs('ECS_IMAGE_PULL_TIMEOUT', { minMs: 1000 }) ?? 2 * 3_600_000,
      credentials: parseRegistryAuth(read),
    },
    imageCleanup: imageCleanup(read, stays.cleanupWaitMs),
    diskLimitPercent: read.integer('LONGSHORE_DISK_LIMIT_PERCENT', { min: 1, max: 100 }) ?? 90,
    containerMetadata: read.flag('ECS_ENABLE_CONTAINER_METADATA') ?? false,
    taskLimits: read.flag('ECS_ENABLE_TASK_CPU_MEM_LIMIT') ?? true,
    cgroupPath: read.text('ECS_CGROUP_PATH') ?? '/sys/fs/cgroup',
    cgroupCpuPeriodMs: cpuPeriodMs(read),
    taskPidsLimit: read.integer('ECS_TASK_PIDS_LIMIT', { min: 1, max: 4_194_304 }),
    capabilities: {
      privileged: !(read.flag('ECS_DISABLE_PRIVILEGED') ?? false),
      selinux: read.flag('ECS_SELINUX_CAPABLE') ?? false,
      apparmor: read.flag('ECS_APPARMOR_CAPABLE') ?? false,
      logDrivers: read.json('ECS_AVAILABLE_LOGGING_DRIVERS', isTexts, '["json-file", ...]'),
      volumePlugins: read.json('ECS_VOLUME_PLUGIN_CAPABILITIES', isTexts, '["name", ...]') ?? [],
    },
    metadataRate: metadataRate(read),
    metrics: !(read.flag('ECS_DISABLE_METRICS') ?? false),
    healthChecks: !(read.flag('ECS_DISABLE_DOCKER_HEALTH_CHECK') ?? false),
    offHostIntrospection: read.flag('ECS_ALLOW_OFFHOST_INTROSPECTION_ACCESS') ?? false,
    ports: {
      introspection: read.integer('LONGSHORE_INTROSPECTION_PORT', portBounds) ?? 51_678,
      metadata: read.integer('LONGSHORE_METADATA_PORT', portBounds) ?? 51_679,
      metrics: read.integer('LONGSHORE_METRICS_PORT', portBounds) ?? 51_680,
    },
    logLevel: logLevels[level] ?? 'info',
  };
  return read.done(Object.freeze(config));
}

type WhoAndWhere =
  | 'endpoints'
  | 'tokenFile'
  | 'caCert'
  | 'cluster'
  | 'dataDir'
  | 'instanceName'
  | 'joinAsNew'
  | 'availabilityZone'
  | 'instanceType'
  | 'instanceAttributes'
  | 'instanceTags'
  | 'dockerHost'
  | 'dockerCertPath'
  | 'envFileDir'
  | 'sharedEngine';

function whoAndWhere(read: SettingReader): Pick<Config, WhoAndWhere> {
  return {
    endpoints: endpoints(read),
    tokenFile: read.text('LONGSHORE_TOKEN_FILE'),
    caCert: read.text('LONGSHORE_CA_CERT'),
    cluster: matching(read, 'ECS_CLUSTER', /^[\w-]{1,255}$/, 'the name of a cluster') ?? 'default',
    dataDir: read.text('ECS_DATADIR') ?? '/var/lib/longshore/agent',
    instanceName: read.text('LONGSHORE_INSTANCE_NAME'),
    joinAsNew: read.flag('LONGSHORE_JOIN_AS_NEW') ?? false,
    availabilityZone: read.text('LONGSHORE_AVAILABILITY_ZONE'),
    instanceType: read.text('LONGSHORE_INSTANCE_TYPE'),
    instanceAttributes: read.json('ECS_INSTANCE_ATTRIBUTES', isTextMap, '{"name": "value", ...}') ?? {},
    instanceTags: read.json('ECS_CONTAINER_INSTANCE_TAGS', isTextMap, '{"key": "value", ...}') ?? {},
    dockerHost: dockerHost(read),
    dockerCertPath: read.text('DOCKER_CERT_PATH'),
    envFileDir: read.text('LONGSHORE_ENV_FILE_DIR'),
    sharedEngine: read.flag('LONGSHORE_SHARED_ENGINE') ?? false,
  };
}

function dockerHost(read: SettingReader): string | undefined {
  const form = /^(unix:\/\/\/|(tcp|https?):\/\/[^/])/;
  const given = matching(
    read,
    'DOCKER_HOST',
    form,
    'an address like unix:///var/run/docker.sock, tcp://host:2376',
  );
  if (given === undefined || URL.canParse(given)) return given;
  read.problems.push(`DOCKER_HOST: ${given} is no address`);
  return undefined;
}

function endpoints(read: SettingReader): readonly string[] {
  const given = list(read.text('LONGSHORE_ENDPOINTS')) ?? ['127.0.0.1:7400'];
  try {
    parseEndpoints(given);
  } catch (thrown) {
    read.problems.push(`LONGSHORE_ENDPOINTS: ${messageOf(thrown)}`);
  }
  return given;
}

type Resources =
  | 'instanceCpuUnits'
  | 'instanceMemoryMiB'
  | 'reservedMemoryMiB'
  | 'gpus'
  | 'gpuSupport'
  | 'reservedTcpPorts'
  | 'reservedUdpPorts'
  | 'dynamicPorts'
  | 'bindIp'
  | 'awsvpcCidr'
  | 'taskEni';

function resources(read: SettingReader): Pick<Config, Resources> {
  const ownRange = portRange(read, 'LONGSHORE_DYNAMIC_PORTS');
  const ecsRange = portRange(read, 'ECS_DYNAMIC_HOST_PORT_RANGE');
  return {
    instanceCpuUnits: read.integer('LONGSHORE_INSTANCE_CPU', { min: 1 }),
    instanceMemoryMiB: read.integer('LONGSHORE_INSTANCE_MEMORY', { min: 1 }),
    reservedMemoryMiB: read.integer('ECS_RESERVED_MEMORY', { min: 0 }) ?? 0,
    gpus: list(read.text('LONGSHORE_GPUS')),
    gpuSupport: read.flag('ECS_ENABLE_GPU_SUPPORT') ?? true,
    reservedTcpPorts: read.json('ECS_RESERVED_PORTS', isPorts, '[22, ...]') ?? [
      22, 2375, 2376, 51_678, 51_679, 51_680,
    ],
    reservedUdpPorts: read.json('ECS_RESERVED_PORTS_UDP', isPorts, '[53, ...]') ?? [],
    dynamicPorts: ownRange ?? ecsRange,
    bindIp: matching(read, 'LONGSHORE_BIND_IP', /^\d{1,3}(\.\d{1,3}){3}$/, 'an IPv4 address'),
    awsvpcCidr: matching(
      read,
      'LONGSHORE_AWSVPC_CIDR',
      /^\d{1,3}(\.\d{1,3}){3}\/(1[6-9]|2[0-8])$/,
      'a network like 172.30.0.0/24',
    ),
    taskEni: read.flag('ECS_ENABLE_TASK_ENI') ?? true,
  };
}

type Lifetimes =
  | 'stopTimeoutMs'
  | 'startTimeoutMs'
  | 'createTimeoutMs'
  | 'cleanupWaitMs'
  | 'cleanupJitterMs'
  | 'stoppedTasksPerFamily';

function lifetimes(read: SettingReader): Pick<Config, Lifetimes> {
  return {
    stopTimeoutMs: read.durationMs('ECS_CONTAINER_STOP_TIMEOUT', { minMs: 1000 }) ?? 30_000,
    startTimeoutMs: read.durationMs('ECS_CONTAINER_START_TIMEOUT', { minMs: 45_000 }) ?? 180_000,
    createTimeoutMs: read.durationMs('ECS_CONTAINER_CREATE_TIMEOUT', { minMs: 60_000 }) ?? 240_000,
    cleanupWaitMs: read.durationMs('ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION', { minMs: 1000 }) ?? 3 * 3_600_000,
    cleanupJitterMs: read.durationMs('ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER') ?? 0,
    stoppedTasksPerFamily: read.integer('LONGSHORE_STOPPED_TASKS_PER_FAMILY', { min: 0 }) ?? 5,
  };
}

function imageCleanup(read: SettingReader, containerWaitMs: number): Config['imageCleanup'] {
  const shared = read.flag('LONGSHORE_SHARED_ENGINE') ?? false;
  const behavior = read.text('ECS_IMAGE_PULL_BEHAVIOR');
  const disabled = read.flag('ECS_DISABLE_IMAGE_CLEANUP') ?? false;
  return {
    // As on ECS, prefer-cached turns it off: a cached image may be the only copy.
    enabled: !disabled && !shared && behavior !== 'prefer-cached',
    intervalMs: read.durationMs('ECS_IMAGE_CLEANUP_INTERVAL', { minMs: 600_000 }) ?? 1_800_000,
    minimumAgeMs: read.durationMs('ECS_IMAGE_MINIMUM_CLEANUP_AGE') ?? 3_600_000,
    perCycle: read.integer('ECS_NUM_IMAGES_DELETE_PER_CYCLE', { min: 1 }) ?? 5,
    untracked: read.flag('ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP') ?? false,
    untrackedMinimumAgeMs: read.durationMs('NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE') ?? 3_600_000,
    excluded: list(read.text('ECS_EXCLUDE_UNTRACKED_IMAGE')) ?? [],
    untrackedContainerWaitMs: containerWaitMs,
    untrackedContainersPerCycle: read.integer('NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE', { min: 1 }) ?? 5,
  };
}

function cpuPeriodMs(read: SettingReader): number {
  const ms = read.durationMs('ECS_CGROUP_CPU_PERIOD') ?? 100;
  if (ms < 8 || ms > 100) read.problems.push('ECS_CGROUP_CPU_PERIOD: must be from 8ms to 100ms');
  return ms;
}

function metadataRate(read: SettingReader): Config['metadataRate'] {
  const text = read.text('ECS_TASK_METADATA_RPS_LIMIT') ?? '40,60';
  const match = /^(\d+),(\d+)$/.exec(text);
  if (match && Number(match[1]) > 0 && Number(match[2]) >= Number(match[1]))
    return { perSecond: Number(match[1]), burst: Number(match[2]) };
  read.problems.push(
    `ECS_TASK_METADATA_RPS_LIMIT: ${text} is not RATE,BURST with a burst of at least the rate`,
  );
  return { perSecond: 40, burst: 60 };
}

function portRange(read: SettingReader, name: string): PortRange | undefined {
  const text = read.text(name);
  if (text === undefined) return undefined;
  const [, first, last] = (/^(\d+)-(\d+)$/.exec(text) ?? []).map(Number);
  if (first !== undefined && last !== undefined && first >= 1 && last <= 65_535 && first <= last)
    return { first, last };
  read.problems.push(`${name}: ${text} is no range of ports FIRST-LAST`);
  return undefined;
}

function matching(read: SettingReader, name: string, form: RegExp, what: string): string | undefined {
  const text = read.text(name);
  if (text === undefined || form.test(text)) return text;
  read.problems.push(`${name}: ${text} is not ${what}`);
  return undefined;
}

const portBounds = { min: 0, max: 65_535 } as const;

function list(text: string | undefined): readonly string[] | undefined {
  return text
    ?.split(',')
    .map((t) => t.trim())
    .filter((t) => t !== '');
}

function isPorts(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((p) => Number.isInteger(p) && p > 0 && p <= 65_535);
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((t) => typeof t === 'string');
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.values(value).every((v) => typeof v === 'string');
}
