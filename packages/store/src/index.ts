export type { CommitMeter } from './core/committer.js';
export { leadershipTtlSeconds } from './core/election.js';
export type { EtcdTls } from './etcd/endpoint.js';
export {
  EtcdMaintenance,
  type HistoryLease,
  type ListedMember,
  type MaintenanceOptions,
  type NewEpoch,
  type StoreAlarm,
  type StoreContents,
} from './etcd/maintenance.js';
export { defaultPrefix, EtcdStore, type EtcdStoreOptions, openEtcdStore } from './etcd/open.js';
export { currentFormat } from './format/format.js';
export type { Migration } from './format/migrations.js';
export * from './keys.js';
export { MemoryBackend, type MemoryBackendOptions } from './memory/memory-backend.js';
export type { MemoryFaults } from './memory/memory-link.js';
export { MemoryStore, type MemoryStoreOptions, openMemoryStore } from './memory/open.js';
export * from './records.js';
export * from './store.js';
