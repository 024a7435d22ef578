import http2, { type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { systemClock } from '@longshore/kit';
import { expect } from 'chai';
import type { BackendError } from '../../../packages/store/src/backend.js';
import { UnaryLine } from '../../../packages/store/src/etcd/unary-line.js';

const path = '/etcdserverpb.KV/Txn';

function message(text: string): Buffer {
  const frame = Buffer.alloc(5 + text.length);
  frame.writeUInt32BE(text.length, 1);
  frame.write(text, 5);
  return frame;
}

/** Answers as etcd would. */
function answer(stream: ServerHttp2Stream, frame: Buffer, status = '0'): void {
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': status }));
  stream.end(frame);
}

async function failed(call: Promise<unknown>): Promise<BackendError> {
  return call.then(
    (value) => expect.fail(`answered with ${String(value)}`),
    (thrown: BackendError) => thrown,
  );
}

describe('unary calls by HTTP/2 alone', () => {
  let server: http2.Http2Server;
  let address: string;
  let line: UnaryLine;
  let sessions: ServerHttp2Session[];
  let act: (stream: ServerHttp2Stream, body: Buffer, headers: http2.IncomingHttpHeaders) => void;

  const lineTo = (to: string): UnaryLine =>
    new UnaryLine({ address: to, tls: undefined, clock: systemClock, connectMs: 300 });

  beforeEach(async () => {
    sessions = [];
    server = http2.createServer();
    server.on('session', (session) => sessions.push(session));
    server.on('stream', (stream, headers) => {
      const chunks: Buffer[] = [];
      stream.on('error', () => undefined);
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => act(stream, Buffer.concat(chunks), headers));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    line = lineTo(address);
    act = (stream, body) => answer(stream, message(`heard ${body.subarray(5).toString()}`));
  });

  afterEach(async () => {
    line.close();
    for (const session of sessions) session.destroy();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  });

  const call = async (text: string, withinMs = 2000): Promise<string> =>
    (await line.call(path, Buffer.from(text), withinMs)).toString();

  it('are answered, many at once, by one connection; the deadline is told', async () => {
    const told = new Set<unknown>();
    act = (stream, body, headers) => {
      told.add([headers[':path'], headers['grpc-timeout'], headers.te].join(' '));
      answer(stream, message(`heard ${body.subarray(5).toString()}`));
    };
    const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => call(String(i))));
    expect(answers).to.deep.equal(Array.from({ length: 50 }, (_, i) => `heard ${i}`));
    expect(sessions).to.have.length(1);
    expect([...told]).to.deep.equal([`${path} 2000m trailers`]);
  });

  it('are answered in several frames, of any length', async () => {
    const long = 'x'.repeat(300_000);
    act = (stream) => answer(stream, message(long));
    expect(await call('a')).to.equal(long);
  });

  it('are refused with what etcd says, whether before an answer or after', async () => {
    act = (stream) =>
      stream.respond(
        {
          ':status': 200,
          'content-type': 'application/grpc',
          'grpc-status': '8',
          'grpc-message': 'no%20space',
        },
        { endStream: true },
      );
    const early = await failed(call('a'));
    expect(early).to.include({ fate: 'refused', code: 'OutOfSpace' });
    expect(early.message).to.contain('no space');
    act = (stream) => answer(stream, Buffer.alloc(0), '3');
    expect(await failed(call('a'))).to.include({ fate: 'refused', code: 'InvalidRequest' });
    act = (stream) => answer(stream, Buffer.alloc(0), '14');
    expect((await failed(call('a'))).fate).to.equal('unknown');
  });

  it('whose answer is no whole message have an unknown outcome', async () => {
    for (const frame of [Buffer.alloc(3), message('cut').subarray(0, 7), Buffer.from([1, 0, 0, 0, 1, 65])]) {
      act = (stream) => answer(stream, frame);
      expect((await failed(call('a'))).fate).to.equal('unknown');
    }
    act = (stream, body) => answer(stream, message(body.subarray(5).toString()));
    expect(await call('after')).to.equal('after');
  });

  it('that are not answered in time end then, and the next goes by another connection', async () => {
    act = () => undefined;
    const beganMs = Date.now();
    const error = await failed(call('a', 200));
    expect(error).to.include({ fate: 'unknown', code: 'NoAnswer' });
    expect(Date.now() - beganMs).to.be.within(150, 1500);
    act = (stream) => answer(stream, message('again'));
    expect(await call('b')).to.equal('again');
    expect(sessions).to.have.length(2);
  });

  it('that are late while others are answered end alone', async () => {
    act = (stream, body) => {
      if (body.subarray(5).toString() !== 'late') answer(stream, message('here'));
    };
    const late = failed(call('late', 300));
    for (let i = 0; i < 20; i++) {
      expect(await call('soon')).to.equal('here');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    expect((await late).fate).to.equal('unknown');
    expect(sessions).to.have.length(1);
  });

  it('end with their connection, and the next makes another', async () => {
    act = (stream) => stream.session?.destroy();
    expect((await failed(call('a'))).fate).to.equal('unknown');
    act = (stream) => answer(stream, message('again'));
    expect(await call('b')).to.equal('again');
  });

  it('go on where a member says goodbye, and the next go elsewhere', async () => {
    act = (stream) => {
      stream.session?.goaway();
      setTimeout(() => answer(stream, message('last')), 100);
    };
    const last = call('a');
    await new Promise((resolve) => setTimeout(resolve, 50));
    act = (stream) => answer(stream, message('first'));
    expect(await call('b')).to.equal('first');
    expect(await last).to.equal('last');
    expect(sessions).to.have.length(2);
  });

  it('that wait when the line is closed end then, and leave no connection', async () => {
    act = () => undefined;
    const waiting = failed(call('a', 60_000));
    await new Promise((resolve) => setTimeout(resolve, 100));
    const closed = Promise.all(
      sessions.map((session) => new Promise<void>((resolve) => session.once('close', () => resolve()))),
    );
    line.close();
    expect((await waiting).fate).to.equal('unknown');
    await closed;
    expect(sessions).to.have.length(1);
  });

  it('are unsent where nobody listens, nobody answers, or the line is closed', async () => {
    const silent: Server = createServer();
    const sockets: Socket[] = [];
    silent.on('connection', (socket) => {
      sockets.push(socket);
      socket.destroy();
    });
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const { port } = silent.address() as AddressInfo;
    const toSilent = lineTo(`http://127.0.0.1:${port}`);
    const cut = await failed(toSilent.call(path, Buffer.from('a'), 1000));
    expect(['unsent', 'unknown']).to.include(cut.fate);
    await new Promise<void>((resolve) => silent.close(() => resolve()));
    expect(await failed(toSilent.call(path, Buffer.from('a'), 1000))).to.include({
      fate: 'unsent',
      code: 'Unreachable',
    });
    toSilent.close();
    line.close();
    expect(await failed(call('a'))).to.include({ fate: 'unsent', code: 'Closed' });
  });
});
