import type { Assignment, InstanceResources } from '@longshore/model';

interface Held {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly ports: readonly number[];
}

const noPorts: readonly number[] = [];

/** What one simulated agent holds: no more of a task than its resources, since a process holds half a million. */
export class HeldTasks {
  readonly #resources: InstanceResources;
  readonly #tasks = new Map<string, Held>();
  /** How many hold each port. */
  readonly #ports = new Map<number, number>();
  #cpuUnits = 0;
  #memoryMiB = 0;
  /** Ports that more than one task holds. */
  #shared = 0;

  constructor(resources: InstanceResources) {
    this.#resources = resources;
  }

  has(task: string): boolean {
    return this.#tasks.has(task);
  }

  ids(): Iterable<string> {
    return this.#tasks.keys();
  }

  add({ task, holds }: Assignment): void {
    const ports = (holds?.ports ?? []).map(({ port }) => port);
    const held = {
      cpuUnits: holds?.cpuUnits ?? 0,
      memoryMiB: holds?.memoryMiB ?? 0,
      ports: ports.length > 0 ? ports : noPorts,
    };
    this.#tasks.set(task, held);
    this.#cpuUnits += held.cpuUnits;
    this.#memoryMiB += held.memoryMiB;
    for (const port of ports) {
      const holders = (this.#ports.get(port) ?? 0) + 1;
      this.#ports.set(port, holders);
      if (holders === 2) this.#shared++;
    }
  }

  delete(task: string): void {
    const held = this.#tasks.get(task);
    if (!held) return;
    this.#tasks.delete(task);
    this.#cpuUnits -= held.cpuUnits;
    this.#memoryMiB -= held.memoryMiB;
    for (const port of held.ports) {
      const holders = (this.#ports.get(port) ?? 0) - 1;
      if (holders === 1) this.#shared--;
      if (holders > 0) this.#ports.set(port, holders);
      else this.#ports.delete(port);
    }
  }

  /** What is wrong with what was given; undefined: nothing. */
  problem(): string | undefined {
    if (this.#shared > 0) return `was given ${this.#shared} ports twice`;
    const { cpuUnits, memoryMiB } = this.#resources;
    if (this.#cpuUnits <= cpuUnits && this.#memoryMiB <= memoryMiB) return undefined;
    return `is over-committed: ${this.#cpuUnits} cpu, ${this.#memoryMiB} MiB`;
  }
}
