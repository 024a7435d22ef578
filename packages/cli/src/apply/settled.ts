import { cpuUnitsOf, memoryMiBOf } from '@longshore/model';
import type { Json } from '../operations/call.js';
import { isPlain } from '../words/check.js';

/**
 * A task definition without what ECS fills in by itself, so that a file and what was registered from it compare
 * equal: empty lists, `cpu: 0`, `essential: true`, `protocol: tcp`, host ports that follow from the network mode,
 * `1 vCPU` for `1024`.
 */
export function settledDefinition(definition: Json): Json {
  const mode = definition['networkMode'] ?? 'bridge';
  const containers = listOf(definition['containerDefinitions']).map((c) => settledContainer(c, mode));
  return pruned({
    ...definition,
    networkMode: mode === 'bridge' ? undefined : mode,
    cpu: textOf(cpuUnitsOf, definition['cpu']),
    memory: textOf(memoryMiBOf, definition['memory']),
    containerDefinitions: containers,
    volumes: listOf(definition['volumes']),
    tags: byName(definition['tags'], 'key'),
    requiresCompatibilities: sorted(definition['requiresCompatibilities']),
  });
}

function settledContainer(container: Json, mode: unknown): Json {
  return {
    ...container,
    cpu: container['cpu'] === 0 ? undefined : container['cpu'],
    essential: container['essential'] === true ? undefined : container['essential'],
    portMappings: listOf(container['portMappings']).map((p) => settledPort(p, mode)),
    // ECS keeps no order of variables.
    environment: byName(container['environment'], 'name'),
    healthCheck: isPlain(container['healthCheck']) ? settledHealthCheck(container['healthCheck']) : undefined,
  };
}

function settledPort(port: Json, mode: unknown): Json {
  const follows = mode === 'bridge' ? 0 : port['containerPort'];
  return {
    ...port,
    protocol: port['protocol'] === 'tcp' ? undefined : port['protocol'],
    hostPort: port['hostPort'] === follows ? undefined : port['hostPort'],
  };
}

const healthDefaults: Json = { interval: 30, timeout: 5, retries: 3 };

function settledHealthCheck(check: Json): Json {
  return Object.fromEntries(Object.entries(check).filter(([k, v]) => healthDefaults[k] !== v));
}

function textOf(read: (text: string | undefined) => number | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  return String(read(value) ?? value);
}

function listOf(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.filter(isPlain) : [];
}

function byName(value: unknown, name: string): unknown {
  if (!Array.isArray(value)) return value;
  return value.toSorted((a: Json, b: Json) => String(a[name]).localeCompare(String(b[name])));
}

function sorted(value: unknown): unknown {
  return Array.isArray(value) ? value.toSorted() : value;
}

/** Without absent members, empty lists and empty structures, all the way down. */
function pruned(value: Json): Json {
  return Object.fromEntries(
    Object.entries(value)
      .map(([k, v]) => [k, inner(v)] as const)
      .filter(([, v]) => !isNothing(v)),
  );
}

function inner(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(inner);
  return isPlain(value) ? pruned(value) : value;
}

function isNothing(value: unknown): boolean {
  if (value === undefined || value === null) return true;
  if (Array.isArray(value)) return value.length === 0;
  return isPlain(value) && Object.keys(value).length === 0;
}
