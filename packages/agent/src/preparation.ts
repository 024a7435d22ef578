import { readFile } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import { type Logger, messageOf } from '@longshore/kit';
import type { ContainerDefinition, TaskDefinition, Volume } from '@longshore/model';
import { type RuntimeDriver, RuntimeError } from '@longshore/runtime';
import { parseEnvironmentFile } from './config/environment-file.js';
import { engineVolume, taskLabels } from './engine/container-spec.js';
import type { AgentIdentity } from './engine/names.js';
import { type AgentTask, pauseContainerName } from './engine/record.js';
import type { TaskCgroups } from './task-cgroups.js';

export interface PreparationParts {
  readonly driver: RuntimeDriver;
  readonly identity: () => AgentIdentity;
  readonly envFileDir: string | undefined;
  /** Undefined where this agent keeps none. */
  readonly cgroups: TaskCgroups | undefined;
  readonly logger: Logger;
}

/** What a task needs before its containers are made: volumes, its cgroup, its environment files. */
export class TaskPreparation {
  readonly #parts: PreparationParts;

  constructor(parts: PreparationParts) {
    this.#parts = parts;
  }

  needed(definition: TaskDefinition): boolean {
    const files =
      definition.containerDefinitions?.some((d) => (d.environmentFiles?.length ?? 0) > 0) ?? false;
    return (
      files || engineVolumes(definition).length > 0 || (this.#parts.cgroups?.needed(definition) ?? false)
    );
  }

  /** Idempotent: what is there already stays as it is. */
  async prepare(task: AgentTask): Promise<void> {
    for (const volume of engineVolumes(task.definition)) await this.#createVolume(task, volume);
    for (const d of task.definition.containerDefinitions ?? []) await this.fileVariables(d);
    await this.#parts.cgroups?.make(task);
  }

  /** After the containers are gone: what was the task's alone goes as well. Shared volumes stay. */
  async release(task: AgentTask): Promise<void> {
    for (const volume of engineVolumes(task.definition))
      if (volume.dockerVolumeConfiguration?.scope !== 'shared')
        await this.#parts.driver.removeVolume(engineVolume(task, volume));
    await this.#parts.cgroups?.remove(task);
  }

  cgroupParent(task: AgentTask): string | undefined {
    return this.#parts.cgroups?.parentOf(task);
  }

  /**
   * The variables of a container's environment files: of one that several name the first counts, as on ECS. Rejects
   * with the name of the file and the fault.
   */
  async fileVariables(
    definition: ContainerDefinition,
  ): Promise<readonly { readonly name: string; readonly value: string }[]> {
    const found = new Map<string, string>();
    for (const { value: file = '', type = '' } of definition.environmentFiles ?? []) {
      const { variables, strange } = parseEnvironmentFile(await this.#read(file, type));
      if (strange.length > 0)
        this.#parts.logger.warn(
          { file, lines: strange },
          'lines of an environment file are no VARIABLE=VALUE',
        );
      const earlier = new Set(found.keys());
      for (const { name, value } of variables) if (!earlier.has(name)) found.set(name, value);
    }
    return [...found].map(([name, value]) => ({ name, value }));
  }

  async #createVolume(task: AgentTask, volume: Volume): Promise<void> {
    const docker = volume.dockerVolumeConfiguration;
    // Shared and not to be provisioned: it must be there. The engine would make one of its own without a word.
    if (docker?.scope === 'shared' && docker.autoprovision !== true) {
      if (await this.#parts.driver.hasVolume(engineVolume(task, volume))) return;
      throw new RuntimeError(
        'CannotCreateVolumeError',
        `volume ${volume.name} is not there: make it, or set autoprovision to true`,
      );
    }
    await this.#parts.driver.createVolume({
      name: engineVolume(task, volume),
      driver: docker?.driver,
      driverOptions: docker?.driverOpts ?? {},
      labels: { ...docker?.labels, ...taskLabels(task, pauseContainerName, this.#parts.identity()) },
    });
  }

  async #read(path: string, type: string): Promise<string> {
    const directory = this.#parts.envFileDir;
    if (type !== 'longshore.file' || directory === undefined)
      throw refused(path, `type ${type}: this agent reads longshore.file below LONGSHORE_ENV_FILE_DIR`);
    const inside = relative(resolve(directory), resolve(path));
    if (!isAbsolute(path) || inside.startsWith('..') || isAbsolute(inside))
      throw refused(path, `must be an absolute path below ${directory}`);
    try {
      return await readFile(path, 'utf8');
    } catch (thrown) {
      throw refused(path, messageOf(thrown));
    }
  }
}

function refused(path: string, why: string): RuntimeError {
  return new RuntimeError(
    'CannotCreateContainerError',
    `ResourceInitializationError: environment file ${path}: ${why}`,
  );
}

/** Volumes that the engine keeps: all but bind mounts of a host path. */
function engineVolumes(definition: TaskDefinition): readonly Volume[] {
  return (definition.volumes ?? []).filter((v) => !v.host?.sourcePath);
}
