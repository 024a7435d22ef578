import type { ContainerDefinition, ResourceRequirement, Ulimit } from '@longshore/model';
import { bytesPerMiB, honoured, type TableOf, together } from './table.js';

const memoryProof = 'memory is the hard limit, memoryReservation the soft one';
const ulimitProof = 'ulimits bound the first process';
const gpuProof = 'GPUs are handed over by id';

/** ECS gives a container without cpu the least that the kernel knows, not the engine's default of 1024. */
const fewestShares = 2;

export const resourceTable: TableOf<
  Pick<ContainerDefinition, 'cpu' | 'memory' | 'memoryReservation' | 'ulimits' | 'resourceRequirements'>
> = {
  cpu: honoured((body, { definition }) => {
    body.HostConfig.CpuShares = Math.max(definition.cpu ?? 0, fewestShares);
  }, 'cpu is a share of the processor, 2 at least'),
  memory: honoured((body, { definition }) => {
    if (definition.memory) body.HostConfig.Memory = definition.memory * bytesPerMiB;
  }, memoryProof),
  memoryReservation: honoured((body, { definition }) => {
    if (definition.memoryReservation)
      body.HostConfig.MemoryReservation = definition.memoryReservation * bytesPerMiB;
  }, memoryProof),
  ulimits: {
    nested: 'Ulimit',
    apply: (body, { definition }) => {
      // What is not listed is the engine's default (its --default-ulimit), as ECS says.
      body.HostConfig.Ulimits = (definition.ulimits ?? []).map((u) => ({
        Name: u.name ?? '',
        Soft: u.softLimit ?? 0,
        Hard: u.hardLimit ?? 0,
      }));
    },
  },
  resourceRequirements: {
    nested: 'ResourceRequirement',
    apply: (body, { gpuIds }) => {
      if (gpuIds.length === 0) return;
      body.HostConfig.DeviceRequests = [{ DeviceIDs: [...gpuIds], Capabilities: [['gpu']] }];
    },
  },
};

export const ulimitTable: TableOf<Ulimit> = {
  name: together(ulimitProof),
  softLimit: together(ulimitProof),
  hardLimit: together(ulimitProof),
};

export const resourceRequirementTable: TableOf<ResourceRequirement> = {
  type: together(gpuProof),
  value: together(gpuProof),
  sharingStrategy: { refused: 'a GPU is given to one container whole' },
};
