import type { HeldPort } from '@longshore/model';
import { Columns } from './columns.js';
import type { Expressions } from './expressions.js';
import { mix } from './hash.js';
import { portKey } from './held.js';
import type { PlacementMemo } from './memo.js';
import type { Rows } from './rows.js';
import type { TaskCounts, TaskKind } from './task-counts.js';
import type { ClusterView, InstanceView, PlacementRequest } from './view.js';

/**
 * What one call of `place` works on: the view as columns, and over it what the call itself has given away.
 * Invariant: cpu, memory, ports, GPUs and task counts are the view's less every `take` so far.
 * The columns are the memo's: a memo has one board at a time.
 */
export class Board {
  readonly rows: Rows;
  readonly instances: readonly InstanceView[];
  readonly size: number;
  readonly cpuLeft: Float64Array;
  readonly memoryLeft: Float64Array;
  readonly columns: Columns;
  readonly expressions: Expressions;
  readonly tasks: Readonly<Record<TaskKind, TaskCounts>>;
  readonly #memo: PlacementMemo;
  readonly #seed: number;
  #salt: Uint32Array | undefined;
  readonly #ports = new Map<number, Set<number>>();
  readonly #gpus = new Map<number, Set<string>>();

  constructor(view: ClusterView, seed: number, memo: PlacementMemo) {
    memo.begin(view);
    const { rows } = memo;
    this.rows = rows;
    this.instances = rows.instances;
    this.size = rows.size;
    this.cpuLeft = rows.cpuLeft;
    this.memoryLeft = rows.memoryLeft;
    this.columns = new Columns(rows.instances, memo.attributes);
    this.expressions = memo.expressions;
    this.tasks = memo.tasks;
    this.#memo = memo;
    this.#seed = mix(seed ^ 0x9e3779b9);
  }

  instance(i: number): InstanceView {
    return this.instances[i] as InstanceView;
  }

  indexOf(instanceId: string): number | undefined {
    return this.#memo.indexOf(instanceId);
  }

  /** Decides ties and draws: the same for the same seed and instance, whatever the order of the instances. */
  saltOf(i: number): number {
    return mix((this.rows.hash[i] as number) ^ this.#seed);
  }

  /** `saltOf` of all. */
  get salt(): Uint32Array {
    if (this.#salt === undefined) {
      this.#salt = new Uint32Array(this.size);
      for (let i = 0; i < this.size; i++) this.#salt[i] = this.saltOf(i);
    }
    return this.#salt;
  }

  /** Whether a task holds the port, one of this call included. */
  hasPort(i: number, port: HeldPort): boolean {
    return this.instance(i).held.hasPort(port) || this.#ports.get(i)?.has(portKey(port)) === true;
  }

  /** The ids of the GPUs that are free, in the order in which they were registered. */
  freeGpus(i: number): string[] {
    const { resources, held } = this.instance(i);
    const taken = this.#gpus.get(i);
    const free: string[] = [];
    for (const { gpuId } of resources.gpus) {
      if (gpuId && !held.gpuIds.has(gpuId) && taken?.has(gpuId) !== true) free.push(gpuId);
    }
    return free;
  }

  /** Gives one task of the request a place on instance i; answers with the GPUs that it takes. */
  take(i: number, request: PlacementRequest): readonly string[] {
    this.rows.take(i, request.needs.cpuUnits, request.needs.memoryMiB);
    for (const port of request.needs.ports ?? []) addTo(this.#ports, i, portKey(port));
    this.tasks.group.add(i, request.group);
    this.tasks.family.add(i, request.family);
    if (request.deployment) this.tasks.deployment.add(i, request.deployment);
    if (request.gpuCount === 0) return noGpus;
    const gpuIds = this.freeGpus(i).slice(0, request.gpuCount);
    for (const gpu of gpuIds) addTo(this.#gpus, i, gpu);
    return gpuIds;
  }
}

const noGpus: readonly string[] = [];

function addTo<T>(sets: Map<number, Set<T>>, i: number, value: T): void {
  const set = sets.get(i);
  if (set === undefined) sets.set(i, new Set([value]));
  else set.add(value);
}
