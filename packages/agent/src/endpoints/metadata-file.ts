import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { instanceArn, taskArn } from '@longshore/model';
import type { MountSpec } from '@longshore/runtime';
import { type AgentIdentity, engineName } from '../engine/names.js';
import { imageOf } from '../engine/overrides.js';
import { type AgentTask, containerOf, definitionOf } from '../engine/record.js';
import { endpointId } from './endpoint-id.js';
import { present } from './task-metadata.js';

const fileName = 'ecs-container-metadata.json';

/** The metadata file of ECS_ENABLE_CONTAINER_METADATA: a directory a container, mounted read-only. */
export class MetadataFiles {
  readonly #directory: string;
  readonly #identity: () => AgentIdentity;

  constructor(directory: string, identity: () => AgentIdentity) {
    this.#directory = directory;
    this.#identity = identity;
  }

  /** Makes the file with what is known before the container is; gives its mount and its variable. */
  async make(
    task: AgentTask,
    container: string,
  ): Promise<{ readonly mount: MountSpec; readonly variables: Readonly<Record<string, string>> }> {
    const source = this.#of(task, container);
    const target = `/opt/ecs/metadata/${endpointId(task.id, container)}`;
    await this.write(task, container);
    return {
      mount: { kind: 'bind', source, target, readOnly: true },
      variables: { ECS_CONTAINER_METADATA_FILE: `${target}/${fileName}` },
    };
  }

  /** With what is known now: READY once the container runs. */
  async write(task: AgentTask, container: string): Promise<void> {
    await mkdir(this.#of(task, container), { recursive: true });
    const text = JSON.stringify(metadataFile(task, container, this.#identity()), undefined, '\t');
    await writeFile(join(this.#of(task, container), fileName), text);
  }

  async remove(task: AgentTask): Promise<void> {
    await rm(join(this.#directory, task.id), { recursive: true, force: true });
  }

  #of(task: AgentTask, container: string): string {
    return join(this.#directory, task.id, endpointId(task.id, container).slice(0, 16));
  }
}

/** What ECS documents of the file. Pure. */
export function metadataFile(task: AgentTask, name: string, who: AgentIdentity): unknown {
  const [family = '', revision = ''] = task.assignment.definition.split(':');
  const scope = { region: who.region, accountId: who.accountId };
  const c = containerOf(task, name);
  const ready = c !== undefined && c.startedAtMs > 0;
  return present({
    Cluster: who.cluster,
    ContainerInstanceARN: instanceArn(scope, who.cluster, who.instance),
    TaskARN: taskArn(scope, who.cluster, task.id),
    TaskDefinitionFamily: family,
    TaskDefinitionRevision: revision,
    ContainerID: ready ? c.runtimeId : undefined,
    ContainerName: name,
    DockerContainerName: ready ? `/${engineName(task, name)}` : undefined,
    ImageID: ready ? c.imageId : undefined,
    ImageName: ready ? imageOf(task.assignment, definitionOf(task, name)) : undefined,
    PortMappings: ready
      ? c.ports.map((p) => ({
          ContainerPort: p.containerPort,
          HostPort: p.hostPort,
          BindIp: p.hostIp ?? '0.0.0.0',
          Protocol: p.protocol,
        }))
      : undefined,
    Networks: ready
      ? [
          present({
            NetworkMode: task.definition.networkMode ?? 'bridge',
            IPv4Addresses: c.ipv4Address === '' ? undefined : [c.ipv4Address],
          }),
        ]
      : undefined,
    AvailabilityZone: task.assignment.availabilityZone || undefined,
    MetadataFileStatus: ready ? 'READY' : undefined,
  });
}
