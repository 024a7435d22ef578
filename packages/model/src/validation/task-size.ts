import { shown } from '../arn.js';
import { clientException } from '../errors.js';
import type { TaskDefinition } from '../generated/shapes.js';
import { cpuUnitsOf, memoryMiBOf } from '../resources.js';
import { containerFault } from './faults.js';

const leastCpuUnits = 128;
const mostCpuUnits = 196_608;
const leastMemoryMiB = 6;

/** Checks task-level cpu and memory, by themselves and against the containers'. */
export function checkTaskSize(definition: TaskDefinition): void {
  checkTaskCpu(definition);
  checkTaskMemory(definition);
  if (definition.requiresCompatibilities?.includes('FARGATE')) checkFargateSize(definition);
}

function checkTaskCpu({ cpu, containerDefinitions = [] }: TaskDefinition): void {
  if (cpu === undefined) return;
  const units = cpuUnitsOf(cpu);
  if (units === undefined || units < leastCpuUnits || units > mostCpuUnits)
    throw clientException(
      `Invalid 'cpu' setting for task. '${shown(cpu)}' is not between ${leastCpuUnits} and ${mostCpuUnits} CPU units (1024 is 1 vCPU).`,
    );
  const sum = containerDefinitions.reduce((total, c) => total + (c.cpu ?? 0), 0);
  if (sum > units)
    throw clientException(
      `The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'.`,
    );
}

function checkTaskMemory({ memory, containerDefinitions = [] }: TaskDefinition): void {
  const missing = containerDefinitions.find(
    (c) => c.memory === undefined && c.memoryReservation === undefined,
  );
  if (memory === undefined) {
    if (missing)
      throw containerFault(missing, `At least one of 'memory' or 'memoryReservation' must be specified.`);
    return;
  }
  const limit = memoryMiBOf(memory);
  if (limit === undefined || limit < leastMemoryMiB)
    throw clientException(
      `Invalid 'memory' setting for task. '${shown(memory)}' is no amount of at least ${leastMemoryMiB} MiB.`,
    );
  for (const container of containerDefinitions)
    if ((container.memory ?? 0) > limit)
      throw clientException(
        `The 'memory' setting for container '${shown(container.name ?? '')}' is greater than for the task.`,
      );
  const sum = containerDefinitions.reduce((total, c) => total + (c.memoryReservation ?? c.memory ?? 0), 0);
  if (sum > limit)
    throw clientException(
      `Invalid 'memory' setting for task. Its containers reserve ${sum} MiB together, more than the task's ${limit}.`,
    );
}

interface FargateSize {
  readonly minMiB: number;
  readonly maxMiB: number;
  readonly stepMiB: number;
}

const gib = 1024;

/** Which memory goes with which cpu on Fargate. */
export const fargateSizes: ReadonlyMap<number, FargateSize> = new Map([
  [256, { minMiB: gib, maxMiB: 2 * gib, stepMiB: gib }],
  [512, { minMiB: gib, maxMiB: 4 * gib, stepMiB: gib }],
  [1024, { minMiB: 2 * gib, maxMiB: 8 * gib, stepMiB: gib }],
  [2048, { minMiB: 4 * gib, maxMiB: 16 * gib, stepMiB: gib }],
  [4096, { minMiB: 8 * gib, maxMiB: 30 * gib, stepMiB: gib }],
  [8192, { minMiB: 16 * gib, maxMiB: 60 * gib, stepMiB: 4 * gib }],
  [16_384, { minMiB: 32 * gib, maxMiB: 120 * gib, stepMiB: 8 * gib }],
]);

function checkFargateSize({ cpu, memory }: TaskDefinition): void {
  if (cpu === undefined) throw clientException(`Fargate requires that 'cpu' be defined at the task level.`);
  if (memory === undefined)
    throw clientException(`Fargate requires that 'memory' be defined at the task level.`);
  const units = cpuUnitsOf(cpu) ?? 0;
  const limit = memoryMiBOf(memory) ?? 0;
  if (!isFargateSize(units, limit))
    throw clientException(
      `No Fargate configuration exists for given values: ${units} CPU , ${limit} memory. See the Amazon ECS documentation for the valid values.`,
    );
}

export function isFargateSize(cpuUnits: number, memoryMiB: number): boolean {
  if (cpuUnits === 256 && memoryMiB === 512) return true;
  const size = fargateSizes.get(cpuUnits);
  if (!size || memoryMiB < size.minMiB || memoryMiB > size.maxMiB) return false;
  return (memoryMiB - size.minMiB) % size.stepMiB === 0;
}
