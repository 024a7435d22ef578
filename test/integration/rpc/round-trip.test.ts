import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@longshore/kit';
import { accessDenied, EcsError, storeAway } from '@longshore/model';
import {
  type Attempt,
  agentClient,
  ecsClient,
  type Handlers,
  longshoreClient,
  openChannel,
  type RpcCall,
  type RpcError,
} from '@longshore/rpc';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { duplexCall } from './bare-http2.js';
import { type Caller, type EcsHandlers, failure, setUp, takeDown } from './rig.js';

describe('rpc', () => {
  afterEach(async () => {
    await takeDown();
  });

  it('gives both sides the plain shapes, with lists always there', async () => {
    let seen: unknown;
    const set = await setUp({
      ecs: {
        RunTask: async (request) => {
          seen = request;
          return { tasks: [{ taskArn: 'a', version: 3, createdAt: { seconds: 5, nanos: 7 } }] };
        },
      },
    });
    const client = ecsClient(set.channel({ cluster: 'blue' }));
    const answer = await client.RunTask({ taskDefinition: 'web', count: 0, launchType: 'EC2' });
    expect(seen).to.include({ taskDefinition: 'web', count: 0, launchType: 'EC2', cluster: 'blue' });
    expect(seen)
      .to.have.property('clientToken')
      .that.matches(/^[0-9a-f]{32}$/);
    expect(seen).to.have.deep.property('tags', []);
    expect(answer.failures).to.deep.equal([]);
    expect(answer.tasks?.[0]).to.deep.include({
      taskArn: 'a',
      version: 3,
      createdAt: { seconds: 5, nanos: 7 },
    });
  });

  const errors: readonly {
    readonly name: string;
    readonly thrown: Error;
    readonly expected: Partial<RpcError>;
  }[] = [
    {
      name: 'an exception of ECS keeps its name and message',
      thrown: new EcsError('ClusterNotFoundException', 'Cluster not found.'),
      expected: { code: 'ClusterNotFoundException', status: 'NOT_FOUND', message: 'Cluster not found.' },
    },
    {
      name: 'a conflict names what the token made',
      thrown: new EcsError('ConflictException', 'used', { resourceIds: ['a', 'b'] }),
      expected: { code: 'ConflictException', status: 'ABORTED', resourceIds: ['a', 'b'] },
    },
    {
      name: 'a store that is away is UNAVAILABLE and says when to come again',
      thrown: storeAway('etcd does not answer'),
      expected: { code: 'ServerException', status: 'UNAVAILABLE', retryAfterMs: 1000, retryable: true },
    },
    {
      name: 'what nobody foresaw tells nothing of its insides',
      thrown: new TypeError('secret of the house'),
      expected: { code: 'ServerException', status: 'INTERNAL', message: 'An internal error occurred.' },
    },
    {
      name: 'a message of several lines and alphabets arrives whole',
      thrown: new EcsError('ClientException', 'zeile eins\nzweite: größer als 100 %'),
      expected: { code: 'ClientException', message: 'zeile eins\nzweite: größer als 100 %' },
    },
  ];
  for (const c of errors)
    it(c.name, async () => {
      const set = await setUp({ ecs: { StopTask: () => Promise.reject(c.thrown) } });
      const client = ecsClient(set.channel());
      const error = await failure(client.StopTask({ task: 't' }, { timeoutMs: 500 }));
      expect(error).to.deep.include(c.expected);
      expect(error.answered).to.equal(true);
    });

  it('answers a method that is not built with UnsupportedFeatureException', async () => {
    const set = await setUp();
    const error = await failure(ecsClient(set.channel()).CreateDaemon({}));
    expect(error).to.include({ code: 'UnsupportedFeatureException', status: 'UNIMPLEMENTED' });
    expect(error.message).to.contain('CreateDaemon');
  });

  it('refuses before it sends what protobuf would silently change', async () => {
    const set = await setUp();
    const client = ecsClient(set.channel());
    const wrong = [{ launchType: 'ec2' }, { taskdefinition: 'x' }, { count: '3' }] as readonly object[];
    for (const request of wrong) {
      const error = await client.RunTask(request).then(
        () => undefined,
        (e: unknown) => e,
      );
      expect(error).to.be.instanceOf(CodedError);
    }
    expect(set.outcomes).to.deep.equal([]);
  });

  it('refuses on the server what another client lets through', async () => {
    const set = await setUp({ ecs: { ListAttributes: async () => ({}) } });
    // Field 1 is text whose strings ECS lists; this client does not check.
    const { status } = await duplexCall(
      set.server.port,
      '/longshore.v1.EcsService/ListAttributes',
      [10, 1, 120],
    );
    expect(status).to.equal('3');
    expect(set.outcomes[0]?.code).to.equal('InvalidParameterException');
  });

  it('answers bytes that are no message with SerializationException', async () => {
    const set = await setUp({ ecs: { ListAttributes: async () => ({}) } });
    const { status } = await duplexCall(set.server.port, '/longshore.v1.EcsService/ListAttributes', [15]);
    expect(status).to.equal('3');
    expect(set.outcomes[0]?.code).to.equal('SerializationException');
  });

  it('asks the door before every method, and lets nobody in whom it refuses', async () => {
    const attempts: Attempt[] = [];
    let reached = 0;
    const set = await setUp({
      ecs: { ListClusters: async () => ({ nextToken: String(reached++) }) },
      longshore: {
        WatchEvents: async function* () {
          reached++;
          yield {};
        },
      },
      options: {
        authorize: (attempt) => {
          attempts.push(attempt);
          if (attempt.token !== 'right') throw accessDenied('no');
          return { token: attempt.token };
        },
      },
    });
    for (const token of [undefined, 'wrong']) {
      const channel = set.channel({ token });
      const unary = await failure(ecsClient(channel).ListClusters({}));
      expect(unary).to.include({ code: 'AccessDeniedException', status: 'PERMISSION_DENIED' });
      const stream = await failure(collect(longshoreClient(channel).WatchEvents({})));
      expect(stream.code).to.equal('AccessDeniedException');
    }
    expect(reached).to.equal(0);
    expect(attempts.map((a) => a.operation)).to.have.members([
      'ListClusters',
      'WatchEvents',
      'ListClusters',
      'WatchEvents',
    ]);
    await ecsClient(set.channel({ token: () => 'right\n' })).ListClusters({});
    expect(reached).to.equal(1);
    expect(set.outcomes.at(-1)).to.include({ code: 'OK', operation: 'ListClusters' });
  });

  it('aborts the handler when the deadline passes', async () => {
    let aborted: Promise<unknown> | undefined;
    let remainingMs = 0;
    const set = await setUp({
      agent: {
        Poll: async (_request, call) => {
          remainingMs = call.remainingMs;
          aborted = untilAborted(call.signal);
          await aborted;
          return {} as never;
        },
      },
    });
    const error = await failure(agentClient(set.channel()).Poll({} as never, { timeoutMs: 100 }));
    expect(error.status).to.equal('DEADLINE_EXCEEDED');
    await aborted;
    expect(remainingMs).to.be.within(1, 101);
  });

  it('aborts the handler when the caller goes, and rejects with the reason of the caller', async () => {
    const started = deferredCall();
    const set = await setUp({ agent: { Poll: (_request, call) => started.take(call) } });
    const controller = new AbortController();
    const call = agentClient(set.channel()).Poll({} as never, { signal: controller.signal });
    const running = await started.call;
    controller.abort(new Error('enough'));
    const error = await call.then(
      () => undefined,
      (e: Error) => e.message,
    );
    expect(error).to.equal('enough');
    await untilAborted(running.signal);
  });

  it('sends a stream no faster than it is read', async () => {
    let made = 0;
    const set = await setUp({
      longshore: {
        WatchEvents: async function* () {
          for (; made < 20_000; made++) yield { detailType: 'x'.repeat(1000) };
        },
      },
    });
    let read = 0;
    for await (const event of longshoreClient(set.channel()).WatchEvents({})) {
      expect(event.detailType).to.have.length(1000);
      if (++read === 50) break;
    }
    expect(made).to.be.lessThan(2_000);
  });

  it('ends a stream with the exception that its handler threw', async () => {
    const set = await setUp({
      longshore: {
        WatchEvents: async function* () {
          yield { revision: 1 };
          throw new EcsError('ClusterNotFoundException', 'Cluster not found.');
        },
      },
    });
    const seen: unknown[] = [];
    const error = await failure(collect(longshoreClient(set.channel()).WatchEvents({}), seen));
    expect(error.code).to.equal('ClusterNotFoundException');
    expect(seen).to.have.length(1);
  });

  it('retries reads over a refusal that says when, and gives up others at once', async () => {
    let calls = 0;
    const set = await setUp({
      ecs: {
        ListClusters: async () => {
          if (++calls < 3) throw storeAway('gone', { retryAfterMs: 10 });
          return {};
        },
        StopTask: async () => {
          calls++;
          throw new EcsError('ServerException', 'half done');
        },
      },
    });
    const client = ecsClient(set.channel());
    await client.ListClusters({});
    expect(calls).to.equal(3);
    await failure(client.StopTask({ task: 't' }));
    expect(calls).to.equal(4);
  });

  it('stops within its bound though a call runs, and tells long polls first', async () => {
    const polite = deferredCall();
    const rude = deferredCall();
    const set = await setUp({
      agent: {
        Poll: async (_request, call) => {
          void polite.take(call);
          await untilAborted(call.draining);
          return { complete: false } as never;
        },
        Report: (_request, call) => rude.take(call),
      },
    });
    const client = agentClient(set.channel());
    const poll = client.Poll({} as never);
    const report = failure(client.Report({} as never));
    await Promise.all([polite.call, rude.call]);
    await set.server.stop();
    expect(await poll).to.have.property('complete', false);
    expect((await report).retryable).to.equal(true);
  });

  it('goes to the replica that lives when the other stops', async () => {
    const answer: EcsHandlers = { ListClusters: async () => ({ nextToken: 'x' }) };
    const [a, b] = [await setUp({ ecs: answer }), await setUp({ ecs: answer })];
    const endpoints = [`127.0.0.1:${a.server.port}`, `localhost:${b.server.port}`];
    const client = ecsClient(a.channel({ endpoints }));
    for (let i = 0; i < 8; i++) await client.ListClusters({});
    expect([a.outcomes.length, b.outcomes.length]).to.satisfy((n: number[]) => n.every((c) => c >= 2));
    await a.server.stop();
    for (let i = 0; i < 8; i++) await client.ListClusters({});
    expect(a.outcomes.length + b.outcomes.length).to.equal(16);
  });

  it('keeps an agent on one connection', async () => {
    const handlers: Handlers<'AgentService', Caller> = { Poll: async () => ({}) as never };
    const [a, b] = [await setUp({ agent: handlers }), await setUp({ agent: handlers })];
    const endpoints = [`127.0.0.1:${a.server.port}`, `127.0.0.1:${b.server.port}`];
    const client = agentClient(a.channel({ endpoints, balance: 'one' }));
    for (let i = 0; i < 6; i++) await client.Poll({} as never);
    expect([a.outcomes.length, b.outcomes.length]).to.have.members([0, 6]);
    expect(new Set([...a.outcomes, ...b.outcomes].map((o) => o.peer)).size).to.equal(1);
  });

  it('says that nothing is reached, and waits for it when told to', async () => {
    const first = await setUp({ ecs: { ListClusters: async () => ({}) } });
    const { port } = first.server;
    await first.close();
    await takeDown([first]);
    const channel = openChannel({ endpoints: [`127.0.0.1:${port}`] });
    try {
      const error = await failure(ecsClient(channel).StopTask({ task: 't' }));
      expect(error).to.include({ status: 'UNAVAILABLE', code: 'UNAVAILABLE', answered: false });
      const waiting = ecsClient(channel).ListClusters({}, { waitForReady: true, timeoutMs: 15_000 });
      await setUp({
        ecs: { ListClusters: async () => ({}) },
        options: { listen: { host: '127.0.0.1', port } },
      });
      await waiting;
    } finally {
      channel.close();
    }
  });

  it('survives garbage on its port', async () => {
    const set = await setUp({ ecs: { ListClusters: async () => ({}) } });
    const preface = 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n';
    const garbage = [
      'GET / HTTP/1.1\r\nHost: x\r\n\r\n',
      '\x16\x03\x01\x02\x00\x01\x00\x01\xfc',
      Buffer.alloc(100_000, 0xff),
      preface,
      Buffer.concat([Buffer.from(preface), Buffer.alloc(5_000, 0x41)]),
      Buffer.concat([Buffer.from(preface), Buffer.from([0, 0, 4, 8, 0, 0, 0, 0, 0, 0, 0, 0, 0])]),
    ];
    await Promise.all(garbage.map((bytes) => sendRaw(set.server.port, bytes)));
    await ecsClient(set.channel()).ListClusters({});
  });

  for (const secure of [false, true])
    it(`shows by what came on the connection that a caller lives that only waits${secure ? ', by TLS' : ''}`, async () => {
      const directory = mkdtempSync(join(tmpdir(), 'longshore-rpc-'));
      try {
        const tls = secure ? certificate(directory) : undefined;
        const waiting = deferredCall();
        const set = await setUp({ ecs: { ListClusters: (_, call) => waiting.take(call) }, options: { tls } });
        const channel = set.channel({
          endpoints: [`${secure ? 'https' : 'http'}://localhost:${set.server.port}`],
          keepAlive: { timeMs: 50, timeoutMs: 5_000 },
          ...(tls ? { tls: { caFile: tls.certFile } } : {}),
        });
        const caller = new AbortController();
        const call = ecsClient(channel).ListClusters({}, { signal: caller.signal });
        call.catch(() => undefined);
        const running = await waiting.call;
        const { connection } = running;
        const atFirst = connection?.receivedBytes ?? Number.NaN;
        await eventually(() => expect(connection?.receivedBytes).to.be.greaterThan(atFirst + 2 * 17));
        caller.abort(new Error('enough'));
        channel.close();
        await eventually(() => expect(running.connection).to.equal(undefined));
      } finally {
        rmSync(directory, { recursive: true });
      }
    });

  it('speaks TLS, and trusts only whom it was told to', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'longshore-rpc-'));
    try {
      const tls = certificate(directory);
      const set = await setUp({ ecs: { ListClusters: async () => ({}) }, options: { tls } });
      const endpoints = [`https://localhost:${set.server.port}`];
      await ecsClient(set.channel({ endpoints, tls: { caFile: tls.certFile } })).ListClusters({});
      const stranger = ecsClient(set.channel({ endpoints }));
      expect((await failure(stranger.StopTask({}, { timeoutMs: 1000 }))).answered).to.equal(false);
    } finally {
      rmSync(directory, { recursive: true });
    }
  });

  for (const { holds, taken } of [
    { holds: 'IP:127.0.0.1', taken: true },
    { holds: 'DNS:localhost', taken: false },
    { holds: 'IP:127.0.0.2', taken: false },
  ])
    it(`${taken ? 'takes' : 'refuses'} a certificate of ${holds} from https://127.0.0.1, and warns of nothing`, async () => {
      const directory = mkdtempSync(join(tmpdir(), 'longshore-rpc-'));
      const warnings: string[] = [];
      const warned = (warning: Error): number => warnings.push(warning.message);
      process.on('warning', warned);
      try {
        const tls = certificate(directory, holds);
        const set = await setUp({ ecs: { StopTask: async () => ({}) }, options: { tls } });
        const endpoints = [`https://127.0.0.1:${set.server.port}`];
        const of = (settings: object) =>
          ecsClient(set.channel({ endpoints, tls: { caFile: tls.certFile, ...settings } }));
        for (const client of [of({}), of({ serverName: '127.0.0.1' })]) {
          const asked = client.StopTask({}, { timeoutMs: 1000 });
          if (taken) await asked;
          else expect((await failure(asked)).answered).to.equal(false);
        }
        expect(warnings).to.deep.equal([]);
      } finally {
        process.off('warning', warned);
        rmSync(directory, { recursive: true });
      }
    });
});

