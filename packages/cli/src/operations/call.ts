import { fromJson, toJson } from '@longshore/model';
import { usageError } from '../exit.js';
import type { Gateway } from '../gateway.js';
import { problemsIn } from '../words/check.js';
import { timesForPeople } from '../words/times.js';
import type { Operation } from './catalogue.js';

export type Json = Readonly<Record<string, unknown>>;

/** Says every problem of `json` at once, before anything is sent. */
export function checked(shape: string, json: Json, what: string): void {
  const problems = problemsIn(shape, json);
  if (problems.length === 0) return;
  if (problems.length === 1) throw usageError(`${what}: ${problems[0]}`);
  throw usageError(`${what}:\n${problems.map((p) => `  ${p}`).join('\n')}`);
}

/** Calls an operation with ECS's JSON and gives ECS's JSON back, times as ISO 8601. */
export async function call(gateway: Gateway, operation: Operation, json: Json): Promise<Json> {
  const { name, request, response } = operation;
  const shape = fromJson(request, json, { unknownMembers: 'refuse', isoTimestamps: true });
  const answer = await gateway.ecs(name, shape as never);
  return timesForPeople(response, toJson(response, answer as never)) as Json;
}
