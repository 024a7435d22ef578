import { connect } from 'node:net';
import { CodedError, silentLogger } from '@longshore/kit';
import type { TaskProtectionResponse } from '@longshore/model';
import { expect } from 'chai';
import { endpointId } from '../../../packages/agent/src/endpoints/endpoint-id.js';
import {
  type HttpAnswer,
  HttpEndpoint,
  type HttpRequest,
} from '../../../packages/agent/src/endpoints/http-endpoint.js';
import { introspectionHandler } from '../../../packages/agent/src/endpoints/introspection.js';
import {
  type MetadataParts,
  metadataHandler,
} from '../../../packages/agent/src/endpoints/metadata-routes.js';
import { NatRule } from '../../../packages/agent/src/endpoints/nat-rule.js';
import { RateLimit } from '../../../packages/agent/src/endpoints/rate-limit.js';
import { freePort } from '../../support/docker.js';
import { aDefinition, World } from './world.js';

const identity = () => ({
  instance: 'instance-a',
  cluster: 'prod',
  accountId: '123456789012',
  region: 'eu-west-1',
});

function asked(path: string, method = 'GET', body = ''): HttpRequest {
  const url = new URL(path, 'http://localhost');
  return { method, path: url.pathname, query: url.searchParams, body: () => Promise.resolve(body) };
}

async function running(): Promise<{ readonly world: World; readonly id: string; readonly endpoint: string }> {
  const world = await new World().start();
  const id = await world.run(
    aDefinition([{ name: 'web', portMappings: [{ containerPort: 80, hostPort: 8080 }] }], {
      cpu: '512',
      memory: '64',
    }),
    { tags: [{ key: 'team', value: 'a' }], service: 'shop', availabilityZone: 'eu-west-1a' },
  );
  return { world, id, endpoint: endpointId(id, 'web') };
}

function handlerOf(
  world: World,
  parts: Partial<MetadataParts> = {},
): (r: HttpRequest) => Promise<HttpAnswer> {
  return metadataHandler({
    tasks: () => world.engine.tasks,
    identity,
    driver: world.runtime,
    limit: new RateLimit({ perSecond: 40, burst: 60 }, world.clock),
    protection: () => Promise.resolve({}),
    ...parts,
  });
}

describe('task metadata', () => {
  it('v4 has the members that ECS documents', async () => {
    const { world, id, endpoint } = await running();
    const { status, body } = await handlerOf(world)(asked(`/v4/${endpoint}/task`));
    expect(status).to.equal(200);
    expect(body).to.deep.include({
      Cluster: 'prod',
      TaskARN: `arn:aws:ecs:eu-west-1:123456789012:task/prod/${id}`,
      Family: 'web',
      Revision: '1',
      ServiceName: 'shop',
      DesiredStatus: 'RUNNING',
      KnownStatus: 'RUNNING',
      Limits: { CPU: 0.5, Memory: 64 },
      LaunchType: 'EC2',
      AvailabilityZone: 'eu-west-1a',
    });
    const container = (await handlerOf(world)(asked(`/v4/${endpoint}`))).body as Record<string, unknown>;
    expect(container.Ports).to.deep.equal([
      { ContainerPort: 80, Protocol: 'tcp', HostPort: 8080, HostIp: '0.0.0.0' },
    ]);
    expect(container.Labels).to.include({ 'com.amazonaws.ecs.container-name': 'web' });
    expect(container).to.have.property('ContainerARN');
  });

  it('v3 leaves out what only v4 has', async () => {
    const { world, endpoint } = await running();
    const { body } = await handlerOf(world)(asked(`/v3/${endpoint}/task`));
    expect(body).not.to.have.any.keys('LaunchType', 'ServiceName');
  });

  it('taskWithTags adds the tags', async () => {
    const { world, endpoint } = await running();
    const { body } = await handlerOf(world)(asked(`/v4/${endpoint}/taskWithTags`));
    expect((body as { TaskTags: unknown }).TaskTags).to.deep.equal({ team: 'a' });
  });

  it('statistics of a task go by engine id', async () => {
    const { world, endpoint } = await running();
    const { body } = await handlerOf(world)(asked(`/v4/${endpoint}/task/stats`));
    expect(Object.keys(body as object)).to.deep.equal([world.container('web').runtimeId]);
  });

  for (const c of [
    { path: `/v4/${'0'.repeat(40)}`, status: 404 },
    { path: '/nothing', status: 404 },
    { path: '/v2/credentials/abc', status: 400 },
    { path: `/api/${'0'.repeat(40)}/task-protection/v1/state`, status: 404 },
  ])
    it(`${c.path} is ${c.status}`, async () => {
      const { world } = await running();
      expect((await handlerOf(world)(asked(c.path))).status).to.equal(c.status);
    });

  it('lets a task ask 60 times at once and 40 times a second', async () => {
    const { world, endpoint } = await running();
    const handler = handlerOf(world);
    const ask = async (n: number): Promise<number> => {
      let allowed = 0;
      for (let i = 0; i < n; i++) if ((await handler(asked(`/v4/${endpoint}`))).status === 200) allowed++;
      return allowed;
    };
    expect(await ask(70)).to.equal(60);
    await world.clock.advance(1000);
    expect(await ask(70)).to.equal(40);
  });
});

