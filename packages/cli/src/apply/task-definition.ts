import { fromJson, toJson } from '@longshore/model';
import type { Gateway } from '../gateway.js';
import type { Json } from '../operations/call.js';
import { idOf } from '../output/units.js';
import { type Change, differences } from './difference.js';
import { settledFile, settledStored } from './settled.js';

/** What applying a task definition would do, or did. */
export interface DefinitionPlan {
  readonly family: string;
  /** family:revision of the newest ACTIVE one; undefined where there is none. */
  readonly newest: string | undefined;
  readonly changes: readonly Change[];
  readonly json: Json;
}

/** Compares a file's task definition with the newest ACTIVE revision of its family. */
export async function planDefinition(gateway: Gateway, json: Json): Promise<DefinitionPlan> {
  const family = String(json['family']);
  const newest = await newestRevision(gateway, family);
  const changes = differences(newest ? settledStored(newest.json) : {}, settledFile(json));
  return { family, newest: newest?.name, changes, json };
}

/** Registers a new revision where there are changes; gives the name of the one that then counts. */
export async function registerDefinition(gateway: Gateway, plan: DefinitionPlan): Promise<string> {
  if (plan.newest !== undefined && plan.changes.length === 0) return plan.newest;
  const request = fromJson('RegisterTaskDefinitionRequest', plan.json, {
    unknownMembers: 'refuse',
    isoTimestamps: true,
  });
  const answer = await gateway.ecs('RegisterTaskDefinition', request);
  return idOf(answer.taskDefinition?.taskDefinitionArn);
}

/** Members of an answer that no request has: they say nothing about what was asked for. */
const answeredOnly = new Set([
  'taskDefinitionArn',
  'revision',
  'status',
  'requiresAttributes',
  'compatibilities',
  'registeredAt',
  'deregisteredAt',
  'registeredBy',
  'deleteRequestedAt',
]);

async function newestRevision(
  gateway: Gateway,
  family: string,
): Promise<{ readonly name: string; readonly json: Json } | undefined> {
  try {
    const answer = await gateway.ecs('DescribeTaskDefinition', { taskDefinition: family, include: ['TAGS'] });
    if (!answer.taskDefinition) return undefined;
    const json = toJson('TaskDefinition', answer.taskDefinition);
    const asked = Object.fromEntries(Object.entries(json).filter(([k]) => !answeredOnly.has(k)));
    const tags = (answer.tags ?? []).map((t) => ({ key: t.key, value: t.value }));
    return { name: idOf(answer.taskDefinition.taskDefinitionArn), json: { ...asked, tags } };
  } catch (thrown) {
    // ECS's answer to a family without an ACTIVE revision.
    if (thrown instanceof Error && thrown.name === 'ClientException') return undefined;
    throw thrown;
  }
}
