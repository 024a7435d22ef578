import {
  type DeleteServiceResponse,
  invalidParameter,
  type ServiceRecord,
  serviceNotFound,
} from '@longshore/model';
import type { Store, Stored } from '@longshore/store';
import type { PlacingContext } from '../context.js';
import type { Operation } from '../operation.js';
import { type Attempt, commitAfresh } from './commit.js';
import { type NamedService, requireService, storedDeployments } from './find.js';
import { renderService } from './render.js';

/**
 * ECS's DeleteService: the service is DRAINING while its tasks stop and INACTIVE then; its scheduler does that. Without
 * force only a service that wants no task and has none of an earlier deployment goes.
 */
export const deleteService: Operation<'DeleteService', PlacingContext> = async (request, call, context) => {
  return await commitAfresh(context, call, async (): Promise<Attempt<DeleteServiceResponse>> => {
    const named = await requireService(request, call, context);
    const { stored } = named;
    if (stored.value.status === 'INACTIVE') throw serviceNotFound();
    const answer = (record: ServiceRecord) => (): DeleteServiceResponse => ({
      service: renderService({ cluster: named.cluster.name, name: named.name, record }, call, context),
    });
    if (stored.value.status === 'DRAINING') return { answer: answer(stored.value) };
    if (request.force !== true) checkMayStop(named, stored, context.store);
    const nowMs = context.clock.wallMs();
    const value: ServiceRecord = { ...stored.value, status: 'DRAINING', statusChangedAtMs: nowMs };
    const expect = [{ key: stored.key, revision: stored.revision }];
    return { commit: { expect, write: [{ put: stored.key, value }] }, answer: answer(value) };
  });
};

function checkMayStop({ cluster, name }: NamedService, { value }: Stored<'service'>, store: Store): void {
  // What a daemon service runs is not scaled: it goes with the service.
  if (value.spec?.schedulingStrategy === 'DAEMON') return;
  if ((value.spec?.desiredCount ?? 0) > 0)
    throw invalidParameter('The service cannot be stopped while it is scaled above 0.');
  const old = [...storedDeployments(store, cluster.name, name)].some(([, d]) => d.value.status === 'ACTIVE');
  if (old) throw invalidParameter('The service cannot be stopped while deployments are active.');
}
