import {
  invalidParameter,
  type NamedDeployment,
  parseArn,
  serviceNotFound,
  serviceReference,
  shown,
} from '@longshore/model';
import { keyOf, rangeOf, type Store, type Stored } from '@longshore/store';
import { type ActiveCluster, activeCluster } from '../clusters/index.js';
import { look } from '../common/index.js';
import type { Call, OperationContext } from '../operation.js';

/** A service that a request names, whatever its status. */
export interface NamedService {
  readonly cluster: ActiveCluster;
  readonly name: string;
  readonly stored: Stored<'service'>;
}

/** Throws InvalidParameterException for a name that is none, ServiceNotFoundException once its absence is sure. */
export async function requireService(
  request: { readonly cluster?: string | undefined; readonly service?: string | undefined },
  call: Call,
  context: OperationContext,
): Promise<NamedService> {
  if (!request.service) throw invalidParameter('Service name can not be blank.');
  const cluster = await activeCluster(request.cluster, call, context);
  const where = { accountId: context.accountId, cluster: cluster.name };
  const reference = serviceReference(request.service, where);
  if (!reference.ok) throw serviceNotFound();
  const stored = await look({ call, context }, keyOf('service', cluster.name, reference.value));
  if (!stored) throw serviceNotFound();
  return { cluster, name: reference.value, stored };
}

/** The deployments of a service that are still known, by their digits. */
export function storedDeployments(
  store: Store,
  cluster: string,
  service: string,
): ReadonlyMap<string, Stored<'deployment'>> {
  const all = store.list(rangeOf('deployment', cluster, service));
  return new Map(all.map((stored) => [stored.key.names[2] ?? '', stored]));
}

/** The same with their revisions, for answers. */
export function namedDeployments(store: Store, cluster: string, service: string): readonly NamedDeployment[] {
  return [...storedDeployments(store, cluster, service)].map(([digits, { value }]) => ({
    digits,
    record: value,
    revision: store.get(keyOf('serviceRevision', cluster, service, value.revision))?.value,
  }));
}

/** Where an ARN of a service deployment or revision leads. */
export interface PartOfService {
  readonly cluster: string;
  readonly service: string;
  readonly digits: string;
}

/** Undefined: an ARN of another account. Throws InvalidParameterException where the text is no such ARN. */
export function partReference(
  kind: 'service-deployment' | 'service-revision',
  arn: string,
  accountId: string,
): PartOfService | undefined {
  const parsed = parseArn(arn);
  const target = parsed?.target;
  if (parsed === undefined || target?.resource !== kind)
    throw invalidParameter(`Invalid identifier: ${shown(arn)} is not the ARN of a ${kind}.`);
  if (parsed.accountId !== accountId) return undefined;
  const digits = target.resource === 'service-deployment' ? target.deployment : target.revision;
  return { cluster: target.cluster, service: target.service, digits };
}
