import type { ContainerSpec } from '../../driver.js';
import { definitionTables } from './index.js';
import type { Apply, CreateBody, Entry } from './table.js';

/** The body of the engine's create: what the applies of the table make of the specification, and nothing else. */
export function createBody(spec: ContainerSpec): CreateBody {
  const body: CreateBody = { HostConfig: {} };
  for (const apply of applies) apply(body, spec);
  return body;
}

const applies: readonly Apply[] = Object.values(definitionTables)
  .flatMap((table) => Object.values(table))
  .map(applyOf)
  .filter((apply) => apply !== undefined);

function applyOf(entry: Entry): Apply | undefined {
  if ('nested' in entry) return entry.apply;
  if ('honoured' in entry && 'apply' in entry.honoured) return entry.honoured.apply;
  return undefined;
}
