import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serviceDescriptor } from '@longshore/model';
import {
  agentClient,
  agentLine,
  type Channel,
  ecsClient,
  longshoreClient,
  openChannel,
} from '@longshore/rpc';
import { expect } from 'chai';
import { parseTokens, readTokenFile } from '../../../packages/control-plane/src/door/tokens.js';
import { startTestServer, type TestServer } from './support/server.js';
import { SimAgent } from './support/sim-agent.js';

const clientToken = 'client-token-of-the-test';
const agentToken = 'agent-token-of-the-test!';

type AnyClient = Readonly<Record<string, (request: object) => Promise<unknown> & AsyncIterable<unknown>>>;

async function codeOf(
  call: () => Promise<unknown> & AsyncIterable<unknown>,
  streams: boolean,
): Promise<string> {
  try {
    if (streams) for await (const _ of call()) break;
    else await call();
    return 'OK';
  } catch (thrown) {
    return (thrown as { code?: string }).code ?? String(thrown);
  }
}

describe('the door', () => {
  let directory: string;
  let test: TestServer;
  const channels: Channel[] = [];

  const clients = (token?: string): Readonly<Record<string, AnyClient>> => {
    const channel = openChannel({ endpoints: [test.endpoint], ...(token ? { token } : {}) });
    channels.push(channel);
    return {
      EcsService: ecsClient(channel) as unknown as AnyClient,
      AgentService: {
        ...(agentClient(channel) as unknown as AnyClient),
        // A line is opened by the first call that goes by it.
        Exchange: () => agentLine(channel).Poll({} as never),
      } as unknown as AnyClient,
      LongshoreService: longshoreClient(channel) as unknown as AnyClient,
    };
  };

  before(async () => {
    directory = mkdtempSync(join(tmpdir(), 'longshore-door-'));
    const file = join(directory, 'tokens');
    writeFileSync(file, `client: ${clientToken}\nagent: ${agentToken}\n`, { mode: 0o600 });
    test = await startTestServer({ flags: { 'token-file': file }, token: clientToken });
  });

  after(async () => {
    for (const channel of channels) channel.close();
    await test.stop();
    rmSync(directory, { recursive: true });
  });

  const services = ['EcsService', 'AgentService', 'LongshoreService'] as const;
  const methods = services.flatMap((service) =>
    serviceDescriptor(service).methodsArray.map((m) => ({
      service,
      name: m.name,
      streams: m.responseStream === true && m.requestStream !== true,
    })),
  );

  for (const { service, name, streams } of methods)
    it(`refuses ${service}.${name} without a token`, async () => {
      const client = clients()[service] as AnyClient;
      expect(await codeOf(() => client[name]?.({}) as never, streams)).to.equal('AccessDeniedException');
    });

  it('refuses every operation of clients to an agent', async () => {
    for (const { service, name, streams } of methods) {
      if (service === 'AgentService') continue;
      const client = clients(agentToken)[service] as AnyClient;
      expect(await codeOf(() => client[name]?.({}) as never, streams), name).to.equal(
        'AccessDeniedException',
      );
    }
  }).timeout(20_000);

  it('refuses a token that is neither', async () => {
    const client = clients('some-other-token-here').EcsService as AnyClient;
    expect(await codeOf(() => client.ListClusters?.({}) as never, false)).to.equal('AccessDeniedException');
  });

  it('names an operation that is not built, to those who may ask', async () => {
    const client = clients(clientToken).EcsService as AnyClient;
    const error = await client.CreateGateway?.({}).then(
      () => undefined,
      (thrown: unknown) => thrown,
    );
    expect(error).to.have.property('code', 'UnsupportedFeatureException');
    expect(error).to.have.property('message').that.contains('CreateGateway');
  });

  it('lets clients and agents in with theirs', async () => {
    await test.ecs.CreateCluster({});
    const agent = new SimAgent({ endpoint: test.endpoint, token: agentToken });
    await agent.register();
    expect((await test.ecs.ListContainerInstances({})).containerInstanceArns).to.have.length(1);
    await agent.stop();
  });

  it('refuses unsigned calls of the ECS API', async () => {
    const answer = await fetch(test.http, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonEC2ContainerServiceV20141113.ListClusters' },
      body: '{}',
    });
    expect(answer.status).to.equal(400);
    expect(await answer.text()).to.contain('MissingAuthenticationTokenException');
  });

  it('shows health, readiness and metrics to whoever reaches the port', async () => {
    for (const path of ['/healthz', '/readyz', '/metrics'])
      expect((await fetch(test.http + path)).status, path).to.equal(200);
  });

  it('refuses a token file that others can read', () => {
    const file = join(directory, 'open');
    writeFileSync(file, `client: ${clientToken}\nagent: ${agentToken}\n`);
    chmodSync(file, 0o644);
    const read = readTokenFile(file);
    expect(read.ok ? [] : read.problems).to.deep.equal([
      `--token-file: ${file} has mode 644, others can read it: chmod 600 ${file}`,
    ]);
  });

  const files: readonly [string, string, RegExp][] = [
    ['a missing line', `client: ${clientToken}`, /no line `agent: TOKEN`/],
    ['a line of another kind', `client: ${clientToken}\nagent: ${agentToken}\nwhat`, /:3 is no line/],
    ['one token alone, as clients have it', `${clientToken}\n`, /^--token-file: tokens holds one token/],
    ['a short token', `client: abc\nagent: ${agentToken}`, /fewer than 16 characters/],
    ['one token for both', `client: ${agentToken}\nagent: ${agentToken}`, /the same token/],
  ];
  for (const [name, text, says] of files)
    it(`refuses a token file with ${name}`, () => {
      const read = parseTokens(text, 'tokens');
      expect(read.ok ? '' : read.problems.join()).to.match(says);
    });
});
