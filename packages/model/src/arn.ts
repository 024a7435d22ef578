import { type EcsError, invalidParameter } from './errors.js';

/** What every ARN of a call has in common: the region of the caller's scope and the account of the server. */
export interface ArnScope {
  readonly region: string;
  readonly accountId: string;
}

/** What an ECS ARN names, without its region. */
export type ArnTarget =
  | { readonly resource: 'cluster'; readonly cluster: string }
  | { readonly resource: 'container-instance'; readonly cluster: string; readonly instance: string }
  | { readonly resource: 'task'; readonly cluster: string; readonly task: string }
  | { readonly resource: 'container'; readonly cluster: string; readonly task: string; readonly id: string }
  | { readonly resource: 'task-definition'; readonly family: string; readonly revision: number }
  | { readonly resource: 'service'; readonly cluster: string; readonly service: string }
  | {
      readonly resource: 'task-set';
      readonly cluster: string;
      readonly service: string;
      readonly taskSet: string;
    }
  | {
      readonly resource: 'service-deployment';
      readonly cluster: string;
      readonly service: string;
      readonly deployment: string;
    }
  | {
      readonly resource: 'service-revision';
      readonly cluster: string;
      readonly service: string;
      readonly revision: string;
    }
  | { readonly resource: 'capacity-provider'; readonly name: string };

export type ArnResource = ArnTarget['resource'];

export interface ParsedArn {
  readonly accountId: string;
  readonly region: string;
  readonly target: ArnTarget;
}

function resourceOf(target: ArnTarget): string {
  switch (target.resource) {
    case 'cluster':
      return `cluster/${target.cluster}`;
    case 'container-instance':
      return `container-instance/${target.cluster}/${target.instance}`;
    case 'task':
      return `task/${target.cluster}/${target.task}`;
    case 'container':
      return `container/${target.cluster}/${target.task}/${target.id}`;
    case 'task-definition':
      return `task-definition/${target.family}:${target.revision}`;
    case 'service':
      return `service/${target.cluster}/${target.service}`;
    case 'task-set':
      return `task-set/${target.cluster}/${target.service}/${target.taskSet}`;
    case 'service-deployment':
      return `service-deployment/${target.cluster}/${target.service}/${target.deployment}`;
    case 'service-revision':
      return `service-revision/${target.cluster}/${target.service}/${target.revision}`;
    case 'capacity-provider':
      return `capacity-provider/${target.name}`;
  }
}

/** Renders an ARN. They are never stored: region and account come from the call. */
export function arnOf(scope: ArnScope, target: ArnTarget): string {
  return `arn:${partitionOf(scope.region)}:ecs:${scope.region}:${scope.accountId}:${resourceOf(target)}`;
}

/** China and the government's regions have partitions of their own, and clients check. */
function partitionOf(region: string): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

export function clusterArn(scope: ArnScope, cluster: string): string {
  return arnOf(scope, { resource: 'cluster', cluster });
}

export function instanceArn(scope: ArnScope, cluster: string, instance: string): string {
  return arnOf(scope, { resource: 'container-instance', cluster, instance });
}

export function taskArn(scope: ArnScope, cluster: string, task: string): string {
  return arnOf(scope, { resource: 'task', cluster, task });
}

export function containerArn(scope: ArnScope, cluster: string, task: string, id: string): string {
  return arnOf(scope, { resource: 'container', cluster, task, id });
}

export function taskDefinitionArn(scope: ArnScope, family: string, revision: number): string {
  return arnOf(scope, { resource: 'task-definition', family, revision });
}

export function serviceArn(scope: ArnScope, cluster: string, service: string): string {
  return arnOf(scope, { resource: 'service', cluster, service });
}

export function taskSetArn(scope: ArnScope, cluster: string, service: string, taskSet: string): string {
  return arnOf(scope, { resource: 'task-set', cluster, service, taskSet });
}

export function serviceDeploymentArn(
  scope: ArnScope,
  cluster: string,
  service: string,
  deployment: string,
): string {
  return arnOf(scope, { resource: 'service-deployment', cluster, service, deployment });
}

