import { type Codec, codecOf, type TaskHolds } from '@longshore/model';
import { Names } from './names.js';

const codec: Codec<TaskHolds> = codecOf('TaskHolds');
const nothing: TaskHolds = Object.freeze({ cpuUnits: 0, memoryMiB: 0, ports: [], gpuIds: [] });

/** What tasks hold as small numbers, as `Names`: many hold the same. 0 holds nothing. */
export class Holdings {
  readonly #names = new Names('latin1');
  readonly #holdings: (TaskHolds | undefined)[] = [nothing];

  get size(): number {
    return this.#names.size;
  }

  holds(holding: number): TaskHolds {
    return this.#holdings[holding] ?? nothing;
  }

  /** Throws, with nothing taken, on bytes that are no TaskHolds. */
  take(bytes: Uint8Array, from: number, to: number, known: number): number {
    const holding = this.#names.take(bytes, from, to, known);
    if (this.#holdings[holding] !== undefined) return holding;
    try {
      this.#holdings[holding] = Object.freeze(codec.decode(bytes.subarray(from, to)));
    } catch (thrown) {
      this.#names.release(holding);
      throw thrown;
    }
    return holding;
  }

  release(holding: number): void {
    if (this.#names.release(holding)) this.#holdings[holding] = undefined;
  }
}
