import { type ContainerDefinition, taskArn, type Volume } from '@longshore/model';
import type { ContainerSpec, MountSpec } from '@longshore/runtime';
import { logConfigurationOf } from './log-configuration.js';
import { type AgentIdentity, engineName, labels, volumeName } from './names.js';
import { imageOf } from './overrides.js';
import {
  type AgentTask,
  type ContainerState,
  containerOf,
  definitionOf,
  pauseContainerName,
} from './record.js';
import { gpuIdsOf } from './report.js';

export interface SpecContext {
  readonly identity: AgentIdentity;
  /** The engine's network of tasks in bridge mode. */
  readonly bridgeNetwork: string;
  /** The engine's network of tasks in awsvpc mode. */
  readonly awsvpcNetwork: string;
  readonly pauseImage: string;
  /** Variables that the agent adds: the metadata endpoint and file. They win over all others. */
  readonly endpointVariables: Readonly<Record<string, string>>;
  /** Values of the environment files of the container, in order. */
  readonly fileVariables: readonly { readonly name: string; readonly value: string }[];
  readonly cgroupParent: string | undefined;
  /** Mounts that the agent adds: the container's metadata file. */
  readonly extraMounts: readonly MountSpec[];
}

/** Everything that the engine makes a container from. */
export function containerSpec(task: AgentTask, c: ContainerState, context: SpecContext): ContainerSpec {
  const definition = c.internal ? pauseDefinition(task) : definitionOf(task, c.name);
  const pause = containerOf(task, pauseContainerName);
  const network = networkOf(task, c, context);
  return {
    name: engineName(task, c.name),
    labels: { ...definition.dockerLabels, ...taskLabels(task, c.name, context.identity) },
    image: c.internal ? context.pauseImage : imageOf(task.assignment, definition),
    definition: { ...definition, logConfiguration: logConfigurationOf(definition, task) },
    task: task.definition,
    environment: c.internal ? [] : environmentOf(definition, context),
    ports: network.mode === 'bridge' ? c.ports : [],
    gpuIds: gpuIdsOf(task, c.name),
    network,
    links: linksOf(task, definition),
    mounts: c.internal ? [] : mountsOf(task, definition, context),
    volumesFrom: (definition.volumesFrom ?? []).flatMap((v) => {
      const source = containerOf(task, v.sourceContainer ?? '');
      return source ? [{ containerId: source.runtimeId, readOnly: v.readOnly ?? false }] : [];
    }),
    pidMode: namespaceOf(task.definition.pidMode, c, pause, undefined),
    ipcMode: namespaceOf(task.definition.ipcMode, c, pause, 'shareable'),
    cgroupParent: context.cgroupParent,
  };
}

export function taskLabels(
  task: AgentTask,
  container: string,
  identity: AgentIdentity,
): Readonly<Record<string, string>> {
  const [family = '', revision = ''] = task.assignment.definition.split(':');
  const scope = { region: identity.region, accountId: identity.accountId };
  return {
    'com.amazonaws.ecs.cluster': identity.cluster,
    'com.amazonaws.ecs.container-name': container,
    'com.amazonaws.ecs.task-arn': taskArn(scope, identity.cluster, task.id),
    'com.amazonaws.ecs.task-definition-family': family,
    'com.amazonaws.ecs.task-definition-version': revision,
    [labels.instance]: identity.instance,
    [labels.task]: task.id,
    [labels.container]: container,
  };
}

/** In awsvpc mode the containers have the pause container's resolvers, as ECS gives them: those of all together. */
function pauseDefinition(task: AgentTask): ContainerDefinition {
  const pause = { name: pauseContainerName, essential: true, memory: 16, cpu: 0 };
  if (task.definition.networkMode !== 'awsvpc') return pause;
  return { ...pause, ...resolversOf(task) };
}

/** Those that any container of the task names. */
export function resolversOf(task: AgentTask): Pick<ContainerDefinition, 'dnsServers' | 'dnsSearchDomains'> {
  const all = task.definition.containerDefinitions ?? [];
  const unique = (of: (d: ContainerDefinition) => readonly string[] | undefined): readonly string[] => [
    ...new Set(all.flatMap((d) => of(d) ?? [])),
  ];
  return { dnsServers: unique((d) => d.dnsServers), dnsSearchDomains: unique((d) => d.dnsSearchDomains) };
}

function networkOf(task: AgentTask, c: ContainerState, context: SpecContext): ContainerSpec['network'] {
  const mode = task.definition.networkMode ?? 'bridge';
  if (!c.internal && definitionOf(task, c.name).disableNetworking) return { mode: 'none' };
  if (mode === 'awsvpc') {
    const pause = containerOf(task, pauseContainerName);
    return c.internal
      ? { mode: 'bridge', name: context.awsvpcNetwork, ipv4Address: task.ipv4Address }
      : { mode: 'container', id: pause?.runtimeId ?? '' };
  }
  if (mode === 'host') return { mode: 'host' };
  if (mode === 'none' || c.internal) return { mode: 'none' };
  return { mode: 'bridge', name: context.bridgeNetwork };
}

/** pidMode and ipcMode in the engine's words: the pause container's namespace stands for the task's. */
function namespaceOf(
  mode: string | undefined,
  c: ContainerState,
  pause: ContainerState | undefined,
  ofPause: string | undefined,
): string | undefined {
  if (mode === 'host' || mode === 'none') return mode;
  if (mode !== 'task') return undefined;
  return c.internal ? ofPause : `container:${pause?.runtimeId ?? ''}`;
}

function environmentOf(definition: ContainerDefinition, context: SpecContext): ContainerSpec['environment'] {
  const own = (definition.environment ?? []).map((v) => ({ name: v.name ?? '', value: v.value ?? '' }));
  const endpoints = Object.entries(context.endpointVariables);
  return [
    { name: 'AWS_EXECUTION_ENV', value: 'AWS_ECS_EC2' },
    ...context.fileVariables,
    ...own,
    ...endpoints.map(([name, value]) => ({ name, value })),
  ];
}

function linksOf(task: AgentTask, definition: ContainerDefinition): ContainerSpec['links'] {
  return (definition.links ?? []).map((link) => {
    const [container = '', alias = container] = link.split(':');
    return { container: engineName(task, container), alias };
  });
}

function mountsOf(
  task: AgentTask,
  definition: ContainerDefinition,
  context: SpecContext,
): readonly MountSpec[] {
  const mounts = (definition.mountPoints ?? []).flatMap((m): readonly MountSpec[] => {
    const volume = task.definition.volumes?.find((v) => v.name === m.sourceVolume);
    if (!volume) return [];
    const at = { target: m.containerPath ?? '', readOnly: m.readOnly ?? false };
    const path = volume.host?.sourcePath;
    if (path) return [{ ...at, kind: 'bind', source: path }];
    return [{ ...at, kind: 'volume', source: engineVolume(task, volume) }];
  });
  return [...mounts, ...context.extraMounts];
}

/** Shared volumes carry their own name and outlive the task; the others are the task's. */
export function engineVolume(task: AgentTask, volume: Volume): string {
  const name = volume.name ?? '';
  return volume.dockerVolumeConfiguration?.scope === 'shared' ? name : volumeName(task, name);
}
