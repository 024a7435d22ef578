import {
  type ContainerInstance,
  type InstanceRecord,
  type InstanceUse,
  instanceOf,
  useOf,
} from '@longshore/model';
import { keyOf, type Store } from '@longshore/store';
import { type Reading, scopeOf } from '../common/index.js';

/** Which instance, and what of it the caller asked to see. */
export interface Shown {
  readonly cluster: string;
  readonly id: string;
  readonly tags?: boolean;
  readonly health?: boolean;
  /** What its tasks hold, where that is about to change; else as of now. */
  readonly use?: InstanceUse;
}

/** The instance as ECS shows it, with what its tasks hold as of now. */
export function renderInstance(record: InstanceRecord, shown: Shown, reading: Reading): ContainerInstance {
  const { store } = reading.context;
  return instanceOf(record, {
    ...shown,
    scope: scopeOf(reading),
    use: shown.use ?? useOf(store.tasks.onInstance(shown.cluster, shown.id)),
    agentConnected: isConnected(record, shown, store),
  });
}

/** The agent's present session has delivered its complete report, and its heartbeat is not overdue. */
export function isConnected(
  record: InstanceRecord,
  { cluster, id }: Pick<Shown, 'cluster' | 'id'>,
  store: Store,
): boolean {
  const session = store.get(keyOf('session', cluster, id));
  return session !== undefined && record.reportedSession === session.revision && record.overdueSinceMs === 0;
}
