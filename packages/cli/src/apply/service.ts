import { fromJson, type Service, toJson } from '@longshore/model';
import { usageError } from '../exit.js';
import type { Gateway } from '../gateway.js';
import type { Json } from '../operations/call.js';
import { idOf } from '../output/units.js';
import { membersOf } from '../words/members.js';
import { type Change, differences } from './difference.js';

/** What applying a service would do, or did. */
export interface ServicePlan {
  readonly name: string;
  readonly exists: boolean;
  readonly changes: readonly Change[];
  readonly json: Json;
}

/**
 * Compares a file's service with the one that runs. Only members that the file names count: what it leaves out stays
 * as it is. `definition` is what its taskDefinition resolves to.
 */
export async function planService(
  gateway: Gateway,
  cluster: string,
  json: Json,
  definition: string,
): Promise<ServicePlan> {
  const name = String(json['serviceName']);
  const running = await liveService(gateway, cluster, name);
  const wanted: Json = { ...json, cluster, taskDefinition: definition };
  if (!running)
    return { name, exists: false, changes: differences({}, comparable(wanted, wanted)), json: wanted };
  const present = { ...toJson('Service', running), taskDefinition: idOf(running.taskDefinition) };
  const changes = differences(comparable(present, wanted), comparable(wanted, wanted));
  refuseWhatCannotChange(name, changes);
  return { name, exists: true, changes, json: wanted };
}

/** Creates the service, or updates what differs. */
export async function applyService(gateway: Gateway, plan: ServicePlan): Promise<void> {
  const options = { unknownMembers: 'refuse', isoTimestamps: true } as const;
  if (!plan.exists) {
    await gateway.ecs('CreateService', fromJson('CreateServiceRequest', plan.json, options));
    return;
  }
  const changed = new Set(plan.changes.map((c) => rootOf(c.path)));
  const request = Object.fromEntries(
    Object.entries(plan.json).filter(([k]) => changed.has(k) && k !== 'tags'),
  );
  if (changed.has('tags')) await retag(gateway, plan);
  if (Object.keys(request).length === 0) return;
  const { cluster } = plan.json;
  await gateway.ecs(
    'UpdateService',
    fromJson('UpdateServiceRequest', { cluster, service: plan.name, ...request }, options),
  );
}

export async function liveService(
  gateway: Gateway,
  cluster: string,
  name: string,
): Promise<Service | undefined> {
  const answer = await gateway.ecs('DescribeServices', { cluster, services: [name], include: ['TAGS'] });
  return (answer.services ?? []).find((s) => s.status === 'ACTIVE');
}

/** Of `json`, what `wanted` names, down into structures: defaults that the server filled in are no difference. */
function comparable(json: Json, wanted: Json): Json {
  const { cluster: _cluster, serviceName: _name, clientToken: _token, ...named } = wanted;
  return narrowed(json, named);
}

function narrowed(json: Json, wanted: Json): Json {
  return Object.fromEntries(
    Object.entries(wanted).map(([key, value]) => {
      const found = json[key];
      const both = isStructure(found) && isStructure(value);
      return [key, both ? narrowed(found, value) : found];
    }),
  );
}

function isStructure(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function refuseWhatCannotChange(name: string, changes: readonly Change[]): void {
  const updatable = new Set(['tags', ...membersOf('UpdateServiceRequest').map((m) => m.name)]);
  const [fixed] = changes.filter((c) => !updatable.has(rootOf(c.path)));
  if (fixed)
    throw usageError(
      `service ${name}: ${rootOf(fixed.path)} cannot change once the service is there`,
      `delete the service first: longshore delete ${name}`,
    );
}

function rootOf(path: string): string {
  return /^[^.[ ]+/.exec(path)?.[0] ?? path;
}

async function retag(gateway: Gateway, plan: ServicePlan): Promise<void> {
  const running = await liveService(gateway, String(plan.json['cluster']), plan.name);
  const resourceArn = running?.serviceArn;
  if (resourceArn === undefined) return;
  const tags = (plan.json['tags'] ?? []) as readonly { readonly key: string; readonly value?: string }[];
  const kept = new Set(tags.map((t) => t.key));
  const tagKeys = (running?.tags ?? []).map((t) => t.key ?? '').filter((k) => !kept.has(k));
  if (tagKeys.length > 0) await gateway.ecs('UntagResource', { resourceArn, tagKeys });
  if (tags.length > 0) await gateway.ecs('TagResource', { resourceArn, tags });
}
