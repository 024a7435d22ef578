import { isDeepStrictEqual } from 'node:util';
import type { PlacementStrategy } from '@longshore/model';
import {
  type ClusterView,
  HeldLedger,
  type HeldTask,
  type InstanceView,
  type Placement,
  PlacementMemo,
  type PlacementRequest,
  place,
  RowLog,
} from '@longshore/scheduler';
import { median, ratioOf, round } from './figures.js';

/** What the requests of a round ask for. */
export interface SmallRoundKind {
  readonly name: string;
  readonly strategies: readonly PlacementStrategy[];
  readonly group: (n: number) => string;
  /** Fits on no instance. */
  readonly isUnplaceable: boolean;
  /** The board is the same from round to round, as when a task waits and nothing else happens. */
  readonly isStill: boolean;
}

export const smallRoundKinds: readonly SmallRoundKind[] = [
  kind('RunTask, random', {}),
  kind('a task of a service, spread', {
    strategies: [
      { type: 'spread', field: 'attribute:ecs.availability-zone' },
      { type: 'spread', field: 'instanceId' },
    ],
    group: (n) => `service:s${n % 10}`,
  }),
  kind('fits nowhere', { isUnplaceable: true }),
  kind('fits nowhere, asked again', { isUnplaceable: true, isStill: true }),
];

function kind(name: string, options: Partial<SmallRoundKind>): SmallRoundKind {
  const group = (n: number): string => `churn-${n % 100}`;
  return { name, strategies: [], group, isUnplaceable: false, isStill: false, ...options };
}

export interface SmallRoundFigures {
  readonly kind: string;
  readonly freshUs: number;
  readonly keptUs: number;
  readonly ratio: ReturnType<typeof ratioOf>;
}

const perRound = 2;
const families = 10;

/**
 * Rounds of two requests of one task each on a cluster where as many start and stop: the same round on a board that is
 * kept and on one that is made for it, in turns. Their placements must be the same, and fit.
 */
export function timeSmallRounds(
  instances: readonly InstanceView[],
  kind: SmallRoundKind,
  { batches, rounds }: { readonly batches: number; readonly rounds: number },
): SmallRoundFigures {
  const churn = new ChurnedCluster(instances);
  const memo = new PlacementMemo();
  const { instances: bare } = churn;
  const pairs: (readonly [number, number])[] = [];
  let n = 0;
  for (let batch = -1; batch < batches; batch++) {
    let [keptUs, freshUs] = [0, 0];
    for (let at = 0; at < rounds; at++, n++) {
      const requests = Array.from({ length: perRound }, (_, i) => requestOf(kind, n * perRound + i));
      let [kept, fresh]: (Placement | undefined)[] = [];
      const times = [
        () => {
          keptUs += timedUs(() => {
            kept = place(churn, requests, { seed: n, memo });
          });
        },
        () => {
          freshUs += timedUs(() => {
            fresh = place({ instances: bare }, requests, { seed: n });
          });
        },
      ];
      for (const time of n % 2 === 0 ? times : times.reverse()) time();
      if (!isDeepStrictEqual(kept, fresh)) throw new Error(`round ${n}: the kept board places otherwise`);
      churn.commit(requests, kept as unknown as Placement, kind);
    }
    // The first batch runs code that is not compiled yet.
    if (batch >= 0) pairs.push([keptUs / rounds, freshUs / rounds]);
  }
  return {
    kind: kind.name,
    keptUs: round(median(pairs.map(([kept]) => kept)), 1),
    freshUs: round(median(pairs.map(([, fresh]) => fresh)), 1),
    ratio: ratioOf(pairs),
  };
}

/** Live views with the log of their changes, as the control plane keeps them. */
class ChurnedCluster implements ClusterView {
  readonly instances: readonly InstanceView[];
  readonly changes: RowLog;
  readonly #rows: ReadonlyMap<string, number>;
  /** Oldest first. */
  readonly #running: { readonly row: number; readonly task: HeldTask }[] = [];
  #next = 0;

  constructor(instances: readonly InstanceView[]) {
    this.instances = instances.map((instance) => ({ ...instance, held: new HeldLedger() }));
    this.changes = new RowLog(instances.length);
    this.#rows = new Map(instances.map(({ id }, row) => [id, row]));
    for (let row = 0; row < instances.length; row++)
      for (let n = 0; n < 20; n++)
        this.#start(row, taskOf(requestOf(smallRoundKinds[0] as SmallRoundKind, n)));
  }

  /** What was placed is held; as many of the oldest stop. */
  commit(
    requests: readonly PlacementRequest[],
    { placed, refused }: Placement,
    { isUnplaceable, isStill }: SmallRoundKind,
  ): void {
    const [wanted, other] = isUnplaceable ? [refused, placed] : [placed, refused];
    if (wanted.length !== requests.length || other.length > 0) throw new Error('not placed as it should be');
    for (const { request, instance } of placed) {
      const row = this.#rows.get(instance) as number;
      this.#start(row, taskOf(requests[request] as PlacementRequest));
      const { held, resources } = this.instances[row] as InstanceView;
      if (held.cpuUnits > resources.cpuUnits || held.memoryMiB > resources.memoryMiB)
        throw new Error(`${instance} is over-committed`);
    }
    if (isStill) return;
    for (let n = 0; n < perRound; n++) {
      const { row, task } = this.#running[this.#next++] as { row: number; task: HeldTask };
      this.#held(row).remove(task);
      this.changes.note(row);
    }
  }

  #start(row: number, task: HeldTask): void {
    this.#held(row).add(task);
    this.#running.push({ row, task });
    this.changes.note(row);
  }

  #held(row: number): HeldLedger {
    return (this.instances[row] as InstanceView).held as HeldLedger;
  }
}

/** Ten shapes, as of ten families. */
function requestOf(kind: SmallRoundKind, n: number): PlacementRequest {
  const shape = n % families;
  return {
    count: 1,
    group: kind.group(n),
    family: `family-${shape}`,
    needs: { cpuUnits: 16 + shape, memoryMiB: kind.isUnplaceable ? 4_000_000 : 32 + shape, ports: [] },
    gpuCount: 0,
    requiredAttributes: [{ name: 'ecs.capability.a' }],
    constraints: [],
    strategies: kind.strategies,
  };
}

function taskOf({ group, family, needs }: PlacementRequest): HeldTask {
  return { group, family, holds: needs, lastStatus: 'RUNNING', desiredStatus: 'RUNNING' };
}

/** Of processor time: what else runs on the machine must not count. */
function timedUs(work: () => void): number {
  const started = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(started);
  return user + system;
}
