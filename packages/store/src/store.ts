import type { AnyEnding, Component } from '@longshore/kit';
import type { HealthStatus, LaunchType, TaskHolds, TaskRecord, TaskStatus } from '@longshore/model';
import type { Key, Range } from './keys.js';
import type { ColdKind, Kind, LiveKind, Records } from './records.js';

/** A record as it lies in the store. */
export interface Stored<K extends Kind = Kind> {
  readonly key: Key<K>;
  readonly value: Records[K];
  /** etcd's mod_revision. */
  readonly revision: number;
  readonly createRevision: number;
}

/** A commit goes through only if all of these hold. Revision 0 stands for absence. */
export type Expectation =
  | { readonly key: Key; readonly revision: number }
  | { readonly key: Key; readonly createRevision: number }
  | { readonly absentUnder: Range };

export type Write =
  | { readonly put: Key; readonly value: Records[Kind]; readonly lease?: Lease | LeaseRef }
  | { readonly delete: Key };

export interface CommitRequest {
  /** Never empty: every write rests on something. */
  readonly expect: readonly Expectation[];
  readonly write: readonly Write[];
  /**
   * Nobody waits for its effect: where transactions go out all the time it waits up to 10 ms for one to share. What is
   * done once for every task is best done so: a transaction costs etcd and us as much as a few more records in one.
   */
  readonly patient?: boolean;
}

/** Names the first expectation that did not hold. `revision` is what the key has now (0: absent). */
export interface Conflict {
  readonly key: string;
  readonly revision: number;
  /** The store's revision at which this was found: decide again once `watched` has reached it. */
  readonly asOf: number;
}

export type CommitOutcome =
  | { readonly ok: true; readonly revision: number }
  | { readonly ok: false; readonly conflict: Conflict };

/** A lease that is kept alive until released; `lost` aborts before etcd may have dropped it. */
export interface Lease {
  readonly id: string;
  readonly lost: AbortSignal;
  release(): Promise<void>;
}

/** A lease that nobody keeps alive: what hangs on it goes when its time is up. */
export interface LeaseRef {
  readonly id: string;
}

/** A role held by this process, until `lost`. Put `fence` into every commit made in the role. */
export interface Leadership {
  readonly fence: Expectation;
  /** The revision of the election: decide nothing before `watched` has reached it. */
  readonly revision: number;
  readonly lost: AbortSignal;
  resign(): Promise<void>;
}

/** What decisions and filters read of a task without decoding it. */
export interface TaskSummary {
  readonly cluster: string;
  readonly id: string;
  /** mod_revision of the record. */
  readonly revision: number;
  readonly family: string;
  readonly definitionRevision: number;
  readonly instance: string;
  readonly service: string;
  readonly deployment: string;
  readonly taskSet: string;
  readonly group: string;
  readonly startedBy: string;
  readonly launchType: LaunchType | 'UNSET';
  readonly desiredStatus: TaskStatus;
  readonly lastStatus: TaskStatus;
  readonly healthStatus: HealthStatus | 'UNSET';
  readonly holds: TaskHolds;
  readonly createdAtMs: number;
  readonly startedAtMs: number;
  readonly stoppedAtMs: number;
  readonly protectedUntilMs: number;
  readonly placeByMs: number;
  readonly priority: number;
  readonly counted: boolean;
  readonly acknowledged: boolean;
}

/** What a task is counted by. */
export type TaskStanding = Pick<TaskSummary, 'instance' | 'deployment' | 'desiredStatus' | 'lastStatus'>;

/** The tasks of the cache, by what is asked for. Iteration order is that of ids where not said otherwise. */
export interface TaskIndex {
  readonly size: number;
  get(cluster: string, id: string): TaskSummary | undefined;
  /** The whole record, decoded now. */
  record(task: TaskSummary): TaskRecord;
  /** In id order, from the first id greater than `afterId`. */
  inCluster(cluster: string, afterId?: string): Iterable<TaskSummary>;
  /** As `inCluster`, those alone whose member has the value: without a look at the others. */
  having(
    cluster: string,
    member: 'family' | 'service' | 'startedBy',
    value: string,
    afterId?: string,
  ): Iterable<TaskSummary>;
  /** As `inCluster`, those alone whose desired status is STOPPED. */
  toStop(cluster: string, afterId?: string): Iterable<TaskSummary>;
  /** In no particular order. */
  onInstance(cluster: string, instance: string): Iterable<TaskSummary>;
  /** In no particular order. */
  ofService(cluster: string, service: string): Iterable<TaskSummary>;
  /**
   * As `ofService` for who counts: no summary is made, and what is given is the same object each time, to be read
   * before the next is asked for.
   */
  standingsOfService(cluster: string, service: string): Iterable<TaskStanding>;
  /** Tasks without an instance, in no particular order. */
  waiting(cluster: string): Iterable<TaskSummary>;
  /** Tasks whose last status is STOPPED, in no particular order: few, for they leave for the history. */
  stopped(cluster: string): Iterable<TaskSummary>;
}

