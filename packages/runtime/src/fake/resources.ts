import { createHash } from 'node:crypto';
import type { ImageFacts, NetworkSpec, VolumeSpec } from '../driver.js';
import { RuntimeError } from '../errors.js';
import { carries } from './container.js';

/** The images of the fake engine. Every image exists in every registry unless a pull is scripted to fail. */
export class FakeImages {
  readonly #present = new Map<string, ImageFacts>();
  readonly #all: boolean;

  /** `all`: every image is present already, none needs a pull. */
  constructor(present: readonly string[] | 'all', nowMs: number) {
    this.#all = present === 'all';
    if (present !== 'all') for (const image of present) this.add(image, nowMs);
  }

  add(image: string, nowMs: number, facts: Partial<ImageFacts> = {}): void {
    this.#present.set(image, { ...factsOfImage(image, nowMs), ...facts });
  }

  find(image: string): ImageFacts | undefined {
    const found = this.#present.get(image) ?? this.list().find((i) => i.id === image);
    return found ?? (this.#all ? factsOfImage(image, 0) : undefined);
  }

  list(): readonly ImageFacts[] {
    return [...this.#present.values()];
  }

  remove(id: string): void {
    for (const [image, facts] of this.#present)
      if (facts.id === id || image === id) this.#present.delete(image);
  }
}

function factsOfImage(image: string, nowMs: number): ImageFacts {
  const hash = createHash('sha256').update(image).digest('hex');
  return {
    id: `sha256:${hash}`,
    tags: [image],
    digests: [`${repositoryOf(image)}@sha256:${createHash('sha256').update(hash).digest('hex')}`],
    sizeBytes: 1_000_000,
    createdAtMs: nowMs,
    os: 'linux',
    architecture: 'amd64',
    volumes: [],
    entryPoint: [],
    command: ['sh'],
  };
}

function repositoryOf(image: string): string {
  const [bare = ''] = image.split('@');
  const colon = bare.indexOf(':', bare.lastIndexOf('/') + 1);
  return colon < 0 ? bare : bare.slice(0, colon);
}

export class FakeVolumes {
  readonly #volumes = new Map<string, VolumeSpec>();

  create(spec: VolumeSpec): void {
    if (!this.#volumes.has(spec.name)) this.#volumes.set(spec.name, spec);
  }

  has(name: string): boolean {
    return this.#volumes.has(name);
  }

  remove(name: string, inUse: boolean): void {
    if (this.#volumes.has(name) && inUse) throw new RuntimeError('RuntimeError', `volume ${name} is in use`);
    this.#volumes.delete(name);
  }

  list(labels: Readonly<Record<string, string>>): readonly string[] {
    return [...this.#volumes.values()].filter((v) => carries(v.labels, labels)).map((v) => v.name);
  }
}

export interface FakeNetwork {
  readonly id: string;
  readonly gateway: string;
  readonly bridge: string;
}

export class FakeNetworks {
  readonly #networks = new Map<string, FakeNetwork>();

  create(spec: NetworkSpec): FakeNetwork {
    const known = this.#networks.get(spec.name);
    if (known) return known;
    const id = createHash('sha256').update(spec.name).digest('hex');
    const base = spec.subnet?.split('/')[0] ?? `172.${18 + this.#networks.size}.0.0`;
    const made = {
      id,
      gateway: base.replace(/\d+$/, (last) => String(Number(last) + 1)),
      bridge: spec.bridge ?? `br-${id.slice(0, 12)}`,
    };
    this.#networks.set(spec.name, made);
    return made;
  }

  remove(name: string): void {
    this.#networks.delete(name);
  }
}
