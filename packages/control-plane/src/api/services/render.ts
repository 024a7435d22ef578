import {
  type Service,
  type ServiceEventEntry,
  type ServiceRecord,
  serviceOf,
  type TaskCounts,
} from '@longshore/model';
import { keyOf } from '@longshore/store';
import { scopeOf } from '../common/index.js';
import type { PlacingContext } from '../context.js';
import type { Call } from '../operation.js';
import { taskCounts } from './counts.js';
import { daemonCount } from './daemon-count.js';
import { namedDeployments } from './find.js';

export interface ShownService {
  readonly cluster: string;
  readonly name: string;
  readonly record: ServiceRecord;
  readonly events?: readonly ServiceEventEntry[];
  readonly tags?: boolean;
}

/** The service as answers show it, with what its tasks do as of now. */
export function renderService(shown: ShownService, call: Call, context: PlacingContext): Service {
  const { cluster, name, record, events = [], tags = true } = shown;
  const counts = taskCounts(context.store, cluster, name, record.tags);
  return serviceOf(record, {
    scope: scopeOf({ call, context }),
    cluster,
    name,
    deployments: namedDeployments(context.store, cluster, name),
    counts,
    desiredCount: desiredCountOf(shown, counts, context),
    events,
    tags,
  });
}

/** What a DAEMON service wants depends on the instances as they are now. */
export function desiredCountOf(
  { cluster, name, record }: Pick<ShownService, 'cluster' | 'name' | 'record'>,
  _counts: ReadonlyMap<string, TaskCounts>,
  context: PlacingContext,
): number {
  if (record.spec?.schedulingStrategy !== 'DAEMON') return record.spec?.desiredCount ?? 0;
  const revision = context.store.get(keyOf('serviceRevision', cluster, name, record.currentRevision));
  return daemonCount({ cluster, name, spec: record.spec, revision: revision?.value }, context);
}
