import { Agent, request } from 'node:http';
import { ecsOperations } from '@longshore/aws-api';
import { messageType } from '@longshore/model';
import { expect } from 'chai';
import { ecsRegistry } from '../../../packages/control-plane/src/api/registry.js';
import { membersOf } from '../../unit/aws-api/members.js';
import { startTestServer, type TestServer } from '../../unit/control-plane/support/server.js';
import { SimAgent } from '../../unit/control-plane/support/sim-agent.js';

interface Sent {
  readonly operation: string;
  readonly body: string;
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

const atOnce = 16;
const built = [...ecsOperations.values()].filter((o) => Object.hasOwn(ecsRegistry, o.name));

function* requests(kind: 'wrong' | 'strange', around: (operation: string) => object): Generator<Sent> {
  for (const { name: operation, requestType } of built)
    for (const member of membersOf(messageType(requestType), '', (v) => v))
      for (const value of member[kind])
        yield {
          operation,
          body: JSON.stringify({ ...around(operation), ...(member.around(value) as object) }),
        };
}

describe('every member of every operation, on a server with a store', function () {
  this.timeout(120_000);
  let test: TestServer;
  let sim: SimAgent;
  const agent = new Agent({ keepAlive: true, maxSockets: atOnce });
  before(async () => {
    const flags = { 'allow-anonymous': 'true', 'read-rate': 'unlimited', 'write-rate': 'unlimited' };
    test = await startTestServer({ flags: { ...flags, 'place-rate': 'unlimited' } });
    await test.ecs.CreateCluster({});
    sim = await new SimAgent({ endpoint: test.endpoint }).start();
    const containerDefinitions = [{ name: 'app', image: 'busybox', memory: 16 }];
    await test.ecs.RegisterTaskDefinition({ family: 'web', containerDefinitions });
    await test.ecs.CreateService({ serviceName: 'web', taskDefinition: 'web', desiredCount: 0 });
  });
  after(async () => {
    agent.destroy();
    await sim.stop();
    await test.stop();
  });

  const send = ({ operation, body }: Sent): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const headers = {
        'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
        'content-length': Buffer.byteLength(body),
      };
      const call = request(`${test.http}/`, { method: 'POST', agent, headers }, (response) => {
        let text = '';
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString();
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      });
      call.on('error', reject);
      call.end(body);
    });

  const sendAll = async (all: Iterable<Sent>, check: (sent: Sent, answer: Answer) => void) => {
    const iterator = all[Symbol.iterator]();
    let count = 0;
    const sender = async (): Promise<void> => {
      for (let next = iterator.next(); !next.done; next = iterator.next()) {
        count++;
        check(next.value, await send(next.value));
      }
    };
    await Promise.all(Array.from({ length: atOnce }, sender));
    return count;
  };

  const said = ({ operation, body }: Sent, { status, text }: Answer): string =>
    `${operation} ${body.slice(0, 400)}: ${status} ${text.slice(0, 400)}`;

  it('refuses what is of a wrong type with 400, and leaves nothing in the store', async () => {
    const { store } = test.server.context;
    const before = (await store.status()).revision;
    const count = await sendAll(
      requests('wrong', () => ({})),
      (sent, answer) => expect(answer.status, said(sent, answer)).to.equal(400),
    );
    expect(count).to.be.greaterThan(3000);
    expect((await store.status()).revision).to.equal(before);
  });

  it('takes or refuses what nobody means, and never stumbles', async () => {
    // What is well otherwise, so that the strange member is reached.
    const well: Readonly<Record<string, object>> = {
      RegisterTaskDefinition: {
        family: 'strange',
        containerDefinitions: [{ name: 'app', image: 'busybox', memory: 16 }],
      },
      RunTask: { taskDefinition: 'web' },
      StartTask: { taskDefinition: 'web', containerInstances: [sim.instance] },
      CreateService: { serviceName: 'strange', taskDefinition: 'web', desiredCount: 0 },
      UpdateService: { service: 'web' },
      DescribeServices: { services: ['web'] },
      DescribeTasks: { tasks: ['0'.repeat(32)] },
      UpdateContainerInstancesState: { containerInstances: [sim.instance], status: 'ACTIVE' },
      PutAttributes: { attributes: [{ name: 'a', value: 'b', targetId: sim.instance }] },
      ListAttributes: { targetType: 'container-instance' },
      TagResource: { resourceArn: 'arn:aws:ecs:us-east-1:123456789012:cluster/default' },
    };
    await sendAll(
      requests('strange', (operation) => well[operation] ?? {}),
      (sent, answer) => expect(answer.status, said(sent, answer)).to.be.within(200, 499),
    );
    expect((await send({ operation: 'ListClusters', body: '{}' })).status).to.equal(200);
  });
});