export function serviceRevisionArn(
  scope: ArnScope,
  cluster: string,
  service: string,
  revision: string,
): string {
  return arnOf(scope, { resource: 'service-revision', cluster, service, revision });
}

const arnPattern = /^arn:(aws[a-z-]*):ecs:([a-z0-9-]+):(\d{12}):([a-z-]+)\/(.+)$/;

/** Reads an ECS ARN; undefined where the text is none, or names a kind that ECS does not have. */
export function parseArn(text: string): ParsedArn | undefined {
  const match = arnPattern.exec(text);
  if (!match) return undefined;
  const [, , region = '', accountId = '', resource = '', rest = ''] = match;
  const target = targetOf(resource, rest.split('/'));
  return target && { accountId, region, target };
}

/** Names per kind after the resource's word, in order of the ARN. */
function targetOf(resource: string, names: readonly string[]): ArnTarget | undefined {
  if (names.some((n) => n === '')) return undefined;
  const [a = '', b = '', c = ''] = names;
  const is = (word: string, count: number): boolean => resource === word && names.length === count;
  if (is('cluster', 1)) return { resource: 'cluster', cluster: a };
  if (is('container-instance', 2)) return { resource: 'container-instance', cluster: a, instance: b };
  if (is('task', 2)) return { resource: 'task', cluster: a, task: b };
  if (is('container', 3)) return { resource: 'container', cluster: a, task: b, id: c };
  if (is('service', 2)) return { resource: 'service', cluster: a, service: b };
  if (is('task-set', 3)) return { resource: 'task-set', cluster: a, service: b, taskSet: c };
  if (is('service-deployment', 3))
    return { resource: 'service-deployment', cluster: a, service: b, deployment: c };
  if (is('service-revision', 3)) return { resource: 'service-revision', cluster: a, service: b, revision: c };
  if (is('capacity-provider', 1)) return { resource: 'capacity-provider', name: a };
  if (is('task-definition', 1)) return definitionTarget(a);
  return undefined;
}

function definitionTarget(text: string): ArnTarget | undefined {
  const match = /^([A-Za-z0-9_-]{1,255}):(\d{1,9})$/.exec(text);
  return match
    ? { resource: 'task-definition', family: match[1] ?? '', revision: Number(match[2]) }
    : undefined;
}

/**
 * What a reference (id, name or ARN) names. `foreign`: an ARN of another account, which is answered like something
 * that does not exist; the region of an ARN never matters.
 */
export type Reference<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly foreign: true };

const foreign = { ok: false, foreign: true } as const;
const found = <T>(value: T): Reference<T> => ({ ok: true, value });

const namePattern = /^[A-Za-z0-9_-]{1,255}$/;

/** A cluster by name or ARN; absent means `default`. Throws InvalidParameterException where it is neither. */
export function clusterReference(text: string | undefined, accountId: string): Reference<string> {
  if (text === undefined || text === '') return found('default');
  if (!text.startsWith('arn:')) {
    if (namePattern.test(text)) return found(text);
    throw invalidParameter(`Cluster name must match ^[a-zA-Z0-9\\-_]{1,255}$, but was ${shown(text)}.`);
  }
  const arn = arnOfKind(text, 'cluster', 'cluster');
  return arn.accountId === accountId ? found(arn.target.cluster) : foreign;
}

/** Where a resource of a cluster is looked for. */
export interface InCluster {
  readonly accountId: string;
  readonly cluster: string;
}

/** ECS's older format names no cluster: the call does. Scripts and other tools' states still hold such ARNs. */
function oldArn(
  text: string,
  resource: 'task' | 'service' | 'container-instance',
): { readonly accountId: string; readonly name: string } | undefined {
  const [, , , accountId = '', kind, name = ''] = arnPattern.exec(text) ?? [];
  return kind === resource && !name.includes('/') ? { accountId, name } : undefined;
}

