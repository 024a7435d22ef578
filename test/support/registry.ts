import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { ListenOptions } from 'node:net';
import { gzipSync } from 'node:zlib';
import { type Deferred, deferred } from '@longshore/kit';
import { TestEngine, testImage } from './docker.js';

interface Blob {
  readonly bytes: Buffer;
  readonly type: string;
}

const types = {
  manifest: 'application/vnd.docker.distribution.manifest.v2+json',
  list: 'application/vnd.docker.distribution.manifest.list.v2+json',
  config: 'application/vnd.docker.container.image.v1+json',
  layer: 'application/vnd.docker.image.rootfs.diff.tar.gzip',
} as const;

/**
 * A registry on loopback, which engines take without TLS. It serves what the test has pushed: the tests' image with a
 * layer and a variable of its own, so that each push has a digest of its own.
 */
export class TestRegistry {
  readonly #servers: Server[] = [];
  readonly #blobs = new Map<string, Blob>();
  /** Digest by `name:tag`. */
  readonly #tags = new Map<string, string>();
  readonly #engine: TestEngine;
  #base: Buffer | undefined;
  #held: Deferred<void> | undefined;
  /** Answered to everything, where set: a registry that refuses. */
  refusal: number | undefined;
  /** Asked of everybody, where set: a private registry. As `user:password`. */
  login: string | undefined;
  /** Manifests that were asked for, as `name:reference`. */
  readonly asked: string[] = [];

  constructor(engine = new TestEngine()) {
    this.#engine = engine;
  }

  async start(): Promise<this> {
    if (this.#servers.length === 0) await this.#listen({ host: '127.0.0.1', port: 0 });
    return this;
  }

  /** Answers at a socket as well: the way in from another network namespace. */
  async listenAt(path: string): Promise<void> {
    await this.#listen({ path });
  }

  async #listen(at: ListenOptions): Promise<void> {
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#servers.push(server);
    await new Promise<void>((resolve) => server.listen(at, resolve));
  }

  async stop(): Promise<void> {
    this.release();
    for (const server of this.#servers) {
      server.closeAllConnections();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    }
  }

  get host(): string {
    return `127.0.0.1:${this.port}`;
  }

  get port(): number {
    const address = this.#servers[0]?.address();
    if (typeof address !== 'object' || address === null) throw new Error('the registry does not listen');
    return address.port;
  }

  /** From now on a layer stops half-way, until `release`. */
  hold(): void {
    this.#held ??= deferred();
  }

  release(): void {
    this.#held?.resolve();
    this.#held = undefined;
  }

