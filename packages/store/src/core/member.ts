import { CodedError, type Deferred, deferred } from '@longshore/kit';
import type { Found, RawCompare, RawWrite } from '../backend.js';
import type { OwnWrite } from '../cache/live-cache.js';
import { encodeRecord } from '../codecs.js';
import type { CommitOutcome, CommitRequest, Conflict, Expectation } from '../store.js';
import type { Touched } from './doubt.js';

/** One caller's commit, encoded, on its way. */
export interface Member {
  readonly compare: readonly RawCompare[];
  readonly write: readonly RawWrite[];
  readonly own: readonly OwnWrite[];
  /** About what the request takes on the wire. */
  readonly bytes: number;
  readonly patient: boolean;
  readonly outcome: Deferred<CommitOutcome>;
  /** Nobody waits for it any more. */
  settled: boolean;
}

const perOpBytes = 96;

/** Throws where the request could not be meant: no expectation, or two writes of one key. */
export function toMember(request: CommitRequest): Member {
  if (request.expect.length === 0) throw new Error('a commit expects at least one revision');
  const write: RawWrite[] = [];
  const own: OwnWrite[] = [];
  const paths = new Set<string>();
  const absent = new Set<string>();
  for (const one of request.expect) if ('revision' in one && one.revision === 0) absent.add(one.key.path);
  let bytes = (request.expect.length + request.write.length) * perOpBytes;
  for (const one of request.write) {
    const key = 'put' in one ? one.put : one.delete;
    if (paths.has(key.path)) throw new Error(`a commit writes ${key.path} twice`);
    paths.add(key.path);
    if ('put' in one) {
      const value = encodeRecord(key.kind, one.value);
      bytes += value.byteLength;
      write.push({ put: key.path, value, ...(one.lease && { lease: one.lease.id }) });
      own.push({ key, value, created: absent.has(key.path) });
    } else {
      write.push({ delete: key.path });
      own.push({ key, value: undefined, created: false });
    }
  }
  return {
    compare: request.expect.map(toCompare),
    write,
    own,
    bytes,
    patient: request.patient === true,
    outcome: deferred<CommitOutcome>(),
    settled: false,
  };
}

function toCompare(expectation: Expectation): RawCompare {
  if ('absentUnder' in expectation) return { absentUnder: expectation.absentUnder.path };
  if ('revision' in expectation) return { path: expectation.key.path, revision: expectation.revision };
  return { path: expectation.key.path, createRevision: expectation.createRevision };
}

/** The first expectation that did not hold; undefined where all did. */
export function conflictOf(
  member: Member,
  found: ReadonlyMap<string, Found>,
  asOf: number,
): Conflict | undefined {
  for (const compare of member.compare) {
    const there = found.get(compareName(compare));
    if (there === undefined || holds(compare, there)) continue;
    return { key: there.path, revision: there.revision, asOf };
  }
  return undefined;
}

function holds(compare: RawCompare, there: Found): boolean {
  if ('absentUnder' in compare) return there.revision === 0;
  if ('revision' in compare) return there.revision === compare.revision;
  return there.createRevision === compare.createRevision;
}

/** Equal for equal compares. */
export function compareName(compare: RawCompare): string {
  if ('absentUnder' in compare) return compare.absentUnder;
  if ('revision' in compare) return `${compare.path}\0${compare.revision}`;
  return `${compare.path}\0c${compare.createRevision}`;
}

export function touchedBy(member: Member): Touched {
  const paths = new Set<string>();
  const prefixes = new Set<string>();
  for (const compare of member.compare)
    if ('absentUnder' in compare) prefixes.add(compare.absentUnder);
    else paths.add(compare.path);
  for (const write of member.write) paths.add('put' in write ? write.put : write.delete);
  return { paths, prefixes };
}

export function settle(member: Member, outcome: CommitOutcome): void {
  if (member.settled) return;
  member.settled = true;
  member.outcome.resolve(outcome);
}

export function fail(member: Member, error: Error): void {
  if (member.settled) return;
  member.settled = true;
  member.outcome.reject(error);
}

/** The outcome will be known some day, but nobody waited for it. */
export function outcomeUnknown(cause: unknown): CodedError {
  return new CodedError(
    'ServerException',
    'the outcome of a commit was not known in time; it may have happened',
    {
      retryable: true,
      cause,
    },
  );
}
