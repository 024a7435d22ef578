/** One metric of the server. The README's table is generated from these, and a test holds the registry to them. */
export interface MetricRow {
  readonly name: string;
  readonly kind: 'counter' | 'gauge' | 'histogram';
  readonly labels: readonly string[];
  readonly help: string;
  readonly buckets?: readonly number[];
}

const quick = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10];

export const metricTable = {
  apiRequests: {
    name: 'longshore_api_requests_total',
    kind: 'counter',
    labels: ['operation', 'code'],
    help: 'Calls answered, by operation and by OK or the name of the exception',
  },
  apiSeconds: {
    name: 'longshore_api_seconds',
    kind: 'histogram',
    labels: ['operation'],
    help: 'Time from a call to its answer; Poll waits on purpose',
    buckets: quick,
  },
  callerRequests: {
    name: 'longshore_api_caller_requests_total',
    kind: 'counter',
    labels: ['wire', 'caller'],
    help: 'Calls answered, by grpc or http and by access key or token; no caller where nobody was made out',
  },
  unknownMembers: {
    name: 'longshore_api_unknown_members_total',
    kind: 'counter',
    labels: ['operation', 'member'],
    help: 'Members of requests by the ECS API that were taken and not understood; 200 names at most, then `other`',
  },
  tasks: {
    name: 'longshore_tasks',
    kind: 'gauge',
    labels: ['cluster', 'status'],
    help: 'Tasks by last status; stopped ones leave once their agent and service know',
  },
  instances: {
    name: 'longshore_container_instances',
    kind: 'gauge',
    labels: ['cluster', 'status', 'connected'],
    help: 'Container instances by status and by whether their agent is connected',
  },
  pendingTasks: {
    name: 'longshore_pending_tasks',
    kind: 'gauge',
    labels: ['reason'],
    help: 'Tasks that wait for a place, by what most instances lack',
  },
  placementSeconds: {
    name: 'longshore_placement_seconds',
    kind: 'histogram',
    labels: [],
    help: 'Time from a wish for a place to the commit or the refusal',
    buckets: quick,
  },
  requestToRunningSeconds: {
    name: 'longshore_request_to_running_seconds',
    kind: 'histogram',
    labels: [],
    help: "Time from a task's creation to the commit of its RUNNING",
    buckets: [0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300],
  },
  commits: {
    name: 'longshore_commits_total',
    kind: 'counter',
    labels: ['outcome'],
    help: 'Commits of this replica: committed, conflict, failed or lost-answer',
  },
  commitBatchSize: {
    name: 'longshore_commit_batch_size',
    kind: 'histogram',
    labels: [],
    help: 'Commits that share one transaction',
    buckets: [1, 2, 4, 8, 16, 32, 64, 128, 256],
  },
  cacheLagRevisions: {
    name: 'longshore_cache_lag_revisions',
    kind: 'gauge',
    labels: [],
    help: 'Revisions between what the watch has delivered and the newest that this replica knows of',
  },
  etcdDbBytes: {
    name: 'longshore_etcd_db_bytes',
    kind: 'gauge',
    labels: [],
    help: "Size of etcd's database, the largest of its members",
  },
  etcdDbBytesInUse: {
    name: 'longshore_etcd_db_in_use_bytes',
    kind: 'gauge',
    labels: [],
    help: 'What of it is in use: from 80 % of --etcd-quota-bytes on new work is refused',
  },
  leader: {
    name: 'longshore_leader',
    kind: 'gauge',
    labels: ['controller'],
    help: '1 where this replica runs the controller',
  },
  eventLoopLagSeconds: {
    name: 'longshore_event_loop_lag_seconds',
    kind: 'gauge',
    labels: [],
    help: 'How late the event loop was at worst in the last 60 seconds, for every scrape alike; a loop at rest is looked at once a second',
  },
} as const satisfies Readonly<Record<string, MetricRow>>;

export type MetricKey = keyof typeof metricTable;
