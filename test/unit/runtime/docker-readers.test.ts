import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { cgroupPaths, networkCounters, readCgroup } from '../../../packages/runtime/src/docker/cgroup.js';
import { connectionOf } from '../../../packages/runtime/src/docker/engine-host.js';
import { containerFacts, type Inspected } from '../../../packages/runtime/src/docker/facts.js';
import { splitReference } from '../../../packages/runtime/src/docker/images.js';
import { createBody } from '../../../packages/runtime/src/docker/mapping/create-body.js';
import { firstAddress } from '../../../packages/runtime/src/docker/networks.js';
import { demultiplexer, jsonLines, TailBuffer } from '../../../packages/runtime/src/docker/streams.js';
import { aContainerSpec } from './spec.js';

/** A stream of bytes, cut into chunks of these sizes. */
function cut(bytes: Buffer, sizes: readonly number[]): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0, i = 0; at < bytes.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    chunks.push(bytes.subarray(at, at + size));
    at += size;
  }
  return chunks;
}

const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });

function frame(stream: number, bytes: Buffer): Buffer {
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
}

describe('the readers of the engine', () => {
  it('take frames apart however the chunks cut them', () => {
    const frames = fc.array(fc.tuple(fc.constantFrom(1, 2), fc.uint8Array({ maxLength: 50 })));
    fc.assert(
      fc.property(frames, sizes, (given, chunkSizes) => {
        const read: Record<number, Buffer[]> = { 1: [], 2: [] };
        const feed = demultiplexer((stream, bytes) => read[stream]?.push(Buffer.from(bytes)));
        for (const chunk of cut(Buffer.concat(given.map(([s, b]) => frame(s, Buffer.from(b)))), chunkSizes))
          feed(chunk);
        for (const stream of [1, 2]) {
          const sent = given.filter(([s]) => s === stream).map(([, b]) => Buffer.from(b));
          expect(Buffer.concat(read[stream] ?? []).equals(Buffer.concat(sent))).to.equal(true);
        }
      }),
    );
  });

  it('take 60,000 frames of one chunk apart', () => {
    let bytes = 0;
    const feed = demultiplexer((_, b) => {
      bytes += b.length;
    });
    feed(Buffer.concat(Array.from({ length: 60_000 }, () => frame(1, Buffer.from('ab')))));
    expect(bytes).to.equal(120_000);
  });

  it('read JSON lines however the chunks cut them, characters included', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ text: fc.string({ unit: 'grapheme' }) })),
        sizes,
        async (given, chunkSizes) => {
          const bytes = Buffer.from(given.map((v) => `${JSON.stringify(v)}\r\n`).join(''));
          const read = [];
          for await (const value of jsonLines(Readable.from(cut(bytes, chunkSizes)))) read.push(value);
          expect(read).to.deep.equal(given);
        },
      ),
    );
  });

  it('keep the last bytes and never half a character', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        sizes,
        fc.integer({ min: 4, max: 60 }),
        (text, chunkSizes, limit) => {
          const tail = new TailBuffer(limit);
          for (const chunk of cut(Buffer.from(text), chunkSizes)) tail.add(chunk);
          expect(Buffer.byteLength(tail.text())).to.be.at.most(limit);
          expect(text.endsWith(tail.text())).to.equal(true);
        },
      ),
    );
  });
});

describe('the facts of a container', () => {
  it('never end it before its start, though the engine may', () => {
    const facts = containerFacts({
      Id: 'c1',
      Name: '/web',
      Created: '2030-01-01T00:00:00Z',
      Config: { Labels: {}, Image: 'web' },
      State: {
        Status: 'exited',
        ExitCode: 7,
        StartedAt: '2030-01-01T00:00:01.003Z',
        FinishedAt: '2030-01-01T00:00:01.002Z',
      },
      NetworkSettings: { Ports: null, Networks: null },
    } as unknown as Inspected);
    expect(facts).to.include({ name: 'web', state: 'exited', exitCode: 7 });
    expect(facts.finishedAtMs).to.equal(facts.startedAtMs).and.to.be.greaterThan(0);
  });
});

describe('a reference of an image', () => {
  for (const [image, name, tag] of [
    ['busybox', 'busybox', 'latest'],
    ['busybox:1.36', 'busybox', '1.36'],
    ['registry:5000/team/web', 'registry:5000/team/web', 'latest'],
    ['registry:5000/team/web:2', 'registry:5000/team/web', '2'],
    ['web@sha256:abc', 'web', 'sha256:abc'],
    ['registry:5000/web:2@sha256:abc', 'registry:5000/web', 'sha256:abc'],
  ] as const)
    it(`${image} is ${name} and ${tag}`, () => {
      expect(splitReference(image)).to.deep.equal({ name, tag });
    });
});

