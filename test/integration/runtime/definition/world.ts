import type { ContainerDefinition, TaskDefinition } from '@longshore/model';
import { type ContainerSpec, DockerRuntime } from '@longshore/runtime';
import { type Inspection, TestEngine } from '../../../support/docker.js';
import { needs } from '../../../support/needs.js';
import { aContainerSpec } from '../../../unit/runtime/spec.js';

/** Runs until stopped, and ends at once on SIGTERM. */
export const idle = ['sh', '-c', 'trap "exit 143" TERM; sleep 3600 & wait'] as const;

export interface DefinitionWorld {
  readonly engine: TestEngine;
  readonly driver: DockerRuntime;
  spec(definition: ContainerDefinition, changes?: Partial<ContainerSpec>): ContainerSpec;
  create(definition: ContainerDefinition, changes?: Partial<ContainerSpec>): Promise<string>;
  /** Created and started; without network and idle unless it says otherwise. */
  run(definition: ContainerDefinition, changes?: Partial<ContainerSpec>): Promise<string>;
  inspect(id: string): Promise<Inspection>;
  /** What a shell command in the container prints. */
  shell(id: string, command: string): Promise<string>;
}

/** The world of one file of proofs: everything in it is made by the driver and read back by other means. */
export function definitionWorld(): DefinitionWorld {
  needs('docker');
  const engine = new TestEngine();
  const driver = new DockerRuntime();
  const spec: DefinitionWorld['spec'] = (definition, changes = {}) =>
    aContainerSpec({
      name: engine.name('c'),
      labels: engine.labels,
      definition: { name: 'main', command: [...idle], ...definition },
      network: { mode: 'none' },
      task: taskOf(definition),
      ...changes,
    });
  const create: DefinitionWorld['create'] = async (definition, changes) =>
    (await driver.createContainer(spec(definition, changes))).id;
  after(async () => {
    await driver.close();
    await engine.cleanUp();
  });
  return {
    engine,
    driver,
    spec,
    create,
    run: async (definition, changes) => {
      const id = await create(definition, changes);
      await driver.startContainer(id);
      return id;
    },
    inspect: (id) => engine.inspect(id),
    shell: async (id, command) => (await engine.exec(id, command)).output,
  };
}

function taskOf(definition: ContainerDefinition): TaskDefinition {
  return { family: 'proof', containerDefinitions: [definition] };
}
