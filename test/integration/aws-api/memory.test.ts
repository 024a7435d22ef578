import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { ServerProcess } from '../control-plane/server-process.js';

const target = 'AmazonEC2ContainerServiceV20141113.';

/** Unsigned ones get to the body: the server lets this machine in. */
const badRequests: readonly { readonly target?: string; readonly body: string; readonly signed?: true }[] = [
  { target: 'ListClusters', body: '{"a":' },
  { target: 'ListPods', body: '{}' },
  { target: 'ListClusters', body: '{}', signed: true },
  { target: 'ListClusters', body: `{"x":${'['.repeat(50_000)}` },
  { target: 'ListClusters', body: '{"a":1,"a":2}' },
  { target: 'RunTask', body: '{"count":"x"}' },
  { target: 'RunTask', body: JSON.stringify({ x: 'y'.repeat(50_000), count: 'x' }) },
  { target: 'RunTask', body: '{"taskDefinition":"nothing"}' },
  { body: 'x'.repeat(100_000) },
];

describe('bad requests to the ECS API', function () {
  needs('linux');
  this.timeout(120_000);
  const server = new ServerProcess({
    flags: ['--memory-store', '--allow-anonymous', '--grpc-listen=127.0.0.1:0', '--http-listen=127.0.0.1:0'],
    http: '',
  });
  const agent = new Agent({ keepAlive: true, maxSockets: 16 });
  let port: string | undefined;
  before(async () => {
    server.run();
    port = await eventually(() => /"http":"127\.0\.0\.1:(\d+)"/.exec(server.log)?.[1] ?? false, {
      withinMs: 30_000,
      state: () => server.log,
    }).then(String);
  });
  after(async () => {
    agent.destroy();
    await server.end('SIGTERM');
  });

  const residentMiB = (): number => {
    const status = readFileSync(`/proc/${server.pid}/status`, 'utf8');
    return Number(/^VmRSS:\s+(\d+) kB/m.exec(status)?.[1]) / 1024;
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
    const early = residentMiB();
    await flood(18_000);
    const grownMiB = residentMiB() - early;
    expect(grownMiB, `${early} MiB and ${grownMiB} more`).to.be.lessThan(20);
  });
});