describe('the address of an engine', () => {
  it('is a socket or a host, and nothing is taken from the environment', () => {
    expect(connectionOf({ url: 'unix:///run/docker.sock' })).to.include({
      socketPath: '/run/docker.sock',
      host: undefined,
    });
    expect(connectionOf({ url: 'tcp://10.0.0.1' })).to.include({
      host: '10.0.0.1',
      port: 2375,
      protocol: 'http',
    });
    const tls = { ca: 'a', cert: 'b', key: 'c' };
    expect(connectionOf({ url: 'tcp://10.0.0.1:99', tls })).to.include({
      port: 99,
      protocol: 'https',
      ca: 'a',
    });
    expect(() => connectionOf({ url: 'ssh://me@host' })).to.throw('not ssh://');
  });

  it('has its gateway first in its subnet', () => {
    expect(firstAddress('172.18.0.0/16')).to.equal('172.18.0.1');
    expect(firstAddress('fd00::/64')).to.equal('');
  });
});

describe('usage from cgroup files', () => {
  const version1 = {
    '/cg/memory/docker/c1/memory.usage_in_bytes': '9000000\n',
    '/cg/memory/docker/c1/memory.limit_in_bytes': '67108864\n',
    '/cg/memory/docker/c1/memory.stat': 'cache 100\ninactive_file 1\ntotal_inactive_file 1000000\n',
    '/cg/cpuacct/docker/c1/cpuacct.usage': '123456789\n',
    '/cg/blkio/docker/c1/blkio.throttle.io_service_bytes':
      '8:0 Read 4096\n8:0 Write 100\n8:16 Read 4\n8:0 Total 4196\nTotal 4200\n',
  };
  const version2 = {
    '/cg/system.slice/docker-c1.scope/memory.current': '9000000\n',
    '/cg/system.slice/docker-c1.scope/memory.max': '67108864\n',
    '/cg/system.slice/docker-c1.scope/memory.stat': 'anon 5\nfile 6\ninactive_file 1000000\n',
    '/cg/system.slice/docker-c1.scope/cpu.stat': 'usage_usec 123456\nuser_usec 1\nsystem_usec 2\n',
    '/cg/system.slice/docker-c1.scope/io.stat':
      '8:0 rbytes=4096 wbytes=100 rios=1 wios=1\n8:16 rbytes=4 wbytes=0 rios=1 wios=0\n',
  };
  const trees = [
    {
      name: 'version 1',
      files: version1,
      paths: '12:memory:/docker/c1\n11:cpu,cpuacct:/docker/c1\n5:blkio:/docker/c1\n0::/docker/c1\n',
      cpuNanos: 123456789,
      limit: '/cg/memory/docker/c1/memory.limit_in_bytes',
      unlimited: '9223372036854771712',
    },
    {
      name: 'version 2',
      files: version2,
      paths: '0::/system.slice/docker-c1.scope\n',
      cpuNanos: 123456000,
      limit: '/cg/system.slice/docker-c1.scope/memory.max',
      unlimited: 'max',
    },
  ];
  for (const { name, files, paths, cpuNanos, limit, unlimited } of trees) {
    const read = (changes: Readonly<Record<string, string | undefined>>) =>
      readCgroup('/cg', cgroupPaths(paths), (path) =>
        Promise.resolve(({ ...files, ...changes } as Record<string, string | undefined>)[path]),
      );

    it(`of ${name} counts memory without the cache that can be dropped`, async () => {
      expect(await read({})).to.deep.equal({
        cpuNanos,
        memoryBytes: 8_000_000,
        memoryLimitBytes: 64 * 1024 ** 2,
        blockReadBytes: 4100,
        blockWriteBytes: 100,
      });
    });

    it(`of ${name} shows no limit as 0`, async () => {
      expect((await read({ [limit]: `${unlimited}\n` }))?.memoryLimitBytes).to.equal(0);
    });

    it(`of ${name} is unknown when the cgroup is gone`, async () => {
      const gone = Object.fromEntries(Object.keys(files).map((path) => [path, undefined]));
      expect(await read(gone)).to.equal(undefined);
    });
  }

  it('counts the network without the loopback', () => {
    const text = [
      'Inter-|   Receive                                                |  Transmit',
      ' face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets errs drop fifo colls',
      '    lo:     500       5    0    0    0     0          0         0      500       5    0    0    0     0',
      '  eth0: 1000      10    1    2    0     0          0         0     2000      20    3    4    0     0',
    ].join('\n');
    expect([...networkCounters(text)]).to.deep.equal([
      [
        'eth0',
        {
          rxBytes: 1000,
          rxPackets: 10,
          rxErrors: 1,
          rxDropped: 2,
          txBytes: 2000,
          txPackets: 20,
          txErrors: 3,
          txDropped: 4,
        },
      ],
    ]);
  });
});

describe('the body of a create', () => {
  it('of an empty definition asks for nothing but what ECS always sets', () => {
    expect(createBody(aContainerSpec({ labels: { a: 'b' }, network: { mode: 'none' } }))).to.deep.equal({
      Image: 'busybox:1.36',
      Env: [],
      Labels: { a: 'b' },
      Tty: false,
      OpenStdin: false,
      Healthcheck: { Test: ['NONE'] },
      HostConfig: {
        CapAdd: [],
        CapDrop: [],
        CpuShares: 2,
        Devices: [],
        NetworkMode: 'none',
        Privileged: false,
        ReadonlyRootfs: false,
        RestartPolicy: { Name: 'no', MaximumRetryCount: 0 },
        Ulimits: [],
      },
    });
  });
});
