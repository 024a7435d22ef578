import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const target = 'AmazonEC2ContainerServiceV20141113.';

const badRequests: readonly { readonly target?: string; readonly body: string; readonly signed?: true }[] = [
  { target: 'ListClusters', body: '{"a":' },
  { target: 'ListPods', body: '{}' },
  { target: 'ListClusters', body: '{}', signed: true },
  { target: 'ListClusters', body: `{"x":${'['.repeat(50_000)}` },
  { target: 'ListClusters', body: '{"a":1,"a":2}' },
  { target: 'RunTask', body: '{"count":"x"}' },
  { target: 'RunTask', body: JSON.stringify({ x: 'y'.repeat(50_000), count: 'x' }) },
  { body: 'x'.repeat(100_000) },
];

describe('bad requests to the ECS API', () => {
  let server: ChildProcess;
  let port: number;
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  before(async () => {
    server = fork(fileURLToPath(new URL('./flooded-server.ts', import.meta.url)), {
      execArgv: ['--import=tsx', '--conditions=source', '--expose-gc'],
    });
    const [told] = (await once(server, 'message')) as [{ port: number }];
    port = told.port;
  });
  after(() => {
    agent.destroy();
    server.disconnect();
  });

  const liveMiB = async (): Promise<number> => {
    const told = once(server, 'message');
    server.send('live');
    return ((await told) as [{ liveMiB: number }])[0].liveMiB;
  };

  const send = (index: number): Promise<number> =>
    new Promise((resolve, reject) => {
      const bad = badRequests[index % badRequests.length];
      if (!bad) return reject(new Error('no request'));
      const scope = 'NOBODY/20300101/us-east-1/ecs/aws4_request';
      const headers = {
        'content-length': Buffer.byteLength(bad.body),
        ...(bad.target ? { 'x-amz-target': target + bad.target } : {}),
        ...(bad.signed
          ? {
              authorization: `AWS4-HMAC-SHA256 Credential=${scope}, SignedHeaders=host, Signature=${'a'.repeat(64)}`,
            }
          : {}),
      };
      const call = request(
        { host: '127.0.0.1', port, method: 'POST', path: '/', agent, headers },
        (response) => {
          response.resume();
          response.on('end', () => resolve(response.statusCode ?? 0));
        },
      );
      call.on('error', reject);
      call.end(bad.body);
    });

  const flood = async (count: number): Promise<void> => {
    let next = 0;
    const sender = async (): Promise<void> => {
      while (next < count) expect(await send(next++)).to.equal(400);
    };
    await Promise.all(Array.from({ length: 16 }, sender));
  };

  it('leave nothing behind: 20,000 of them hold as much memory as 2,000 do', async () => {
    await flood(2_000);
    const early = await liveMiB();
    await flood(18_000);
    const grownMiB = (await liveMiB()) - early;
    expect(grownMiB, `${early} MiB and ${grownMiB} more`).to.be.lessThan(2);
  }).timeout(120_000);
});
