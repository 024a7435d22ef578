import { type Clock, CodedError, type Logger, type Random } from '@longshore/kit';
import { codecOf, type FormatRecord } from '@longshore/model';
import { type Backend, BackendError, type RawRecord } from '../backend.js';
import { type Migration, migrations } from './migrations.js';

/** The format of the records that this version writes. */
export const currentFormat = 1;

export const formatPath = 'format';
const lockPath = 'format-migration';
const lockTtlSeconds = 10;
const retryMs = 500;

export interface FormatParts {
  readonly backend: Backend;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  /** Goes into the record: who wrote it. */
  readonly version: string;
  readonly prefix: string;
  /** For tests; else this version's own. */
  readonly current?: number;
  readonly migrations?: readonly Migration[];
}

interface FormatFound {
  readonly record: FormatRecord;
  readonly revision: number;
}

/**
 * Makes sure that the store is written in a format that this version knows: writes it on first use, migrates an
 * older one, one replica at a time, and refuses a newer one by name.
 */
export async function ensureFormat(parts: FormatParts): Promise<void> {
  const current = parts.current ?? currentFormat;
  for (;;) {
    const found = await readFormat(parts.backend);
    if (!found) {
      if (await writeFormat(parts, current, 0)) return;
      continue;
    }
    const { format, readableFrom, writtenBy } = found.record;
    if (format > current && readableFrom > current)
      throw new CodedError(
        'StoreFormatTooNew',
        `the store at ${parts.prefix} is in format ${format}, written by longshore ${writtenBy}; this version ` +
          `(${parts.version}) knows formats up to ${current}: run a version that knows format ${format}`,
      );
    if (format >= current) return;
    if (!(await migrateAlone(parts, current))) await parts.clock.sleep(retryMs);
  }
}

async function readFormat(backend: Backend): Promise<FormatFound | undefined> {
  const record = await readOne(backend, formatPath);
  return record && { record: codecOf('FormatRecord').decode(record.value), revision: record.revision };
}

async function readOne(backend: Backend, path: string): Promise<RawRecord | undefined> {
  const { records } = await backend.range({ from: path, to: `${path}\0`, limit: 1 });
  return records[0];
}

/** False where somebody else was quicker. */
async function writeFormat(
  parts: FormatParts,
  format: number,
  expected: number,
  lock?: { readonly path: string; readonly createRevision: number },
): Promise<boolean> {
  const value = codecOf('FormatRecord').encode({ format, readableFrom: format, writtenBy: parts.version });
  const outcome = await parts.backend.transact({
    compare: [{ path: formatPath, revision: expected }, ...(lock ? [lock] : [])],
    write: [{ put: formatPath, value }],
  });
  return outcome.ok;
}

/** False where another replica migrates now, or took over in the middle. */
async function migrateAlone(parts: FormatParts, current: number): Promise<boolean> {
  const lease = await parts.backend.grantLease(lockTtlSeconds);
  try {
    const lock = await parts.backend.transact({
      compare: [{ path: lockPath, revision: 0 }],
      write: [{ put: lockPath, value: Buffer.from(parts.version), lease: lease.id }],
    });
    if (!lock.ok) return false;
    return await migrate(parts, current, { path: lockPath, createRevision: lock.revision, lease: lease.id });
  } finally {
    await parts.backend.revokeLease(lease.id).catch((thrown: unknown) => {
      // It runs out by itself; the migration's own outcome counts.
      if (!(thrown instanceof BackendError)) throw thrown;
    });
  }
}

interface Lock {
  readonly path: string;
  readonly createRevision: number;
  readonly lease: string;
}

async function migrate(parts: FormatParts, current: number, lock: Lock): Promise<boolean> {
  for (;;) {
    const found = await readFormat(parts.backend);
    if (!found || found.record.format >= current) return true;
    const { format } = found.record;
    const step = (parts.migrations ?? migrations).find((migration) => migration.from === format);
    if (!step)
      throw new CodedError(
        'StoreFormatTooOld',
        `the store at ${parts.prefix} is in format ${format}; this version (${parts.version}) cannot bring it to ` +
          `format ${current}: run a version in between first`,
      );
    parts.logger.info({ from: format, to: format + 1 }, 'store format migration');
    if (!(await rewriteAll(parts, step, lock))) return false;
    if (!(await writeFormat(parts, format + 1, found.revision, fenceOf(lock)))) return false;
  }
}

/** Each record conditionally and under the lock, so that a migration may be broken off anywhere and run again. */
async function rewriteAll(parts: FormatParts, step: Migration, lock: Lock): Promise<boolean> {
  const { backend } = parts;
  for (const range of step.ranges) {
    for (let from: string | undefined = range.from; from !== undefined; ) {
      const page: Awaited<ReturnType<Backend['range']>> = await backend.range({
        from,
        to: range.to,
        limit: 100,
      });
      for (const record of page.records) {
        const write = step.rewrite(record);
        if (write.length === 0) continue;
        const compare = [{ path: record.path, revision: record.revision }, fenceOf(lock)];
        if (!(await backend.transact({ compare, write })).ok) return false;
      }
      await backend.keepLeaseAlive(lock.lease);
      const last = page.records.at(-1);
      from = page.more && last ? `${last.path}\0` : undefined;
    }
  }
  return true;
}

function fenceOf(lock: Lock): { readonly path: string; readonly createRevision: number } {
  return { path: lock.path, createRevision: lock.createRevision };
}