  /** Makes an image whose containers see `VERSION`, and moves the tag to it; gives its digest. */
  async push(name: string, tag: string, version: string, extraBytes = 1024): Promise<string> {
    this.#base ??= await this.#baseLayer();
    const layers = [this.#base, tarOf(`layer-${version}`, randomBytes(extraBytes))];
    const config = Buffer.from(
      JSON.stringify({
        architecture: process.arch === 'arm64' ? 'arm64' : 'amd64',
        os: 'linux',
        config: { Cmd: ['sh'], Env: ['PATH=/bin:/usr/bin', `VERSION=${version}`] },
        rootfs: { type: 'layers', diff_ids: layers.map(digestOf) },
        history: layers.map(() => ({ created: '2020-01-01T00:00:00Z', created_by: 'test' })),
      }),
    );
    const manifest = Buffer.from(
      JSON.stringify({
        schemaVersion: 2,
        mediaType: types.manifest,
        config: this.#keep(config, types.config),
        layers: layers.map((layer) => this.#keep(gzipSync(layer), types.layer)),
      }),
    );
    const { digest } = this.#keep(manifest, types.manifest);
    this.#tags.set(`${name}:${tag}`, digest);
    return digest;
  }

  /** The same image under another name. */
  alias(of: string, name: string): void {
    const digest = this.#tags.get(of);
    if (digest !== undefined) this.#tags.set(name, digest);
  }

  /** Leaves of the image nothing but what a machine of another architecture can use; gives the list's digest. */
  onlyFor(architecture: string, name: string, tag: string): string {
    const digest = this.#tags.get(`${name}:${tag}`) ?? '';
    const size = this.#blobs.get(digest)?.bytes.length ?? 0;
    const platform = { architecture, os: 'linux' };
    const list = {
      schemaVersion: 2,
      mediaType: types.list,
      manifests: [{ mediaType: types.manifest, size, digest, platform }],
    };
    const kept = this.#keep(Buffer.from(JSON.stringify(list)), types.list);
    this.#tags.set(`${name}:${tag}`, kept.digest);
    return kept.digest;
  }

  #keep(bytes: Buffer, type: string): { mediaType: string; size: number; digest: string } {
    const digest = digestOf(bytes);
    this.#blobs.set(digest, { bytes, type });
    return { mediaType: type, size: bytes.length, digest };
  }

  async #baseLayer(): Promise<Buffer> {
    const files = filesOf(await this.#engine.bytes(`/images/${testImage}/get`));
    const manifest = JSON.parse(files.get('manifest.json')?.toString() ?? '[]') as { Layers: string[] }[];
    const layer = files.get(manifest[0]?.Layers[0] ?? '');
    if (!layer) throw new Error(`${testImage} has no layer`);
    return layer;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    if (this.refusal !== undefined) return void response.writeHead(this.refusal).end();
    const basic = `Basic ${Buffer.from(this.login ?? '').toString('base64')}`;
    if (this.login !== undefined && request.headers.authorization !== basic) {
      const errors = [{ code: 'UNAUTHORIZED', message: 'authentication required' }];
      return void response
        .writeHead(401, { 'www-authenticate': 'Basic realm="registry"', 'content-type': 'application/json' })
        .end(JSON.stringify({ errors }));
    }
    if (path === '/v2/') return void response.writeHead(200).end('{}');
    const [, name = '', kind, reference = ''] = /^\/v2\/(.+)\/(manifests|blobs)\/(.+)$/.exec(path) ?? [];
    if (kind === 'manifests' && request.method === 'GET') this.asked.push(`${name}:${reference}`);
    const digest = reference.startsWith('sha256:') ? reference : this.#tags.get(`${name}:${reference}`);
    const blob = digest === undefined ? undefined : this.#blobs.get(digest);
    if (!blob || digest === undefined) {
      const errors = [{ code: 'MANIFEST_UNKNOWN', message: 'manifest unknown' }];
      return void response
        .writeHead(404, { 'content-type': 'application/json' })
        .end(JSON.stringify({ errors }));
    }
    const { bytes, type } = blob;
    response.writeHead(200, {
      'content-type': type,
      'content-length': bytes.length,
      'docker-content-digest': digest,
    });
    if (request.method === 'HEAD') return void response.end();
    const half = bytes.length >> 1;
    response.write(bytes.subarray(0, half));
    if (type === types.layer) await this.#held?.promise;
    response.end(bytes.subarray(half));
  }
}

function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** A tar of one file. */
function tarOf(name: string, bytes: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write('0000644\0', 100);
  header.write('0000000\0', 108);
  header.write('0000000\0', 116);
  header.write(`${bytes.length.toString(8).padStart(11, '0')}\0`, 124);
  header.write('00000000000\0', 136);
  header.write('        0', 148);
  header.write('ustar\x0000', 257, 'latin1');
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
  return Buffer.concat([header, bytes, Buffer.alloc(1024 + ((512 - (bytes.length % 512)) % 512))]);
}

/** The regular files of a tar, by name. */
function filesOf(tar: Buffer): ReadonlyMap<string, Buffer> {
  const files = new Map<string, Buffer>();
  for (let at = 0; at + 512 <= tar.length; ) {
    const text = (from: number, length: number): string =>
      tar.toString('latin1', at + from, at + from + length).split('\0')[0] ?? '';
    const name = text(0, 100);
    if (name === '') break;
    const size = Number.parseInt(text(124, 12).trim() || '0', 8);
    if (['0', ''].includes(text(156, 1))) files.set(name, tar.subarray(at + 512, at + 512 + size));
    at += 512 + Math.ceil(size / 512) * 512;
  }
  return files;
}
