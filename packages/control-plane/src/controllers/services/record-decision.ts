import type { Clock } from '@longshore/kit';
import type { ServiceEventEntry, TaskRecord } from '@longshore/model';
import type { ServiceDecision } from '@longshore/scheduler';
import {
  type Conflict,
  type Expectation,
  keyOf,
  type Leadership,
  type Store,
  type TaskSummary,
  type Write,
} from '@longshore/store';
import { stopped } from '../../api/tasks/stop-task.js';
import type { SeenService } from './snapshot.js';

const stopsPerCommit = 50;

export interface RecordParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly leadership: Leadership;
  /** What the service's events are then, newest first; undefined: nothing new was said. */
  readonly events: readonly ServiceEventEntry[] | undefined;
}

/** The revisions that the records have after the decision, by their keys' paths: what the next commit expects. */
export type Revisions = ReadonlyMap<string, number>;

/**
 * Commits what a decision changes: first the records with the counted stops and the events as one transaction, then
 * the stops that did not fit. A conflict ends it: what is left is decided anew.
 */
export async function recordDecision(
  decision: ServiceDecision,
  seen: SeenService,
  parts: RecordParts,
): Promise<{ readonly conflict: Conflict } | { readonly revisions: Revisions }> {
  const { store, leadership } = parts;
  const tasks = summariesOf(decision, seen, parts);
  const records = recordWrites(decision, { ...seen, tasks }, parts);
  const [first = [], ...rest] = chunks(decision.stop, stopsPerCommit);
  const stops = stopWrites(first, { ...seen, tasks }, parts);
  const write = [...records.write, ...stops.write];
  const revisions = new Map(restsOn(seen));
  if (write.length > 0) {
    const outcome = await store.commit(
      {
        expect: [leadership.fence, ...expected(seen, revisions), ...records.expect, ...stops.expect],
        write,
      },
      { signal: leadership.lost },
    );
    if (!outcome.ok) return { conflict: outcome.conflict };
    for (const { put } of records.puts) revisions.set(put.path, outcome.revision);
  }
  for (const chunk of rest) {
    const more = stopWrites(chunk, { ...seen, tasks }, parts);
    const outcome = await store.commit(
      { expect: [leadership.fence, ...expected(seen, revisions), ...more.expect], write: more.write },
      { signal: leadership.lost },
    );
    if (!outcome.ok) return { conflict: outcome.conflict };
  }
  return { revisions };
}

type Summaries = ReadonlyMap<string, TaskSummary>;

/** The tasks that a decision marks, as they were when it was made: what is committed later expects them still so. */
function summariesOf(
  { counted, stop }: ServiceDecision,
  { cluster }: SeenService,
  { store }: RecordParts,
): Summaries {
  const found = new Map<string, TaskSummary>();
  for (const id of [...counted, ...stop.map(({ task }) => task)]) {
    const summary = store.tasks.get(cluster, id);
    if (summary) found.set(id, summary);
  }
  return found;
}

/** The service, and the deployments that have or may have tasks. */
function* restsOn({ stored, deployments }: SeenService): Iterable<[path: string, revision: number]> {
  yield [stored.key.path, stored.revision];
  for (const { key, value, revision } of deployments.values())
    if (value.status !== 'INACTIVE') yield [key.path, revision];
}

export function expected({ stored, deployments }: SeenService, revisions: Revisions): readonly Expectation[] {
  const keys = [stored.key, ...[...deployments.values()].map(({ key }) => key)];
  return keys.flatMap((key) => {
    const revision = revisions.get(key.path);
    return revision === undefined ? [] : [{ key, revision }];
  });
}

interface Writes {
  readonly expect: readonly Expectation[];
  readonly write: readonly Write[];
}

function recordWrites(
  decision: ServiceDecision,
  { cluster, name, stored, deployments, tasks }: SeenService & { readonly tasks: Summaries },
  { store, events }: RecordParts,
): Writes & { readonly puts: readonly Extract<Write, { put: unknown }>[] } {
  const expect: Expectation[] = [];
  const puts: Extract<Write, { put: unknown }>[] = [];
  if (decision.service) puts.push({ put: stored.key, value: decision.service });
  for (const [digits, value] of decision.deployments) {
    const key = keyOf('deployment', cluster, name, digits);
    const present = deployments.get(digits);
    if (present?.value.status === 'INACTIVE') expect.push({ key, revision: present.revision });
    puts.push({ put: key, value });
  }
  const write: Write[] = [...puts];
  if (events) write.push({ put: keyOf('serviceEvents', cluster, name), value: { events } });
  for (const id of decision.counted) {
    const task = tasks.get(id);
    if (!task) continue;
    const key = keyOf('task', cluster, id);
    expect.push({ key, revision: task.revision });
    write.push({ put: key, value: { ...store.tasks.record(task), counted: true } });
  }
  return { expect, write, puts };
}

function stopWrites(
  stops: ServiceDecision['stop'],
  { cluster, tasks }: Pick<SeenService, 'cluster'> & { readonly tasks: Summaries },
  { store, clock }: RecordParts,
): Writes {
  const expect: Expectation[] = [];
  const write: Write[] = [];
  const nowMs = clock.wallMs();
  for (const { task: id, reason } of stops) {
    const task = tasks.get(id);
    if (!task) continue;
    const key = keyOf('task', cluster, id);
    const value: TaskRecord = stopped(store.tasks.record(task), {
      stopCode: 'ServiceSchedulerInitiated',
      reason,
      nowMs,
    });
    expect.push({ key, revision: task.revision });
    write.push({ put: key, value });
  }
  return { expect, write };
}

function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, i) =>
    items.slice(i * size, (i + 1) * size),
  );
}
