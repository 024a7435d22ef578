import { once } from 'node:events';
import { connect } from 'node:http2';
import { silentLogger } from '@longshore/kit';
import { accessDenied } from '@longshore/model';
import { type Attempt, RpcServer } from '@longshore/rpc';
import { expect } from 'chai';
import { duplexCall } from './bare-http2.js';

async function serverWith(authorize: (attempt: Attempt) => undefined): Promise<RpcServer<undefined>> {
  const server = new RpcServer<undefined>({
    listen: { host: '127.0.0.1', port: 0 },
    authorize,
    logger: silentLogger,
  });
  server.serve('EcsService', {});
  server.serve('LongshoreService', {});
  await server.start();
  return server;
}

/** ServerReflectionRequest: field 7 lists services, field 4 asks for the file that holds a symbol. */
const listServices = [58, 0];
const fileOf = (symbol: string): number[] => [34, symbol.length, ...Buffer.from(symbol)];

describe('reflection and health', () => {
  for (const version of ['v1', 'v1alpha']) {
    const path = `/grpc.reflection.${version}.ServerReflection/ServerReflectionInfo`;

    it(`tells the services and shapes (${version})`, async () => {
      const server = await serverWith(() => undefined);
      try {
        const services = await duplexCall(server.port, path, listServices);
        expect(services.body).to.contain('longshore.v1.EcsService');
        const file = await duplexCall(server.port, path, fileOf('longshore.v1.RunTaskRequest'));
        expect(file.body).to.contain('taskDefinition');
      } finally {
        await server.stop();
      }
    });

    it(`stands behind the door (${version})`, async () => {
      const server = await serverWith(() => {
        throw accessDenied('no');
      });
      try {
        const refused = await duplexCall(server.port, path, listServices);
        expect(refused).to.include({ status: '7', body: '' });
      } finally {
        await server.stop();
      }
    });
  }

  it('answers health without a token, and follows what it is told', async () => {
    const server = await serverWith(() => {
      throw accessDenied('no');
    });
    try {
      const serving = await duplexCall(server.port, '/grpc.health.v1.Health/Check', []);
      expect([...serving.bytes]).to.deep.equal([8, 1]);
      server.setServing(false);
      const away = await duplexCall(server.port, '/grpc.health.v1.Health/Check', []);
      expect([...away.bytes]).to.deep.equal([8, 2]);
    } finally {
      await server.stop();
    }
  });

  it('does not keep a server from stopping that somebody watches', async () => {
    const server = await serverWith(() => undefined);
    const session = connect(`http://127.0.0.1:${server.port}`);
    session.on('error', () => undefined);
    const headers = { ':method': 'POST', ':path': '/grpc.health.v1.Health/Watch' };
    const watch = session.request({ ...headers, 'content-type': 'application/grpc', te: 'trailers' });
    watch.on('error', () => undefined);
    watch.end(Buffer.alloc(5));
    await once(watch, 'data');
    const startedMs = performance.now();
    await server.stop();
    expect(performance.now() - startedMs).to.be.lessThan(3_000);
    session.destroy();
  });
});
