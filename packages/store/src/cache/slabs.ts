const slabBytes = 1 << 20;
const grain = 32;
const slotsPerSlab = slabBytes / grain;

/**
 * Bytes of many small records in few large buffers, so that a million of them cost the garbage collector nothing.
 * A place is a number; a freed one is used again by the next record of its size. Records larger than a quarter of a
 * slab get a buffer of their own.
 */
export class Slabs {
  readonly #slabs: Uint8Array[] = [];
  /** Free places by size in grains. What is left at the end of a slab is not used. */
  readonly #free: (number[] | undefined)[] = [];
  #next = 0;
  #left = 0;
  #used = 0;

  /** Bytes that hold records, rounded up to grains; and bytes taken from the system. */
  get usage(): { readonly usedBytes: number; readonly heldBytes: number } {
    return { usedBytes: this.#used, heldBytes: this.#slabs.reduce((sum, slab) => sum + slab.byteLength, 0) };
  }

  put(bytes: Uint8Array): number {
    const grains = grainsOf(bytes.byteLength);
    const place = this.#take(grains);
    (this.#slabs[Math.floor(place / slotsPerSlab)] as Uint8Array).set(bytes, (place % slotsPerSlab) * grain);
    this.#used += grains * grain;
    return place;
  }

  /** A view, valid until the place is freed. */
  read(place: number, length: number): Uint8Array {
    const start = (place % slotsPerSlab) * grain;
    return (this.#slabs[Math.floor(place / slotsPerSlab)] as Uint8Array).subarray(start, start + length);
  }

  free(place: number, length: number): void {
    const grains = grainsOf(length);
    this.#used -= grains * grain;
    if (isLarge(grains)) this.#slabs[Math.floor(place / slotsPerSlab)] = new Uint8Array(0);
    const places = this.#free[grains];
    if (places) places.push(place);
    else this.#free[grains] = [place];
  }

  #take(grains: number): number {
    const reused = this.#free[grains]?.pop();
    if (isLarge(grains)) return this.#takeLarge(grains, reused);
    if (reused !== undefined) return reused;
    if (this.#left < grains) {
      this.#slabs.push(new Uint8Array(slabBytes));
      this.#next = (this.#slabs.length - 1) * slotsPerSlab;
      this.#left = slotsPerSlab;
    }
    const place = this.#next;
    this.#next += grains;
    this.#left -= grains;
    return place;
  }

  #takeLarge(grains: number, reused: number | undefined): number {
    const bytes = new Uint8Array(grains * grain);
    if (reused === undefined) return (this.#slabs.push(bytes) - 1) * slotsPerSlab;
    this.#slabs[Math.floor(reused / slotsPerSlab)] = bytes;
    return reused;
  }
}

/** Four sizes to a doubling, so that a record that grows a little finds its old place again. */
function grainsOf(length: number): number {
  const grains = Math.max(1, Math.ceil(length / grain));
  if (grains <= 8) return grains;
  const step = 1 << (29 - Math.clz32(grains));
  return Math.ceil(grains / step) * step;
}

function isLarge(grains: number): boolean {
  return grains > slotsPerSlab / 4;
}
