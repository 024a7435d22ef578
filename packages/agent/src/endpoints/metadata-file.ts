import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { instanceArn, taskArn } from '@longshore/model';
import type { MountSpec } from '@longshore/runtime';
import { Lane } from '../engine/lane.js';
import { type AgentIdentity, engineName } from '../engine/names.js';
import { imageOf } from '../engine/overrides.js';
import { type AgentTask, containerOf, definitionOf } from '../engine/record.js';
import { endpointId } from './endpoint-id.js';
import { addressesOf, present } from './task-metadata.js';

const fileName = 'ecs-container-metadata.json';

/** Who runs the containers: part of what their files say. */
export interface FileHost {
  readonly identity: () => AgentIdentity;
  /** Empty where the host has none that others reach it by. */
  readonly privateIpv4Address: string;
}

/**
 * The metadata file of ECS_ENABLE_CONTAINER_METADATA: a directory a container, mounted read-only. A file is replaced as
 * a whole, in the order in which things became known: a container never reads half of one, nor an older after a newer.
 */
export class MetadataFiles {
  readonly #directory: string;
  readonly #host: FileHost;
  readonly #turn = new Lane(1);
  /** What stands in each file, by its path. */
  readonly #written = new Map<string, string>();

  constructor(directory: string, host: FileHost) {
    this.#directory = directory;
    this.#host = host;
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
    const directory = this.#of(task, container);
    const path = join(directory, fileName);
    const text = JSON.stringify(metadataFile(task, container, this.#host), undefined, '\t');
    await this.#turn.run(async () => {
      if (this.#written.get(path) === text) return;
      await mkdir(directory, { recursive: true });
      await writeFile(`${path}.next`, text);
      await rename(`${path}.next`, path);
      this.#written.set(path, text);
    });
  }

  async remove(task: AgentTask): Promise<void> {
    for (const c of task.containers) this.#written.delete(join(this.#of(task, c.name), fileName));
    await this.#turn.run(() => rm(join(this.#directory, task.id), { recursive: true, force: true }));
  }

  #of(task: AgentTask, container: string): string {
    return join(this.#directory, task.id, endpointId(task.id, container).slice(0, 16));
  }
}

/** What ECS documents of the file. Pure. */
export function metadataFile(task: AgentTask, name: string, host: FileHost): unknown {
  const who = host.identity();
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
            IPv4Addresses: addressesOf(task, c).length === 0 ? undefined : addressesOf(task, c),
          }),
        ]
      : undefined,
    AvailabilityZone: task.assignment.availabilityZone || undefined,
    HostPrivateIPv4Address: host.privateIpv4Address || undefined,
    MetadataFileStatus: ready ? 'READY' : undefined,
  });
}