describe('task protection', () => {
  const arn = (id: string): string => `arn:aws:ecs:eu-west-1:123456789012:task/prod/${id}`;

  async function put(body: string, answer: () => Promise<TaskProtectionResponse>): Promise<HttpAnswer> {
    const { world, endpoint } = await running();
    return handlerOf(world, { protection: answer })(
      asked(`/api/${endpoint}/task-protection/v1/state`, 'PUT', body),
    );
  }

  it('shows what the control plane says', async () => {
    const taskArn = arn('x');
    const expirationDate = { seconds: 1_900_000_000, nanos: 0 };
    const answer = await put('{"ProtectionEnabled":true,"ExpiresInMinutes":60}', () =>
      Promise.resolve({ protectedTask: { taskArn, protectionEnabled: true, expirationDate } }),
    );
    expect(answer).to.deep.equal({
      status: 200,
      body: {
        protection: { TaskArn: taskArn, ProtectionEnabled: true, ExpirationDate: '2030-03-17T17:46:40.000Z' },
      },
    });
  });

  it('shows a failure as ECS does', async () => {
    const answer = await put('{"ProtectionEnabled":true}', () =>
      Promise.resolve({ failure: { arn: arn('x'), reason: 'TASK_NOT_VALID', detail: 'no service' } }),
    );
    expect(answer.body).to.deep.equal({
      failure: { Arn: arn('x'), Reason: 'TASK_NOT_VALID', Detail: 'no service' },
    });
  });

  for (const c of [
    { name: 'no JSON', body: '{', status: 400 },
    { name: 'no ProtectionEnabled', body: '{}', status: 400 },
    { name: 'an unknown member', body: '{"ProtectionEnabled":true,"Forever":true}', status: 400 },
    { name: 'half a minute', body: '{"ProtectionEnabled":true,"ExpiresInMinutes":0.5}', status: 400 },
  ])
    it(`refuses ${c.name}`, async () => {
      const answer = await put(c.body, () => Promise.reject(new Error('not asked')));
      expect(answer.status).to.equal(c.status);
    });

  it('says when the control plane can not be asked', async () => {
    const away = new CodedError('ServerException', 'the control plane is not reachable', { retryable: true });
    const answer = await put('{"ProtectionEnabled":true}', () => Promise.reject(away));
    expect(answer.status).to.equal(504);
    expect((answer.body as { error: { Code: string } }).error.Code).to.equal('ServerException');
  });
});

