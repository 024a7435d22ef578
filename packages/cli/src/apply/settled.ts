import { definitionOf, fromJson, toJson } from '@longshore/model';
import type { Json } from '../operations/call.js';
import { isPlain } from '../words/check.js';

/** A file's task definition as the server would store it: with ECS's defaults filled in, ready to be compared. */
export function settledFile(json: Json): Json {
  const request = fromJson('RegisterTaskDefinitionRequest', json, {
    unknownMembers: 'refuse',
    isoTimestamps: true,
  });
  return comparable({ ...toJson('TaskDefinition', definitionOf(request)), tags: json['tags'] });
}

/** A stored task definition, ready to be compared. */
export function settledStored(json: Json): Json {
  return comparable(json);
}

function comparable(definition: Json): Json {
  const containers = definition['containerDefinitions'];
  return pruned({
    ...definition,
    tags: byName(definition['tags'], 'key'),
    // ECS keeps no order of variables.
    containerDefinitions: Array.isArray(containers)
      ? containers.map((c: Json) => ({ ...c, environment: byName(c['environment'], 'name') }))
      : containers,
  });
}

function byName(value: unknown, name: string): unknown {
  if (!Array.isArray(value)) return value;
  return value.toSorted((a: Json, b: Json) => String(a[name]).localeCompare(String(b[name])));
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
