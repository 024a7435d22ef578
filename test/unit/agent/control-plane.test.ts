import { controlPlaneOf } from '@longshore/agent';
import { silentLogger } from '@longshore/kit';
import { agentProtocol, type ProtocolVersion } from '@longshore/model';
import { type Channel, type Outcome, openChannel, RpcServer } from '@longshore/rpc';
import { expect } from 'chai';

const ids = { cluster: 'default', instance: 'i', session: 7 };
const report = { ...ids, sequence: 1, tasks: [], complete: true, orphans: [] };
const registration = {
  protocol: agentProtocol,
  cluster: 'default',
  instance: '',
  previousNonce: '',
  nonce: 'n',
  joinAsNew: false,
  name: 'i',
  agentVersion: '',
  agentHash: '',
  dockerVersion: '',
  attributes: [],
  tags: [],
  epoch: '',
};

describe('what the agent asks of the control plane', () => {
  const ends: (() => Promise<void> | void)[] = [];

  afterEach(async () => {
    for (const end of ends.splice(0).reverse()) await end();
  });

  /** A control plane of this version, and what has been asked of it. */
  async function serve(protocol: ProtocolVersion): Promise<{ channel: Channel; asked: Outcome[] }> {
    const asked: Outcome[] = [];
    const server = new RpcServer<undefined>({
      listen: { host: '127.0.0.1', port: 0 },
      authorize: () => undefined,
      observe: (outcome) => void asked.push(outcome),
      logger: silentLogger,
    });
    server.serve('AgentService', {
      Register: async () => ({
        ...ids,
        protocol,
        serverVersion: '',
        accountId: '',
        region: '',
        epoch: '',
      }),
      Report: async () => ({ acks: [] }),
    });
    await server.start();
    ends.push(() => server.stop());
    const channel = openChannel({ endpoints: [`127.0.0.1:${server.port}`], balance: 'one' });
    ends.push(() => channel.close());
    return { channel, asked };
  }

  const cases = [
    { protocol: { ...agentProtocol, minor: 0 }, by: 'calls', asked: ['Register', 'Report', 'Report'] },
    {
      protocol: agentProtocol,
      by: 'messages of one stream, a new one a registration',
      asked: ['Register', 'Report', 'Report', 'Exchange', 'Register', 'Report'],
    },
  ];
  for (const { protocol, by, asked } of cases)
    it(`goes to a server of ${protocol.major}.${protocol.minor} by ${by}`, async () => {
      const served = await serve(protocol);
      const controlPlane = controlPlaneOf(served.channel);
      await controlPlane.register(registration);
      for (let i = 0; i < 2; i++) await controlPlane.report(report);
      if (asked.includes('Exchange')) {
        await controlPlane.register(registration);
        await controlPlane.report(report);
      }
      expect(served.asked.map(({ operation }) => operation).sort()).to.deep.equal([...asked].sort());
    });
});
