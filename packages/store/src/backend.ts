import { CodedError } from '@longshore/kit';
import type { StoreStatus } from './store.js';

/** A key below the store's prefix, with its bytes. */
export interface RawRecord {
  readonly path: string;
  readonly value: Uint8Array;
  readonly revision: number;
  readonly createRevision: number;
}

/** One key's change as the watch delivers it; no value means deleted. */
export interface RawEvent {
  readonly path: string;
  readonly value: Uint8Array | undefined;
  readonly revision: number;
  readonly createRevision: number;
}

/** `absentUnder` is a path that ends in a slash. */
export type RawCompare =
  | { readonly path: string; readonly revision: number }
  | { readonly path: string; readonly createRevision: number }
  | { readonly absentUnder: string };

export type RawWrite =
  | { readonly put: string; readonly value: Uint8Array; readonly lease?: string }
  | { readonly delete: string };

export interface RawTransaction {
  readonly compare: readonly RawCompare[];
  readonly write: readonly RawWrite[];
}

/** What a compared key was when the transaction failed; revisions are 0 where nothing was there. */
export interface Found {
  readonly path: string;
  readonly revision: number;
  readonly createRevision: number;
}

export type RawOutcome =
  | { readonly ok: true; readonly revision: number }
  /** `found[i]` belongs to `compare[i]`; all of it was read at `revision`. */
  | { readonly ok: false; readonly revision: number; readonly found: readonly Found[] };

export interface RangeRequest {
  /** First path, and the first path after the range. */
  readonly from: string;
  readonly to: string;
  /** 0: all. */
  readonly limit: number;
  /** Reads as of this revision; absent: now, with the consent of a quorum. */
  readonly revision?: number;
}

export interface RangePage {
  readonly records: readonly RawRecord[];
  /** Whether there is more between the last record and `to`. */
  readonly more: boolean;
  /** The store's revision when it answered (not the pinned one). */
  readonly revision: number;
  /** Which store answered: a restored or another etcd has another identity. */
  readonly identity: string;
}

/** What one open watch tells. Nothing comes after `ended` or `compacted`. */
export interface WatchSink {
  opened(at: { readonly revision: number; readonly identity: string }): void;
  /** In order of revision, whole transactions. */
  events(events: readonly RawEvent[]): void;
  /** The wanted revision is gone: only a list helps. */
  compacted(): void;
  ended(reason: string): void;
}

export interface RawWatch {
  close(): void;
  /** Back-pressure: no `events` between `pause` and `resume`, but for what is on its way. */
  pause(): void;
  resume(): void;
}

/**
 * What a store is built on: etcd, or memory. Bytes in, bytes out; no retry, no cache, no opinion.
 * Every promise rejects with a BackendError and nothing else.
 */
export interface Backend {
  /** Known once `prepare` has resolved. */
  readonly limits: BackendLimits;
  /** Called before anything else, until it succeeds. */
  prepare(): Promise<void>;
  transact(transaction: RawTransaction): Promise<RawOutcome>;
  range(request: RangeRequest): Promise<RangePage>;
  count(request: Pick<RangeRequest, 'from' | 'to' | 'revision'>): Promise<number>;
  /** Everything below `under` from revision `from` on. Never throws: failure is `ended`. */
  watch(under: string, from: number, sink: WatchSink): RawWatch;
  grantLease(ttlSeconds: number): Promise<{ readonly id: string; readonly ttlSeconds: number }>;
  /** The seconds that the lease has left; 0 where it is gone. */
  keepLeaseAlive(id: string): Promise<number>;
  /** Revoking a lease that is gone is no error. */
  revokeLease(id: string): Promise<void>;
  compact(revision: number): Promise<void>;
  status(): Promise<StoreStatus>;
  /** Runs `fn` soon, after what is ready now has run: what piles up till then shares a transaction. */
  defer(fn: () => void): void;
  close(): Promise<void>;
}

export interface BackendLimits {
  /** Of compares, and of writes, in one transaction. */
  readonly ops: number;
  /** Of one request. */
  readonly bytes: number;
}

/**
 * What became of a failed call. `unsent`: it never left. `refused`: the backend answered and did nothing.
 * `unknown`: it may have happened, or may yet.
 */
export type Fate = 'unsent' | 'refused' | 'unknown';

export class BackendError extends CodedError {
  readonly fate: Fate;

  constructor(fate: Fate, code: string, message: string, cause?: unknown) {
    super(code, message, { retryable: fate !== 'refused', cause });
    this.fate = fate;
  }
}

/** Codes of refusals that the store acts on. */
export const refusals = {
  tooManyOps: 'TooManyOperations',
  tooLarge: 'RequestTooLarge',
  leaseGone: 'LeaseNotFound',
  noSpace: 'OutOfSpace',
  compacted: 'Compacted',
} as const;
