import type {
  AccessKeyRecord,
  AccountSettingRecord,
  BarrierRecord,
  ClusterRecord,
  DeploymentRecord,
  EpochRecord,
  FamilyRecord,
  FenceRecord,
  HistoryRecord,
  InstanceRecord,
  LeaderRecord,
  ReplicaRecord,
  ServiceEventsRecord,
  ServiceRecord,
  ServiceRevisionRecord,
  SessionRecord,
  TaskDefinitionRecord,
  TaskRecord,
} from '@longshore/model';

/** What is cached and watched by every replica, by kind. */
export interface LiveRecords {
  readonly cluster: ClusterRecord;
  readonly family: FamilyRecord;
  readonly taskDefinition: TaskDefinitionRecord;
  readonly instance: InstanceRecord;
  readonly fence: FenceRecord;
  readonly task: TaskRecord;
  readonly service: ServiceRecord;
  readonly deployment: DeploymentRecord;
  readonly serviceRevision: ServiceRevisionRecord;
  readonly session: SessionRecord;
  readonly replica: ReplicaRecord;
  readonly leader: LeaderRecord;
  readonly barrier: BarrierRecord;
  readonly epoch: EpochRecord;
  readonly accessKey: AccessKeyRecord;
  readonly accountSetting: AccountSettingRecord;
}

/** What lies outside cache and watch and is read from etcd when asked. */
export interface ColdRecords {
  readonly history: HistoryRecord;
  readonly serviceEvents: ServiceEventsRecord;
}

export interface Records extends LiveRecords, ColdRecords {}
export type Kind = keyof Records;
export type LiveKind = keyof LiveRecords;
export type ColdKind = keyof ColdRecords;

/** The folder of each kind below the store's prefix, and how many names follow it in a key. */
export const folders: { readonly [K in Kind]: { readonly folder: string; readonly depth: number } } = {
  cluster: { folder: 'live/clusters', depth: 1 },
  family: { folder: 'live/families', depth: 1 },
  taskDefinition: { folder: 'live/task-definitions', depth: 2 },
  instance: { folder: 'live/instances', depth: 2 },
  fence: { folder: 'live/fences', depth: 2 },
  task: { folder: 'live/tasks', depth: 2 },
  service: { folder: 'live/services', depth: 2 },
  deployment: { folder: 'live/deployments', depth: 3 },
  serviceRevision: { folder: 'live/revisions', depth: 3 },
  session: { folder: 'live/sessions', depth: 2 },
  replica: { folder: 'live/replicas', depth: 1 },
  leader: { folder: 'live/leaders', depth: 1 },
  barrier: { folder: 'live/barriers', depth: 1 },
  epoch: { folder: 'live/epoch', depth: 0 },
  accessKey: { folder: 'live/access-keys', depth: 1 },
  accountSetting: { folder: 'live/settings', depth: 2 },
  history: { folder: 'cold/history', depth: 2 },
  serviceEvents: { folder: 'cold/events', depth: 2 },
};
