import type { ContainerSpec } from '@longshore/runtime';

/** A specification of a container with nothing in it but what is given. */
export function aContainerSpec(changes: Partial<ContainerSpec> = {}): ContainerSpec {
  const definition = changes.definition ?? { name: 'main' };
  return {
    name: 'c',
    labels: {},
    image: 'busybox:1.36',
    definition,
    task: { family: 'test', containerDefinitions: [definition] },
    environment: [],
    ports: [],
    gpuIds: [],
    network: { mode: 'bridge', name: 'bridge' },
    links: [],
    mounts: [],
    volumesFrom: [],
    ...changes,
  };
}
