import type { Rows } from './rows.js';
import type { PlacementRequest, Refusal } from './view.js';

/** A refusal without the number of tasks that it is about. */
export type Verdict = Omit<Refusal, 'request' | 'count'>;

const maxShapes = 256;

interface Known {
  lasting: number;
  couldEverFit: boolean;
  version: number;
  verdict: Verdict | undefined;
}

/**
 * What was said of each shape that found no place. A verdict holds as long as no row has changed, whether it could ever
 * fit as long as nothing has changed that lasts.
 */
export class Verdicts {
  readonly #byShape = new Map<string, Known>();

  couldEverFit(shape: string, { lasting }: Rows, look: () => boolean): boolean {
    const known = this.#of(shape);
    if (known.lasting !== lasting) {
      known.couldEverFit = look();
      known.lasting = lasting;
    }
    return known.couldEverFit;
  }

  verdict(shape: string, { log }: Rows, look: () => Verdict): Verdict {
    const known = this.#of(shape);
    if (known.verdict === undefined || known.version !== log.version) {
      known.verdict = look();
      known.version = log.version;
    }
    return known.verdict;
  }

  #of(shape: string): Known {
    let known = this.#byShape.get(shape);
    if (known === undefined) {
      known = { lasting: -1, couldEverFit: false, version: -1, verdict: undefined };
      if (this.#byShape.size >= maxShapes) this.#byShape.clear();
      this.#byShape.set(shape, known);
    }
    return known;
  }
}

/** The same text for requests that differ in nothing but their count. */
export function shapeOf(request: PlacementRequest): string {
  return JSON.stringify({ ...request, count: 0 });
}