/** One record's change in the cache, as it happens. Tasks carry summaries, the rest records. */
export type Change =
  | {
      readonly kind: 'task';
      readonly key: Key<'task'>;
      readonly before: TaskSummary | undefined;
      readonly after: TaskSummary | undefined;
      readonly revision: number;
    }
  | {
      readonly [K in Exclude<LiveKind, 'task'>]: {
        readonly kind: K;
        readonly key: Key<K>;
        readonly before: Stored<K> | undefined;
        readonly after: Stored<K> | undefined;
        readonly revision: number;
      };
    }[Exclude<LiveKind, 'task'>];

export interface Observer {
  /** Of which kinds `changed` is told; left out: of all. Every placement changes a fence too, which concerns few. */
  readonly kinds?: readonly LiveKind[];
  /** Called synchronously while a change is applied: keep it short, never throw, never commit from it. */
  changed?(change: Change): void;
  /** `watched` has moved: every change up to `revision` has been delivered, whole transactions at a time. */
  reached?(revision: number): void;
  /** The cache was rebuilt from a list; every difference has come through `changed`. */
  relisted?(revision: number): void;
}

export interface StoreState {
  /** `ready`: lists and watches; `starting`: has not listed yet; `away`: etcd does not answer; `relisting`. */
  readonly phase: 'starting' | 'ready' | 'relisting' | 'away';
  /** A sentence for the log and /readyz. */
  readonly reason: string;
}

/** A page of cold records, in key order. */
export interface ColdPage<K extends ColdKind> {
  readonly items: readonly Stored<K>[];
  /** Pass as `after` for the next page; undefined at the end. */
  readonly next: string | undefined;
}

/**
 * The cluster's state. Reads are synchronous and see what the watch has delivered with own commits over it.
 * Concurrency: between two awaits the cache stands still; what must be exact is expected in the commit.
 */
export interface Store extends Component {
  readonly state: StoreState;
  readonly limits: StoreLimits;
  readonly epoch: string;
  /** The revision up to which the watch has delivered. Own commits never move it. */
  readonly watched: number;
  readonly tasks: TaskIndex;
  get<K extends LiveKind>(key: Key<K>): Stored<K> | undefined;
  /** In key order. For tasks use `tasks`: this decodes every one. */
  list<K extends LiveKind>(range: Range<K>): readonly Stored<K>[];
  /** How many records, without decoding any. */
  count(range: Range<LiveKind>): number;
  observe(observer: Observer): () => void;
  /**
   * All or nothing. Resolves only when the outcome is known; throws a CodedError `ServerException` (retryable) once
   * `signal` aborts before that, and `UNAVAILABLE` where the store is away and nothing was sent.
   */
  commit(request: CommitRequest, options?: { readonly signal?: AnyEnding }): Promise<CommitOutcome>;
  /** Resolves when `watched` has reached `revision`. */
  reached(revision: number, signal?: AnyEnding): Promise<void>;
  /** Resolves when `watched` has passed a point taken after this call: then absence in the cache is absence. */
  barrier(signal?: AnyEnding): Promise<void>;
  readCold<K extends ColdKind>(key: Key<K>): Promise<Stored<K> | undefined>;
  listCold<K extends ColdKind>(
    range: Range<K>,
    page: { readonly limit: number; readonly after?: string | undefined },
  ): Promise<ColdPage<K>>;
  /** A lease that this store keeps alive. */
  lease(ttlSeconds: number): Promise<Lease>;
  /** A lease that ends by itself after `ttlSeconds`. */
  expiringLease(ttlSeconds: number): Promise<LeaseRef>;
  /** Deletes everything that hangs on the lease, now. */
  revokeLease(lease: LeaseRef): Promise<void>;
  /** Waits until this process leads `shard`, or the signal aborts. */
  campaign(shard: string, replica: string, signal: AbortSignal): Promise<Leadership>;
  /** Forgets the history before `revision`; a replica whose watch is behind it lists again. */
  compact(revision: number): Promise<void>;
  /** Facts about the backend for metrics, version and doctor. */
  status(): Promise<StoreStatus>;
}

/** What one commit may hold; a larger one is refused. */
export interface StoreLimits {
  /** Expectations, and writes: each may be as many as this. */
  readonly opsPerCommit: number;
  readonly bytesPerCommit: number;
}

export interface StoreStatus {
  readonly backend: 'memory' | 'etcd';
  readonly members: readonly {
    readonly endpoint: string;
    /** Absent where it does not answer. */
    readonly memberId?: string;
    readonly version: string;
    readonly dbBytes: number;
    /** Pages that hold something; the rest of `dbBytes` is used again before the file grows. */
    readonly dbBytesInUse: number;
    readonly leader: boolean;
    readonly error?: string;
  }[];
  /** The largest of the members, of both. */
  readonly dbBytes: number;
  readonly dbBytesInUse: number;
  readonly revision: number;
}
