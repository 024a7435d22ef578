import type { PullProgress } from '../driver.js';

interface Layer {
  bytes: number;
  total: number;
  done: boolean;
}

const finished = new Set(['Pull complete', 'Already exists']);

/** Adds up the lines of a pull. A layer counts its bytes once, when they are downloaded, not again when extracted. */
export class PullTally {
  readonly #layers = new Map<string, Layer>();

  /** Undefined where the line changes nothing that is counted. */
  add(line: Readonly<Record<string, unknown>>): PullProgress | undefined {
    const { id, status } = line;
    if (typeof id !== 'string' || typeof status !== 'string' || status.startsWith('Pulling from'))
      return undefined;
    const layer = this.#layers.get(id) ?? { bytes: 0, total: 0, done: false };
    this.#layers.set(id, layer);
    const { current, total } = (line.progressDetail ?? {}) as { current?: number; total?: number };
    if (status === 'Downloading' && current !== undefined) {
      layer.bytes = current;
      layer.total = total ?? layer.total;
    }
    if (status === 'Download complete') layer.bytes = layer.total;
    if (finished.has(status)) {
      layer.bytes = layer.total;
      layer.done = true;
    }
    return this.#sum();
  }

  #sum(): PullProgress {
    const layers = [...this.#layers.values()];
    return {
      layers: layers.length,
      layersDone: layers.filter((l) => l.done).length,
      bytes: layers.reduce((sum, l) => sum + l.bytes, 0),
      bytesTotal: layers.reduce((sum, l) => sum + l.total, 0),
    };
  }
}
