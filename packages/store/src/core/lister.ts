import { type Clock, settle } from '@longshore/kit';
import type { Backend, RawRecord } from '../backend.js';
import type { LiveCache } from '../cache/live-cache.js';
import { endOf } from '../codecs.js';
import { folders } from '../records.js';

/** As many records as one question may bring. */
const pageSize = 2_000;
/** More tasks than this in a cluster are listed by ranges of their ids' first hex digits. */
const perRange = 2_000;
const parallel = 4;
/** Longer than this no turn may be. */
const turnMs = 8;

const live = { from: 'live/', to: 'live0' };
const taskFolder = `${folders.task.folder}/`;

interface Span {
  readonly from: string;
  readonly to: string;
}

/**
 * Brings the cache to what the store is at `revision`. Each span is compared with what the cache holds there and the
 * difference applied, a few milliseconds at a time. Tasks go by ranges of hex digits: etcd counts a range to its end
 * for every page of it, so that pages over a million keys take minutes and 256 ranges seconds.
 */
export async function listInto(
  cache: LiveCache,
  backend: Backend,
  revision: number,
  clock: Clock,
): Promise<void> {
  cache.beginList(revision);
  const clusters = new Set<string>();
  const turns = new Turns(clock);
  const apply = async (span: Span, records: readonly RawRecord[]): Promise<void> => {
    cache.applyList(span.from, span.to, records, revision);
    await turns.maybeYield();
  };
  const clusterFolder = `${folders.cluster.folder}/`;
  await listSpan(
    backend,
    { from: clusterFolder, to: endOf(clusterFolder) },
    revision,
    async (span, records) => {
      for (const record of records) clusters.add(record.path.slice(clusterFolder.length));
      await apply(span, records);
    },
  );
  const spans: Span[] = [
    { from: live.from, to: clusterFolder },
    { from: endOf(clusterFolder), to: taskFolder },
    { from: endOf(taskFolder), to: live.to },
    ...(await taskSpans(backend, [...clusters], revision)),
  ];
  await eachOf(spans, parallel, (span) => listSpan(backend, span, revision, apply));
  cache.finishList(revision);
}

/** Everything below tasks/: each known cluster in as many spans as its size asks for, and what lies between. */
async function taskSpans(backend: Backend, clusters: readonly string[], revision: number): Promise<Span[]> {
  const folders = clusters.map((cluster) => `${taskFolder}${cluster}/`).sort();
  const spans: Span[] = [];
  let at = taskFolder;
  for (const folder of folders) {
    const end = endOf(folder);
    if (at < folder) spans.push({ from: at, to: folder });
    const count = await backend.count({ from: folder, to: end, revision });
    spans.push(...hexSpans(folder, end, count));
    at = end;
  }
  spans.push({ from: at, to: endOf(taskFolder) });
  return spans;
}

/** Cuts a folder of ids into spans of about `perRange`, at hex digits; ids that are not hex fall into some span too. */
export function hexSpans(folder: string, end: string, count: number): readonly Span[] {
  let digits = 0;
  while (count / 16 ** digits > perRange && digits < 4) digits++;
  const cuts = Array.from(
    { length: 16 ** digits - 1 },
    (_, i) => `${folder}${(i + 1).toString(16).padStart(digits, '0')}`,
  );
  return [folder, ...cuts].map((from, i) => ({ from, to: cuts[i] ?? end }));
}

async function listSpan(
  backend: Backend,
  span: Span,
  revision: number,
  apply: (span: Span, records: readonly RawRecord[]) => Promise<void>,
): Promise<void> {
  let { from } = span;
  for (;;) {
    const page = await backend.range({ from, to: span.to, limit: pageSize, revision });
    const last = page.records.at(-1);
    const to = page.more && last ? `${last.path}\0` : span.to;
    await apply({ from, to }, page.records);
    if (!page.more || !last) return;
    from = to;
  }
}

async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  const queue = [...items].reverse();
  const worker = async (): Promise<void> => {
    for (let item = queue.pop(); item !== undefined; item = queue.pop()) await run(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

/** Gives others a turn when this one has become long. */
class Turns {
  readonly #clock: Clock;
  #since: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#since = clock.monotonicMs();
  }

  async maybeYield(): Promise<void> {
    if (this.#clock.monotonicMs() - this.#since < turnMs) return;
    await settle();
    this.#since = this.#clock.monotonicMs();
  }
}
