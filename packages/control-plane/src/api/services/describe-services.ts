import {
  type Failure,
  invalidParameter,
  type Service,
  type ServiceEventEntry,
  serviceArn,
  serviceReference,
} from '@longshore/model';
import { keyOf, type Store } from '@longshore/store';
import { activeCluster } from '../clusters/index.js';
import { checkRequestLimit, lookAll, scopeOf } from '../common/index.js';
import type { PlacingContext } from '../context.js';
import type { Operation } from '../operation.js';
import { renderService } from './render.js';

/** ECS's DescribeServices: an INACTIVE service is still shown for a while. */
export const describeServices: Operation<'DescribeServices', PlacingContext> = async (
  request,
  call,
  context,
) => {
  const asked = [...new Set(request.services ?? [])];
  if (asked.length === 0) throw invalidParameter('Services cannot be empty.');
  checkRequestLimit('DescribeServices', 'services', asked.length);
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const names = asked.map((text) => {
    const reference = serviceReference(text, { accountId: context.accountId, cluster });
    return { text, name: reference.ok ? reference.value : undefined };
  });
  const known = names.flatMap(({ name }) => (name === undefined ? [] : [name]));
  await lookAll(
    { call, context },
    known.map((name) => keyOf('service', cluster, name)),
  );
  const events = await Promise.all(known.map((name) => eventsOf(context.store, cluster, name)));
  const eventsByName = new Map(known.map((name, i) => [name, events[i] ?? []]));
  const services: Service[] = [];
  const failures: Failure[] = [];
  for (const { text, name } of names) {
    const stored = name === undefined ? undefined : context.store.get(keyOf('service', cluster, name));
    if (name !== undefined && stored) {
      const tags = request.include?.includes('TAGS') ?? false;
      const shown = { cluster, name, record: stored.value, events: eventsByName.get(name) ?? [], tags };
      services.push(renderService(shown, call, context));
    } else {
      const arn = name === undefined ? text : serviceArn(scopeOf({ call, context }), cluster, name);
      failures.push({ arn, reason: 'MISSING' });
    }
  }
  return { services, failures };
};

/** The service's last events, newest first. */
async function eventsOf(store: Store, cluster: string, name: string): Promise<readonly ServiceEventEntry[]> {
  if (!store.get(keyOf('service', cluster, name))) return [];
  return (await store.readCold(keyOf('serviceEvents', cluster, name)))?.value.events ?? [];
}
