import type { Json } from '../operations/call.js';
import { isPlain } from '../words/check.js';

/** One member that would change: `containerDefinitions[web].image: "a:1" -> "a:2"`. */
export interface Change {
  readonly path: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** What turns `before` into `after`. Items of a list that have a name are compared by it, others by their place. */
export function differences(before: Json, after: Json): readonly Change[] {
  const changes: Change[] = [];
  compare(before, after, '', changes);
  return changes;
}

function compare(before: unknown, after: unknown, path: string, changes: Change[]): void {
  if (isPlain(before) && isPlain(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)]))
      compare(before[key], after[key], path ? `${path}.${key}` : key, changes);
  } else if (Array.isArray(before) && Array.isArray(after) && keyed(before) && keyed(after))
    compareKeyed(before, after, path, changes);
  else if (JSON.stringify(before) !== JSON.stringify(after)) changes.push({ path, from: before, to: after });
}

function compareKeyed(
  before: readonly Json[],
  after: readonly Json[],
  path: string,
  changes: Change[],
): void {
  const old = new Map(before.map((item) => [nameOf(item), item]));
  const fresh = new Map(after.map((item) => [nameOf(item), item]));
  for (const name of new Set([...old.keys(), ...fresh.keys()]))
    compare(old.get(name), fresh.get(name), `${path}[${name}]`, changes);
  // Containers start in their order: to swap two is a change.
  const order = [...old.keys()].filter((n) => fresh.has(n));
  const now = [...fresh.keys()].filter((n) => old.has(n));
  if (order.join() !== now.join()) changes.push({ path: `${path} order`, from: order, to: now });
}

function keyed(list: readonly unknown[]): list is readonly Json[] {
  const names = list.map((item) => (isPlain(item) ? nameOf(item) : ''));
  return names.every((n) => n !== '') && new Set(names).size === names.length;
}

function nameOf(item: Json): string {
  const name = item['name'] ?? item['key'];
  return typeof name === 'string' ? name : '';
}

/** Lines for people: `+` appears, `-` goes, `~` changes. */
export function changeLines(changes: readonly Change[]): readonly string[] {
  return changes.map(({ path, from, to }) => {
    if (from === undefined) return `+ ${path}: ${said(to)}`;
    if (to === undefined) return `- ${path}: ${said(from)}`;
    return `~ ${path}: ${said(from)} -> ${said(to)}`;
  });
}

function said(value: unknown): string {
  const text = JSON.stringify(value) ?? '';
  return text.length > 160 ? `${text.slice(0, 157)}...` : text;
}
