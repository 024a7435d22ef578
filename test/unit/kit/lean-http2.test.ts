import { AsyncResource, executionAsyncId } from 'node:async_hooks';
import { execFileSync } from 'node:child_process';
import http2 from 'node:http2';
import { LeanTable, leanHttp2 } from '@longshore/kit';
import { expect } from 'chai';

/** A server, a client and thousands of short calls, eight at a time, in one process. */
const calls = `
import http2 from 'node:http2';
import { leanHttp2 } from '@longshore/kit';
if (process.env.LEAN === 'yes') leanHttp2();
const server = http2.createServer();
server.on('stream', (stream) => { stream.respond({ ':status': 200 }); stream.end('answer'); stream.resume(); });
server.listen(0, '127.0.0.1', async () => {
  const session = http2.connect('http://127.0.0.1:' + server.address().port);
  const call = () => new Promise((resolve, reject) => {
    const stream = session.request({ ':path': '/' });
    stream.on('error', reject).on('close', resolve).resume();
    stream.end();
  });
  await call();
  // What lives as long as its process is old.
  gc(); gc();
  await Promise.all(Array.from({ length: 8 }, async () => { for (let i = 0; i < 500; i++) await call(); }));
  session.close();
  server.close();
});`;

function promotedBytes(lean: 'yes' | 'no'): number {
  const flags = ['--import=tsx', '--conditions=source', '--expose-gc', '--max-semi-space-size=1'];
  const said = execFileSync(
    process.execPath,
    [...flags, '--trace-gc-nvp', '--input-type=module', '-e', calls],
    { env: { PATH: process.env.PATH, LEAN: lean }, encoding: 'utf8', maxBuffer: 2 ** 26 },
  );
  const young = said.split('\n').filter((line) => line.includes('gc=s '));
  expect(young.length, 'young collections').to.be.greaterThan(10);
  return young.reduce((sum, line) => sum + Number(/ promoted=(\d+)/.exec(line)?.[1]), 0);
}

describe('leanHttp2', () => {
  it('keeps what calls leave behind from growing old', function () {
    this.timeout(60_000);
    const [plain, lean] = [promotedBytes('no'), promotedBytes('yes')];
    expect(lean, `of ${plain} bytes that grew old without it`).to.be.lessThan(plain / 3);
  });

  it('is done once in a process, however many copies of it are loaded', async () => {
    const source = '../../../packages/kit/src/lean-http2.js';
    const other = (await import(`${source}?other`)) as { readonly leanHttp2: typeof leanHttp2 };
    expect(other.leanHttp2).not.to.equal(leanHttp2);
    for (let i = 0; i < 3; i++) {
      leanHttp2();
      other.leanHttp2();
    }
    const server = http2.createServer();
    expect(server.listenerCount('session')).to.equal(1);
    server.close();
  });

  it('binds as Node does', () => {
    leanHttp2();
    const resource = new AsyncResource('test');
    const seen = resource.bind(function (this: unknown, a: number, b: number) {
      return [this, a, b, executionAsyncId()];
    });
    const self = {};
    expect(Reflect.apply(seen, self, [1, 2])).to.deep.equal([self, 1, 2, resource.asyncId()]);
    expect(seen.length).to.equal(2);
    type Bind = (fn: (this: unknown) => unknown, thisArg: unknown) => () => unknown;
    const fixed = (resource.bind as Bind).call(
      resource,
      function () {
        return this;
      },
      self,
    );
    expect(fixed()).to.equal(self);
    expect(() => resource.bind('no function' as unknown as () => void)).to.throw(TypeError, 'function');
  });
});

describe('LeanTable', () => {
  it('does what a Map does, with numbers and with objects', () => {
    const objects = Array.from({ length: 12 }, () => ({}));
    for (const keys of [objects.map((_, i) => 2 * i + 1), objects]) {
      const [table, map] = [new LeanTable<unknown, number>(), new Map<unknown, number>()];
      let state = 7;
      for (let step = 0; step < 2000; step++) {
        state = (state * 48271) % 2147483647;
        const key = keys[state % keys.length];
        if (state % 3 === 0) expect(table.delete(key)).to.equal(map.delete(key));
        else {
          table.set(key, step);
          map.set(key, step);
        }
        expect([table.size, table.get(key), table.has(key)]).to.deep.equal([
          map.size,
          map.get(key),
          map.has(key),
        ]);
      }
      expect([...table]).to.deep.equal([...map]);
      expect([...table.keys()]).to.deep.equal([...map.keys()]);
      expect([...table.values()]).to.deep.equal([...map.values()]);
      table.clear();
      expect([table.size, [...table]]).to.deep.equal([0, []]);
    }
  });

  it('does what a Set does, and does not visit what was taken out on the way', () => {
    const [a, b, c] = [{}, {}, {}];
    const table = new LeanTable<object, object>();
    table.add(a).add(b).add(c).add(a);
    const visited: object[] = [];
    table.forEach((value) => {
      visited.push(value);
      table.delete(value === a ? b : value);
    });
    expect(visited).to.deep.equal([a, c]);
    expect([...table.values()]).to.deep.equal([a]);
  });
});
