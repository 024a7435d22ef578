import { shown } from '../arn.js';
import { EcsError, invalidParameter } from '../errors.js';
import type {
  ContainerDefinition,
  ContainerOverride,
  PlacementConstraint,
  PlacementStrategy,
  TaskDefinition,
  TaskOverride,
} from '../generated/shapes.js';
import { limits } from '../limits.js';
import { cpuUnitsOf, memoryMiBOf } from '../resources.js';
import { toJson } from '../walker/index.js';
import { checkEnvironment, checkGpus } from './container.js';
import { checkWhole, firstDuplicate } from './faults.js';

/** Checks the overrides of RunTask and StartTask against the definition. Throws InvalidParameterException. */
export function checkOverrides(definition: TaskDefinition, overrides: TaskOverride | undefined): void {
  if (!overrides) return;
  const length = JSON.stringify(toJson('TaskOverride', overrides)).length;
  if (length > limits.overridesCharacters)
    throw invalidParameter(
      `Container Overrides length must be at most ${limits.overridesCharacters}, but was ${length}.`,
    );
  if (overrides.cpu !== undefined && !cpuUnitsOf(overrides.cpu))
    throw invalidParameter(`Invalid 'cpu' override for task: '${shown(overrides.cpu)}'.`);
  if (overrides.memory !== undefined && !memoryMiBOf(overrides.memory))
    throw invalidParameter(`Invalid 'memory' override for task: '${shown(overrides.memory)}'.`);
  checkWhole(overrides.ephemeralStorage?.sizeInGiB, { min: 21, max: 200 }, (bounds) =>
    invalidParameter(`Overrides: ephemeralStorage.sizeInGiB must be ${bounds}.`),
  );
  if (overrides.inferenceAcceleratorOverrides?.length)
    throw invalidParameter('overrides: inferenceAcceleratorOverrides is not supported by this cluster.');
  checkContainerOverrides(definition, overrides.containerOverrides ?? []);
}

function checkContainerOverrides(definition: TaskDefinition, overrides: readonly ContainerOverride[]): void {
  const byName = new Map((definition.containerDefinitions ?? []).map((c) => [c.name, c]));
  for (const override of overrides) {
    const overridden = byName.get(override.name);
    if (!override.name || !overridden)
      throw invalidParameter(
        `Override for container named ${shown(override.name ?? '')} is not a container in the TaskDefinition.`,
      );
    for (const [member, min] of [
      ['cpu', 0],
      ['memory', 6],
      ['memoryReservation', 6],
    ] as const)
      checkWhole(override[member], { min }, (bounds) =>
        invalidParameter(
          `Override for container named ${override.name}: '${member}' must be ${bounds}, but was ${override[member]}.`,
        ),
      );
    for (const pair of override.environment ?? [])
      if (!pair.name)
        throw invalidParameter(`Override for container named ${override.name}: 'environment' lacks a name.`);
    asRegistered(() => {
      checkEnvironment(override);
      checkGpus(override);
    });
    checkMemory(overridden, override);
  }
  const twice = firstDuplicate(overrides.map((o) => o.name));
  if (twice) throw invalidParameter(`Override for container named ${twice} is given more than once.`);
}

/** What a definition may not say an override may not say either: nothing of it would be run. */
function asRegistered(check: () => void): void {
  try {
    check();
  } catch (thrown) {
    if (thrown instanceof EcsError) throw invalidParameter(`Overrides: ${thrown.message}`);
    throw thrown;
  }
}

/** The engine makes no container whose hard limit is below its soft one. */
function checkMemory(definition: ContainerDefinition, override: ContainerOverride): void {
  const memory = override.memory ?? definition.memory;
  const soft = override.memoryReservation ?? definition.memoryReservation;
  if (memory !== undefined && soft !== undefined && soft > memory)
    throw invalidParameter(
      `Override for container named ${override.name}: 'memory' (${memory}) must not be less than 'memoryReservation' (${soft}).`,
    );
}

/** Checks number and shape of placement constraints and strategies; expressions are the scheduler's to read. */
export function checkPlacement(
  constraints: readonly PlacementConstraint[] | undefined,
  strategies: readonly PlacementStrategy[] | undefined,
): void {
  if ((constraints?.length ?? 0) > limits.placementConstraints)
    throw invalidParameter(`Placement constraints: at most ${limits.placementConstraints} are allowed.`);
  if ((strategies?.length ?? 0) > limits.placementStrategies)
    throw invalidParameter(`Placement strategies: at most ${limits.placementStrategies} are allowed.`);
  for (const { type, expression } of constraints ?? []) {
    if (type === undefined) throw invalidParameter('Placement constraint: type should not be null or empty.');
    if (type === 'memberOf' && !expression)
      throw invalidParameter(
        'Placement constraint of type memberOf: expression should not be null or empty.',
      );
    if (type === 'distinctInstance' && expression)
      throw invalidParameter('Placement constraint of type distinctInstance takes no expression.');
  }
  for (const strategy of strategies ?? []) checkStrategy(strategy);
}

function checkStrategy({ type, field }: PlacementStrategy): void {
  if (type === undefined) throw invalidParameter('Placement strategy: type should not be null or empty.');
  if (type === 'random' && field) throw invalidParameter('Placement strategy random takes no field.');
  if (type === 'spread' && !field)
    throw invalidParameter('Placement strategy spread: field should not be null or empty.');
  if (type === 'binpack' && !/^(cpu|memory)$/i.test(field ?? ''))
    throw invalidParameter(
      `Placement strategy binpack: field must be cpu or memory, but was '${shown(field ?? '')}'.`,
    );
}
