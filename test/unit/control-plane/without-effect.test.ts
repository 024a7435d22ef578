import { DescribeTaskDefinitionCommand, ECSClient, RegisterTaskDefinitionCommand } from '@aws-sdk/client-ecs';
import { makeLogger } from '@longshore/kit';
import { expect } from 'chai';
import { startTestServer, type TestServer } from './support/server.js';
import { SimAgent } from './support/sim-agent.js';

describe('what is taken and has no effect yet', () => {
  const lines: Record<string, unknown>[] = [];
  let test: TestServer;
  let agent: SimAgent;
  let client: ECSClient;

  before(async () => {
    const destination = {
      write: (line: string) => void lines.push(JSON.parse(line) as Record<string, unknown>),
    };
    test = await startTestServer({ logger: makeLogger('test', { destination }) });
    agent = await new SimAgent({
      endpoint: test.endpoint,
      resources: { cpuUnits: 8000, memoryMiB: 4000 },
    }).start();
    const { accessKeyId = '', secretAccessKey = '' } = await test.longshore.CreateAccessKey({});
    const credentials = { accessKeyId, secretAccessKey };
    client = new ECSClient({ endpoint: test.http, region: 'eu-west-1', credentials, maxAttempts: 1 });
  });
  after(async () => {
    client.destroy();
    await agent.stop();
    await test.stop();
  });

  const register = (appProtocol: string): Promise<unknown> =>
    client.send(
      new RegisterTaskDefinitionCommand({
        family: 'speaks',
        containerDefinitions: [
          {
            name: 'app',
            image: 'busybox:1.36',
            memory: 64,
            portMappings: [{ name: 'api', containerPort: 80, appProtocol: appProtocol as 'http' }],
          },
        ],
      }),
    );

  for (const appProtocol of ['http', 'http2', 'grpc'])
    it(`appProtocol ${appProtocol} is kept with its port mapping and shown`, async () => {
      await register(appProtocol);
      const { taskDefinition } = await client.send(
        new DescribeTaskDefinitionCommand({ taskDefinition: 'speaks' }),
      );
      expect(taskDefinition?.containerDefinitions?.[0]?.portMappings).to.deep.equal([
        { name: 'api', containerPort: 80, hostPort: 0, protocol: 'tcp', appProtocol },
      ]);
    });

  it('another appProtocol is refused by the name of the member', async () => {
    const refused = await register('http3').then(
      () => undefined,
      (thrown: Error) => thrown,
    );
    expect(refused?.name).to.match(/ClientException|InvalidParameterException|SerializationException/);
    expect(refused?.message).to.match(/appProtocol.*http3|http3.*appProtocol/);
  });

  it('the log line of RunTask and StartTask names the subnets and security groups of a task in awsvpc mode', async () => {
    await test.ecs.RegisterTaskDefinition({
      family: 'own-address',
      networkMode: 'awsvpc',
      containerDefinitions: [{ name: 'app', image: 'busybox:1.36', memory: 64 }],
    });
    const awsvpcConfiguration = { subnets: ['subnet-1', 'subnet-2'], securityGroups: ['sg-1'] };
    const request = { taskDefinition: 'own-address', networkConfiguration: { awsvpcConfiguration } };
    const { containerInstanceArns = [] } = await test.ecs.ListContainerInstances({});
    for (const ask of [
      () => test.ecs.RunTask(request),
      () => test.ecs.StartTask({ ...request, containerInstances: containerInstanceArns }),
    ]) {
      lines.length = 0;
      const { tasks = [] } = await ask();
      expect(tasks).to.have.length(1);
      const told = lines.filter((l) => l.msg === 'subnets and security groups without effect');
      expect(told).to.have.length(1);
      expect(told[0]).to.deep.include({ level: 30, ...awsvpcConfiguration });
    }
    await test.ecs.RegisterTaskDefinition({
      family: 'shared-address',
      containerDefinitions: [{ name: 'app', image: 'busybox:1.36', memory: 64 }],
    });
    lines.length = 0;
    await test.ecs.RunTask({ taskDefinition: 'shared-address' });
    expect(lines.filter((l) => l.msg === 'subnets and security groups without effect')).to.deep.equal([]);
  });
});
