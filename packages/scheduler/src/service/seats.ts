import { grown } from './grown.js';
import type { ServiceInstance } from './snapshot.js';

/** What an instance means for the tasks on it: `gone`, or lost, they count for nothing; `draining`, they are to go. */
export type Verdict = 'stays' | 'draining' | 'gone';

export function verdictOf(instance: Pick<ServiceInstance, 'lost' | 'status'> | undefined): Verdict {
  if (instance === undefined || instance.lost) return 'gone';
  return instance.status === 'DRAINING' ? 'draining' : 'stays';
}

export interface VerdictAsked {
  verdict(instance: string): Verdict;
}

const verdicts: readonly Verdict[] = ['stays', 'draining', 'gone'];

/** The seat of tasks that wait for a place. */
export const noSeat = 0;

/**
 * The instances that tasks of a roster are on, each with what it means for them, asked once a pass.
 * Invariant: a seat is kept while a task is on it.
 */
export class Seats {
  readonly #numbers = new Map<string, number>();
  /** By seat; empty: the number is free. */
  readonly #instances: string[] = [''];
  readonly #free: number[] = [];
  #counts = new Int32Array(8);
  #verdicts = new Uint8Array(8);
  /** The pass in which the instance was last asked for; 0: never. */
  #passes = new Int32Array(8);
  /** Its verdict is another one than the tasks on it were judged by. */
  #turned = new Uint8Array(8);
  #turnedCount = 0;
  #pass = 1;

  instance(seat: number): string {
    return this.#instances[seat] as string;
  }

  numberOf(instance: string): number | undefined {
    return this.#numbers.get(instance);
  }

  enter(instance: string): number {
    if (instance === '') return noSeat;
    let seat = this.#numbers.get(instance);
    if (seat === undefined) {
      seat = this.#free.pop() ?? this.#instances.length;
      if (seat >= this.#counts.length) this.#enlarge();
      this.#numbers.set(instance, seat);
      this.#instances[seat] = instance;
      this.#passes[seat] = 0;
    }
    this.#counts[seat] = (this.#counts[seat] as number) + 1;
    return seat;
  }

  leave(seat: number): void {
    if (seat === noSeat) return;
    const left = (this.#counts[seat] as number) - 1;
    this.#counts[seat] = left;
    if (left > 0) return;
    if (this.#turned[seat] === 1) this.#settle(seat);
    this.#numbers.delete(this.#instances[seat] as string);
    this.#instances[seat] = '';
    this.#free.push(seat);
  }

  /** What the instances mean may have changed. */
  beginPass(): void {
    this.#pass++;
  }

  /** A task that waits for a place stays. */
  verdict(seat: number, asked: VerdictAsked): Verdict {
    if (seat !== noSeat && this.#passes[seat] !== this.#pass) this.ask(seat, asked);
    return verdicts[this.#verdicts[seat] as number] as Verdict;
  }

  ask(seat: number, asked: VerdictAsked): void {
    const verdict = verdicts.indexOf(asked.verdict(this.#instances[seat] as string));
    if (this.#passes[seat] !== 0 && verdict !== this.#verdicts[seat] && this.#turned[seat] === 0) {
      this.#turned[seat] = 1;
      this.#turnedCount++;
    }
    this.#verdicts[seat] = verdict;
    this.#passes[seat] = this.#pass;
  }

  get hasTurned(): boolean {
    return this.#turnedCount > 0;
  }

  isTurned(seat: number): boolean {
    return this.#turned[seat] === 1;
  }

  /** The tasks on turned seats have been judged anew. */
  settle(): void {
    this.#turned.fill(0);
    this.#turnedCount = 0;
  }

  #settle(seat: number): void {
    this.#turned[seat] = 0;
    this.#turnedCount--;
  }

  #enlarge(): void {
    const length = 2 * this.#counts.length;
    this.#counts = grown(this.#counts, length);
    this.#verdicts = grown(this.#verdicts, length);
    this.#passes = grown(this.#passes, length);
    this.#turned = grown(this.#turned, length);
  }
}