function certificate(
  directory: string,
  holds = 'DNS:localhost',
): { readonly certFile: string; readonly keyFile: string } {
  const certFile = join(directory, 'cert.pem');
  const keyFile = join(directory, 'key.pem');
  const subject = ['-subj', '/CN=localhost', '-addext', `subjectAltName=${holds}`];
  const out = ['-keyout', keyFile, '-out', certFile, '-days', '3650'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...out], {
    stdio: 'ignore',
  });
  return { certFile, keyFile };
}

async function collect(items: AsyncIterable<unknown>, into: unknown[] = []): Promise<unknown[]> {
  for await (const item of items) into.push(item);
  return into;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** A handler that tells that it runs, and then waits until its caller goes. */
function deferredCall(): {
  readonly call: Promise<RpcCall<Caller>>;
  take(call: RpcCall<Caller>): Promise<never>;
} {
  let resolve!: (call: RpcCall<Caller>) => void;
  const call = new Promise<RpcCall<Caller>>((r) => {
    resolve = r;
  });
  return {
    call,
    take: async (running) => {
      resolve(running);
      await untilAborted(running.signal);
      throw running.signal.reason as Error;
    },
  };
}

function sendRaw(port: number, bytes: string | Buffer): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.end(bytes));
    socket.on('error', () => undefined);
    socket.on('close', () => resolve());
    socket.on('data', () => undefined);
    socket.setTimeout(500, () => socket.destroy());
  });
}