/** A task by id or ARN. An ARN of another cluster is InvalidParameterException, as ECS has it. */
export function taskReference(text: string, where: InCluster): Reference<string> {
  if (!text.startsWith('arn:')) return found(idOf(text, 'taskId'));
  const old = oldArn(text, 'task');
  if (old) return old.accountId === where.accountId ? found(idOf(old.name, 'taskId')) : foreign;
  const arn = arnOfKind(text, 'task', 'taskId');
  checkCluster(arn.target.cluster, where.cluster);
  return arn.accountId === where.accountId ? found(idOf(arn.target.task, 'taskId')) : foreign;
}

/** A container instance by id or ARN. */
export function instanceReference(text: string, where: InCluster): Reference<string> {
  if (!text.startsWith('arn:')) return found(idOf(text, 'containerInstance'));
  const old = oldArn(text, 'container-instance');
  if (old) return old.accountId === where.accountId ? found(idOf(old.name, 'containerInstance')) : foreign;
  const arn = arnOfKind(text, 'container-instance', 'containerInstance');
  checkCluster(arn.target.cluster, where.cluster);
  return arn.accountId === where.accountId ? found(idOf(arn.target.instance, 'containerInstance')) : foreign;
}

/** A service by name or ARN. */
export function serviceReference(text: string, where: InCluster): Reference<string> {
  if (!text.startsWith('arn:')) {
    if (namePattern.test(text)) return found(text);
    throw invalidParameter(
      'Invalid service name: up to 255 letters, digits, hyphens and underscores are allowed.',
    );
  }
  const old = oldArn(text, 'service');
  if (old && namePattern.test(old.name)) return old.accountId === where.accountId ? found(old.name) : foreign;
  const arn = arnOfKind(text, 'service', 'service');
  checkCluster(arn.target.cluster, where.cluster);
  return arn.accountId === where.accountId ? found(arn.target.service) : foreign;
}

export interface DefinitionName {
  readonly family: string;
  /** Absent: the newest ACTIVE revision of the family. */
  readonly revision: number | undefined;
}

/** A task definition by `family`, `family:revision` or ARN; undefined where the text is none of them. */
export function definitionReference(text: string, accountId: string): Reference<DefinitionName> | undefined {
  if (text.startsWith('arn:')) {
    const arn = parseArn(text);
    if (arn?.target.resource !== 'task-definition') return undefined;
    if (arn.accountId !== accountId) return foreign;
    return found({ family: arn.target.family, revision: arn.target.revision });
  }
  if (namePattern.test(text)) return found({ family: text, revision: undefined });
  const target = definitionTarget(text);
  if (target?.resource !== 'task-definition') return undefined;
  return found({ family: target.family, revision: target.revision });
}

function checkCluster(named: string, asked: string): void {
  if (named !== asked)
    throw invalidParameter(
      `Invalid identifier: Identifier is for cluster ${shown(named)}. Your cluster is ${asked}`,
    );
}

function arnOfKind<K extends ArnResource>(
  text: string,
  resource: K,
  member: string,
): { readonly accountId: string; readonly target: Extract<ArnTarget, { resource: K }> } {
  const arn = parseArn(text);
  if (!arn) throw malformed(member, text);
  const { target } = arn;
  if (target.resource !== resource) throw malformed(member, text);
  return { accountId: arn.accountId, target: target as Extract<ArnTarget, { resource: K }> };
}

function malformed(member: string, text: string): EcsError {
  return invalidParameter(`Invalid identifier: ${member} ${shown(text)} is not an ARN of the expected kind.`);
}

/** 32 hex digits, or 36 characters with hyphens as ids had once. */
function idOf(text: string, member: string): string {
  if (text.length !== 32 && text.length !== 36)
    throw invalidParameter(`${member} length should be one of [32,36]`);
  if (!/^[A-Za-z0-9-]+$/.test(text))
    throw invalidParameter(`${member} ${shown(text)} is not a valid identifier.`);
  return text;
}

/** A caller's text inside a message: bounded, so that a message never carries a megabyte back. */
export function shown(text: string): string {
  return text.length > 120 ? `${text.slice(0, 120)}...` : text;
}
