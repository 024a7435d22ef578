import { silentLogger } from '@longshore/kit';
import { RpcServer } from '@longshore/rpc';
import { expect } from 'chai';
import { connect, RpcError } from 'longshore/client';

describe('longshore/client', () => {
  it('carries token, region and cluster to the control plane, and ECS’s exceptions back', async () => {
    const seen: unknown[] = [];
    const server = new RpcServer<string | undefined>({
      listen: { host: '127.0.0.1', port: 0 },
      authorize: ({ token }) => token,
      logger: silentLogger,
    });
    server.serve('EcsService', {
      ListTasks: async ({ cluster }, { caller, region }) => {
        seen.push({ cluster, caller, region });
        return { taskArns: ['a'] };
      },
    });
    await server.start();
    const endpoint = `http://127.0.0.1:${server.port}`;
    const { ecs, close } = connect({ endpoint, token: 'secret', region: 'eu-west-1', cluster: 'blue' });
    try {
      expect((await ecs.ListTasks({})).taskArns).to.deep.equal(['a']);
      await ecs.ListTasks({ cluster: 'red' }, { region: 'us-east-1' });
      expect(seen).to.deep.equal([
        { cluster: 'blue', caller: 'secret', region: 'eu-west-1' },
        { cluster: 'red', caller: 'secret', region: 'us-east-1' },
      ]);
      const error: unknown = await ecs.StopTask({ task: 't' }).catch((e: unknown) => e);
      expect(error).to.be.instanceOf(RpcError).with.property('code', 'UnsupportedFeatureException');
    } finally {
      close();
      await server.stop();
    }
  });
});