describe('an endpoint', () => {
  /** The whole answer to what is sent as it stands. */
  function send(port: number, text: string): Promise<string> {
    return new Promise((resolve, reject) => {
      let answer = '';
      const socket = connect(port, '127.0.0.1', () => socket.end(text));
      socket.on('data', (chunk) => (answer += chunk.toString()));
      socket.on('error', reject).on('close', () => resolve(answer));
    });
  }

  it('outlives whatever a container sends it, and reads it as the path that is meant', async () => {
    const port = await freePort();
    const asked: string[] = [];
    const endpoint = new HttpEndpoint(
      'test',
      ({ path, query }) => {
        asked.push(`${path} ${query.toString()}`);
        return Promise.resolve({ status: 404, body: {} });
      },
      silentLogger,
    );
    await endpoint.listen('127.0.0.1', port);
    try {
      for (const target of ['//', '/v4/a//task/', 'http://169.254.170.2/v4/a?b=c', 'http://[', '///?x=1?2'])
        expect(await send(port, `GET ${target} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`)).to.match(
          /^HTTP\/1.1 404/,
        );
      expect(asked).to.deep.equal(['/ ', '/v4/a/task ', '/v4/a b=c', '/ ', '/ x=1%3F2']);
    } finally {
      await endpoint.stop();
    }
  });
});

describe('introspection', () => {
  it('names its commands where asked for anything else', async () => {
    const handler = introspectionHandler({ tasks: () => [], identity });
    expect((await handler(asked('/'))).body).to.deep.equal({
      AvailableCommands: ['/v1/metadata', '/v1/tasks', '/license'],
    });
  });

  it('refuses two filters at a time', async () => {
    const handler = introspectionHandler({ tasks: () => [], identity });
    expect((await handler(asked('/v1/tasks?dockerid=a&taskarn=b'))).status).to.equal(400);
    expect((await handler(asked('/v1/tasks?taskarn=b'))).status).to.equal(404);
  });
});

describe('the rule for 169.254.170.2', () => {
  /** A nat table that knows chains and rules by their text. */
  function aTable(foreign: readonly string[]) {
    const rules = new Set(foreign);
    const run = (args: readonly string[]): Promise<string> => {
      const [verb, chain, ...rest] = args;
      const rule = [chain, ...rest.filter((a) => !/^\d+$/.test(a) || verb !== '-I')].join(' ');
      const has = rules.has(rule) || [...rules].some((r) => verb === '-X' && r === `chain ${chain}`);
      if ((verb === '-C' || verb === '-D') && !has) return Promise.reject(new Error('no such rule'));
      if (verb === '-N') rules.add(`chain ${chain}`);
      else if (verb === '-X') rules.delete(`chain ${chain}`);
      else if (verb === '-D') rules.delete(rule);
      else if (verb === '-F') for (const r of rules) if (r.startsWith(`${chain} -i`)) rules.delete(r);
      if (verb === '-A' || verb === '-I') rules.add(rule);
      return Promise.resolve('');
    };
    return { rules, run };
  }

  it('is one chain of our own, which leaves nothing behind and touches nothing else', async () => {
    const foreign = ['chain DOCKER', 'PREROUTING -j DOCKER', 'DOCKER -i docker0 -j RETURN'];
    const { rules, run } = aTable(foreign);
    const nat = new NatRule('0123456789abcdef', run);
    await nat.add('docker0', { gateway: '172.17.0.1', port: 51_679 });
    await nat.add('lv0', { gateway: '172.30.0.1', port: 51_679 });
    await nat.add('docker0', { gateway: '172.17.0.1', port: 51_679 });
    const ours = [...rules].filter((r) => !foreign.includes(r));
    expect(ours).to.deep.equal([
      'chain LONGSHORE-0123456789ab',
      'PREROUTING -j LONGSHORE-0123456789ab',
      'LONGSHORE-0123456789ab -i docker0 -p tcp -d 169.254.170.2 --dport 80 -j DNAT --to-destination 172.17.0.1:51679',
      'LONGSHORE-0123456789ab -i lv0 -p tcp -d 169.254.170.2 --dport 80 -j DNAT --to-destination 172.30.0.1:51679',
    ]);
    await nat.remove();
    expect([...rules]).to.deep.equal(foreign);
  });
});
