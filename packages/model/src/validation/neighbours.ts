import { shown } from '../arn.js';
import { clientException } from '../errors.js';
import type { ContainerDefinition, TaskDefinition } from '../generated/shapes.js';
import { containerFault, firstDuplicate, isGiven } from './faults.js';
import { systemControlScope } from './linux.js';

/** Checks what containers say of each other and of the task around them. */
export function checkNeighbours(definition: TaskDefinition): void {
  const containers = definition.containerDefinitions ?? [];
  const twice = firstDuplicate(containers.map((c) => c.name));
  if (twice) throw clientException('Container names must be unique within a Task Definition.');
  if (!containers.some((c) => c.essential ?? true))
    throw clientException('At least one container of the task definition must be essential.');
  const byName = new Map(containers.map((c) => [c.name ?? '', c]));
  for (const container of containers) {
    checkNetwork(container, definition);
    checkLinks(container, byName);
    checkDependencies(container, byName);
    checkVolumesFrom(container, byName);
    checkSystemControls(container, definition);
  }
  checkCycle(containers);
}

function checkNetwork(container: ContainerDefinition, { networkMode = 'bridge' }: TaskDefinition): void {
  if (isGiven(container.links) && networkMode !== 'bridge')
    throw clientException(`Links are not supported when networkMode=${networkMode}.`);
  if (networkMode !== 'awsvpc') return;
  if (container.hostname)
    throw clientException('hostname is not supported on container when networkMode=awsvpc.');
  if (isGiven(container.extraHosts))
    throw clientException('extraHosts is not supported on container when networkMode=awsvpc.');
}

/** The container that a link (`name` or `name:alias`) points to. */
export function linkTarget(link: string): string {
  return link.split(':', 1)[0] ?? '';
}

type ByName = ReadonlyMap<string, ContainerDefinition>;

function checkLinks(container: ContainerDefinition, byName: ByName): void {
  for (const link of container.links ?? []) {
    if (!/^[A-Za-z0-9_-]{1,255}(:[A-Za-z0-9_-]{1,255})?$/.test(link))
      throw containerFault(container, `'links' must be NAME or NAME:ALIAS, but was '${shown(link)}'.`);
    const target = linkTarget(link);
    if (target === container.name) throw containerFault(container, `'links' points to the container itself.`);
    if (!byName.has(target))
      throw containerFault(container, `'links' points to '${target}', and no container has that name.`);
  }
}

function checkDependencies(container: ContainerDefinition, byName: ByName): void {
  for (const { containerName, condition } of container.dependsOn ?? []) {
    if (!containerName || condition === undefined)
      throw containerFault(container, `'dependsOn' needs containerName and condition in each entry.`);
    const target = byName.get(containerName);
    if (!target)
      throw clientException(
        `Cannot depend on container '${shown(containerName)}' because it does not exist (container '${container.name}').`,
      );
    if (containerName === container.name)
      throw containerFault(container, `'dependsOn' names the container itself.`);
    if ((condition === 'SUCCESS' || condition === 'COMPLETE') && (target.essential ?? true))
      throw clientException(
        'A dependency container with SUCCESS or COMPLETE condition cannot be an essential container',
      );
    if (condition === 'HEALTHY' && !target.healthCheck)
      throw clientException(
        `Container '${container.name}' depends on '${containerName}' being HEALTHY, and '${containerName}' has no health check.`,
      );
  }
  const twice = firstDuplicate((container.dependsOn ?? []).map((d) => d.containerName));
  if (twice) throw containerFault(container, `'dependsOn' names '${twice}' more than once.`);
}

function checkVolumesFrom(container: ContainerDefinition, byName: ByName): void {
  for (const { sourceContainer } of container.volumesFrom ?? []) {
    if (!sourceContainer || !byName.has(sourceContainer))
      throw containerFault(
        container,
        `'volumesFrom' names '${shown(sourceContainer ?? '')}', and no container has that name.`,
      );
    if (sourceContainer === container.name)
      throw containerFault(container, `'volumesFrom' names the container itself.`);
  }
}

/** A parameter of a namespace that the container shares with the host would change the host. */
function checkSystemControls(container: ContainerDefinition, definition: TaskDefinition): void {
  for (const { namespace = '', value } of container.systemControls ?? []) {
    const scope = systemControlScope(namespace);
    if (!scope || value === undefined)
      throw containerFault(
        container,
        `'systemControls' takes kernel parameters of the IPC and network namespaces with a value, not '${shown(namespace)}'.`,
      );
    if (scope === 'net' && definition.networkMode === 'host')
      throw containerFault(
        container,
        `'systemControls' ${namespace} is not supported when networkMode=host.`,
      );
    if (scope === 'ipc' && definition.ipcMode === 'host')
      throw containerFault(container, `'systemControls' ${namespace} is not supported when ipcMode=host.`);
  }
}

/** Whatever a container needs before it starts: its dependencies, those it links to, those whose volumes it mounts. */
export function prerequisitesOf(container: ContainerDefinition): readonly string[] {
  return [
    ...(container.dependsOn ?? []).map((d) => d.containerName ?? ''),
    ...(container.links ?? []).map(linkTarget),
    ...(container.volumesFrom ?? []).map((v) => v.sourceContainer ?? ''),
  ];
}

function checkCycle(containers: readonly ContainerDefinition[]): void {
  const waiting = new Map(containers.map((c) => [c.name ?? '', new Set(prerequisitesOf(c))]));
  for (let ready = takeReady(waiting); ready.length > 0; ready = takeReady(waiting))
    for (const needs of waiting.values()) for (const name of ready) needs.delete(name);
  if (waiting.size === 0) return;
  throw clientException(
    `Containers ${[...waiting.keys()].map((n) => `'${n}'`).join(', ')} wait for each other in a cycle ` +
      '(dependsOn, links, volumesFrom), so none of them can start.',
  );
}

function takeReady(waiting: Map<string, Set<string>>): readonly string[] {
  const ready = [...waiting].filter(([, needs]) => needs.size === 0).map(([name]) => name);
  for (const name of ready) waiting.delete(name);
  return ready;
}
