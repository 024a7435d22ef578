import type { HeldPort } from '@longshore/model';
import { Columns } from './columns.js';
import { mix } from './hash.js';
import { portKey } from './held.js';
import type { PlacementMemo } from './memo.js';
import type { TaskKind } from './task-counts.js';
import { TaskCounts } from './task-counts.js';
import type { InstanceView, PlacementRequest } from './view.js';

/**
 * What one call of `place` works on: the view as columns, and over it what the call itself has given away.
 * Invariant: cpu, memory, ports, GPUs and task counts are the view's less every `take` so far.
 */
export class Board {
  readonly instances: readonly InstanceView[];
  readonly size: number;
  readonly cpuLeft: Float64Array;
  readonly memoryLeft: Float64Array;
  /** Decides ties and draws: the same for the same seed and instance, whatever the order of the instances. */
  readonly salt: Uint32Array;
  readonly columns: Columns;
  /** Room for a list of instances, so that a thousand requests do not make a thousand arrays. */
  readonly scratch: Int32Array;
  readonly tasks: Readonly<Record<TaskKind, TaskCounts>>;
  #indexes: Map<string, number> | undefined;
  readonly #ports = new Map<number, Set<number>>();
  readonly #gpus = new Map<number, Set<string>>();

  constructor(instances: readonly InstanceView[], seed: number, memo: PlacementMemo) {
    memo.sync(instances);
    this.instances = instances;
    this.size = instances.length;
    this.cpuLeft = new Float64Array(this.size);
    this.memoryLeft = new Float64Array(this.size);
    this.salt = new Uint32Array(this.size);
    this.scratch = new Int32Array(this.size);
    this.columns = new Columns(instances, memo);
    this.tasks = {
      group: new TaskCounts(instances, 'group'),
      family: new TaskCounts(instances, 'family'),
      deployment: new TaskCounts(instances, 'deployment'),
    };
    const salt = mix(seed ^ 0x9e3779b9);
    for (let i = 0; i < this.size; i++) {
      const { resources, held } = this.instance(i);
      this.cpuLeft[i] = resources.cpuUnits - held.cpuUnits;
      this.memoryLeft[i] = resources.memoryMiB - held.memoryMiB;
      this.salt[i] = mix(memo.hash(i) ^ salt);
    }
  }

  instance(i: number): InstanceView {
    return this.instances[i] as InstanceView;
  }

  indexOf(instanceId: string): number | undefined {
    this.#indexes ??= new Map(this.instances.map(({ id }, i) => [id, i]));
    return this.#indexes.get(instanceId);
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
    this.cpuLeft[i] = (this.cpuLeft[i] as number) - request.needs.cpuUnits;
    this.memoryLeft[i] = (this.memoryLeft[i] as number) - request.needs.memoryMiB;
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
