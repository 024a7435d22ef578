import { hashText } from './hash.js';
import { RowLog } from './row-log.js';
import type { ClusterView, InstanceView } from './view.js';

/** Whether an instance may take anything at all, as a number. */
export const standings = { open: 0, inactive: 1, agent: 2 } as const;

/** What of a row tasks do not change, as it was last seen. */
type Lasting = Pick<
  InstanceView,
  'id' | 'status' | 'attributes' | 'resources' | 'agentVersion' | 'ec2InstanceId' | 'registeredAtMs'
>;

/**
 * The instances as columns, kept from call to call and brought up to date by what has changed; what a call gives away
 * lies in them until the next one begins.
 * Invariant: after `sync` every row is the view's. Where the view notes its changes, only those rows are read, and
 * those that the last call took from; else all are.
 */
export class Rows {
  instances: readonly InstanceView[] = [];
  size = 0;
  cpuLeft = new Float64Array(0);
  memoryLeft = new Float64Array(0);
  /** No row has more left; the highest may have gone down since. */
  mostCpu = Number.NEGATIVE_INFINITY;
  mostMemory = Number.NEGATIVE_INFINITY;
  /** One of `standings`. */
  standing = new Uint8Array(0);
  /** 1 where its tasks count when others are spread: they are not about to move. */
  staying = new Uint8Array(0);
  /** Of the ids. */
  hash = new Uint32Array(0);
  /** Room for a list of rows. */
  scratch = new Int32Array(0);
  /** Notes every row that is other than before, by the view's doing or by a task that a call has placed. */
  log = new RowLog(0);
  /** Counts up when anything changes but tasks, connections and health. */
  lasting = 0;
  #lasting: (Lasting | undefined)[] = [];
  readonly #renewed: (row: number) => void;
  /** Rows that the call under way has taken from. */
  #taken: number[] = [];
  /** Rows read since the most was looked for. */
  #sinceMost = 0;
  /** The log that the rows follow, and how far they have. */
  #followed: RowLog | undefined;
  #readUpTo = 0;

  /** `renewed` is called when the id or the attributes of a row are others. */
  constructor(renewed: (row: number) => void) {
    this.#renewed = renewed;
  }

  sync({ instances, changes }: ClusterView): void {
    const isOther = this.instances !== instances;
    this.instances = instances;
    if (instances.length !== this.size) this.#resize(instances.length);
    const taken = this.#taken;
    const follows = changes !== undefined && changes === this.#followed && !isOther;
    // Should a view throw on the way, the next call reads everything.
    this.#followed = undefined;
    const behind = follows ? changes.version - this.#readUpTo : 0;
    if (follows && changes.reaches(this.#readUpTo) && behind + taken.length < this.size) {
      for (const row of taken) this.#reread(row);
      for (let at = this.#readUpTo; at < changes.version; at++) this.#reread(changes.at(at));
    } else this.#rereadAll();
    if (taken.length > 0) this.#taken = [];
    this.#followed = changes;
    this.#readUpTo = changes?.version ?? 0;
  }

  /** Gives away from a row, until the next `sync`. */
  take(row: number, cpuUnits: number, memoryMiB: number): void {
    this.cpuLeft[row] = (this.cpuLeft[row] as number) - cpuUnits;
    this.memoryLeft[row] = (this.memoryLeft[row] as number) - memoryMiB;
    this.#taken.push(row);
    this.log.note(row);
  }

  #resize(size: number): void {
    this.size = size;
    this.cpuLeft = new Float64Array(size);
    this.memoryLeft = new Float64Array(size);
    this.standing = new Uint8Array(size);
    this.staying = new Uint8Array(size);
    this.scratch = new Int32Array(size);
    const hash = new Uint32Array(size);
    hash.set(this.hash.subarray(0, size));
    this.hash = hash;
    this.#lasting.length = size;
    this.lasting++;
  }

  #rereadAll(): void {
    this.mostCpu = Number.NEGATIVE_INFINITY;
    this.mostMemory = Number.NEGATIVE_INFINITY;
    for (let row = 0; row < this.size; row++) this.#read(row);
    this.log = new RowLog(this.size, this.log.version + 1);
  }

  #reread(row: number): void {
    this.#read(row);
    this.log.note(row);
    // As often as it costs no more than what it follows.
    if (++this.#sinceMost >= this.size) this.#lookForMost();
  }

  #lookForMost(): void {
    this.#sinceMost = 0;
    this.mostCpu = highest(this.cpuLeft);
    this.mostMemory = highest(this.memoryLeft);
  }

  #read(row: number): void {
    const instance = this.instances[row] as InstanceView;
    const { resources, held } = instance;
    const cpu = resources.cpuUnits - held.cpuUnits;
    const memory = resources.memoryMiB - held.memoryMiB;
    this.cpuLeft[row] = cpu;
    this.memoryLeft[row] = memory;
    if (cpu > this.mostCpu) this.mostCpu = cpu;
    if (memory > this.mostMemory) this.mostMemory = memory;
    this.standing[row] = standingOf(instance);
    this.staying[row] = instance.status !== 'DRAINING' && instance.lost !== true ? 1 : 0;
    const before = this.#lasting[row];
    if (before === undefined || !isSame(before, instance)) this.#renew(row, before, instance);
  }

  #renew(row: number, before: Lasting | undefined, instance: InstanceView): void {
    const { id, status, attributes, resources, agentVersion, ec2InstanceId, registeredAtMs } = instance;
    this.#lasting[row] = { id, status, attributes, resources, agentVersion, ec2InstanceId, registeredAtMs };
    this.lasting++;
    if (before?.id !== id) this.hash[row] = hashText(id);
    if (before?.id !== id || before.attributes !== attributes) this.#renewed(row);
  }
}

function highest(column: Float64Array): number {
  let most = Number.NEGATIVE_INFINITY;
  for (let row = 0; row < column.length; row++)
    if ((column[row] as number) > most) most = column[row] as number;
  return most;
}

function standingOf({ status, agentConnected, impairedReason }: InstanceView): number {
  if (status !== 'ACTIVE') return standings.inactive;
  return agentConnected && impairedReason === '' ? standings.open : standings.agent;
}

/** Attributes and resources that change come as new objects. */
function isSame(a: Lasting, b: Lasting): boolean {
  return (
    a.id === b.id &&
    a.attributes === b.attributes &&
    a.resources === b.resources &&
    a.status === b.status &&
    a.agentVersion === b.agentVersion &&
    a.registeredAtMs === b.registeredAtMs &&
    a.ec2InstanceId === b.ec2InstanceId
  );
}
