import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError, silentLogger } from '@longshore/kit';
import type { TaskProtectionResponse } from '@longshore/model';
import { scriptOf } from '@longshore/runtime';
import { expect } from 'chai';
import { endpointId } from '../../../packages/agent/src/endpoints/endpoint-id.js';
import {
  type HttpAnswer,
  HttpEndpoint,
  type HttpRequest,
} from '../../../packages/agent/src/endpoints/http-endpoint.js';
import { introspectionHandler } from '../../../packages/agent/src/endpoints/introspection.js';
import { MetadataFiles, metadataFile } from '../../../packages/agent/src/endpoints/metadata-file.js';
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
    awsvpcNetwork: '172.30.0.0/24',
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

  it('of a task in awsvpc mode tells its one interface, of which every container has all ports', async () => {
    const world = await new World({
      script: scriptOf({ web: { exitAfterMs: 60_000, exitCode: 3 } }),
    }).start();
    const id = await world.run(
      aDefinition(
        [
          {
            name: 'web',
            essential: false,
            portMappings: [{ containerPort: 80 }],
            dnsServers: ['192.0.2.53'],
          },
          { name: 'side' },
        ],
        { networkMode: 'awsvpc' },
      ),
    );
    await world.advance(60_000);
    const { body } = await handlerOf(world)(asked(`/v4/${endpointId(id, 'web')}`));
    const address = world.container('~internal~ecs~pause').ipv4Address;
    expect(address).not.to.equal('');
    expect(body).to.deep.include({
      KnownStatus: 'STOPPED',
      ExitCode: 3,
      Ports: [{ ContainerPort: 80, Protocol: 'tcp', HostPort: 80 }],
    });
    expect((body as { Networks: readonly object[] }).Networks[0]).to.include({
      NetworkMode: 'awsvpc',
      AttachmentIndex: 0,
      IPv4SubnetCIDRBlock: '172.30.0.0/24',
      SubnetGatewayIpv4Address: '172.30.0.1/24',
    });
    expect((body as { Networks: readonly object[] }).Networks[0]).to.deep.include({
      IPv4Addresses: [address],
      DomainNameServers: ['192.0.2.53'],
    });
    // A container that has stopped uses nothing: null, as the whole task's figures say it too.
    const own = await handlerOf(world)(asked(`/v4/${endpointId(id, 'web')}/stats`));
    expect([own.status, own.body]).to.deep.equal([200, null]);
    const all = (await handlerOf(world)(asked(`/v4/${endpointId(id, 'web')}/task/stats`))).body as object;
    expect(Object.entries(all).map(([key, value]) => [key, value === null])).to.deep.equal([
      [world.container('web').runtimeId, true],
      [world.container('side').runtimeId, false],
    ]);
  });

  it('says with status 429 that it was asked too often, in the words of ECS', async () => {
    const { world, endpoint } = await running();
    const handler = handlerOf(world, { limit: new RateLimit({ perSecond: 1, burst: 1 }, world.clock) });
    await handler(asked(`/v4/${endpoint}`));
    expect(await handler(asked(`/v3/${endpoint}/task`))).to.deep.equal({
      status: 429,
      body: 'You have reached maximum request limit.',
      contentType: 'text/plain; charset=utf-8',
    });
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

  for (const { reason, status } of [
    { reason: 'TASK_NOT_VALID', status: 409 },
    { reason: 'DEPLOYMENT_BLOCKED', status: 409 },
    { reason: 'MISSING', status: 404 },
  ])
    it(`shows the failure ${reason} with status ${status}, as ECS's agent does`, async () => {
      const answer = await put('{"ProtectionEnabled":true}', () =>
        Promise.resolve({ failure: { arn: arn('x'), reason, detail: 'no service' } }),
      );
      expect(answer).to.deep.equal({
        status,
        body: { failure: { Arn: arn('x'), Reason: reason, Detail: 'no service' } },
      });
    });

  it('takes ExpiresInMinutes null for none', async () => {
    const changes: unknown[] = [];
    const { world, endpoint } = await running();
    const protection: MetadataParts['protection'] = (_, change) => {
      changes.push(change);
      return Promise.resolve({});
    };
    const body = '{"ProtectionEnabled":false,"ExpiresInMinutes":null}';
    const request = asked(`/api/${endpoint}/task-protection/v1/state`, 'PUT', body);
    expect((await handlerOf(world, { protection })(request)).status).to.equal(200);
    expect(changes).to.deep.equal([{ protectionEnabled: false }]);
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

function commonStart(a: string, b: string): string {
  const end = Array.from({ length: a.length }, (_, i) => i).findIndex((i) => a[i] !== b[i]);
  return end < 0 ? a : a.slice(0, end);
}

describe('the metadata file', () => {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-metadata-'));
  after(() => rmSync(directory, { recursive: true, force: true }));
  const host = { identity, privateIpv4Address: '192.0.2.7' };

  it('is a part of what there is to say before the container runs, READY and whole afterwards', async () => {
    const world = await new World({ script: scriptOf({ web: { startMs: 5000 } }) }).start();
    const mappings = [{ containerPort: 80, hostPort: 8080 }];
    const id = await world.run(aDefinition([{ name: 'web', portMappings: mappings }]));
    const before = metadataFile(world.task(), 'web', host) as object;
    expect(before).to.include({ Cluster: 'prod', ContainerName: 'web', TaskDefinitionRevision: '1' });
    expect(before).not.to.have.any.keys('MetadataFileStatus', 'ContainerID', 'PortMappings');
    await world.advance(5000);
    const { runtimeId, imageId, ipv4Address } = world.container('web');
    expect(metadataFile(world.task(), 'web', host)).to.deep.include({
      TaskARN: `arn:aws:ecs:eu-west-1:123456789012:task/prod/${id}`,
      ContainerInstanceARN: 'arn:aws:ecs:eu-west-1:123456789012:container-instance/prod/instance-a',
      TaskDefinitionFamily: 'web',
      ContainerID: runtimeId,
      ImageID: imageId,
      ImageName: 'busybox:1.36',
      PortMappings: [{ ContainerPort: 80, HostPort: 8080, BindIp: '0.0.0.0', Protocol: 'tcp' }],
      Networks: [{ NetworkMode: 'bridge', IPv4Addresses: [ipv4Address] }],
      HostPrivateIPv4Address: '192.0.2.7',
      MetadataFileStatus: 'READY',
    });
  });

  it('is never seen half written, and goes with its task', async () => {
    const world = await new World().start();
    await world.run(aDefinition([{ name: 'web' }]));
    const files = new MetadataFiles(directory, host);
    const { mount } = await files.make({ ...world.task(), status: 'PENDING' }, 'web');
    const source = mount.kind === 'bind' ? mount.source : '';
    const path = join(source, 'ecs-container-metadata.json');
    const first = openSync(path, 'r');
    const longer = { ...world.task(), assignment: { ...world.task().assignment, definition: 'a-longer:12' } };
    await Promise.all([
      files.write(longer, 'web'),
      files.write(world.task(), 'web'),
      files.write(longer, 'web'),
    ]);
    // Whoever has it open reads on in the file that he opened; whoever opens it now has the newest.
    expect(JSON.parse(readFileSync(first, 'utf8'))).to.include({ TaskDefinitionFamily: 'web' });
    closeSync(first);
    expect(JSON.parse(readFileSync(path, 'utf8'))).to.include({ TaskDefinitionFamily: 'a-longer' });
    expect(readdirSync(source)).to.deep.equal(['ecs-container-metadata.json']);
    await files.remove(world.task());
    expect(readdirSync(directory)).to.deep.equal([]);
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
    expect(await handler(asked('/v1/tasks?dockerid=a&taskarn=b'))).to.include({ status: 400, body: '' });
    expect(await handler(asked('/v1/tasks?taskarn=b'))).to.deep.equal({
      status: 404,
      body: { Arn: '', KnownStatus: '', Family: '', Version: '', Containers: null },
    });
  });

  it('finds a task by the beginning of an id that names one task alone', async () => {
    const world = await new World().start();
    const first = await world.run(aDefinition([{ name: 'web' }, { name: 'side' }]), { task: 'a'.repeat(32) });
    const handler = introspectionHandler({ tasks: () => world.engine.tasks, identity });
    const by = async (filter: string): Promise<HttpAnswer> => handler(asked(`/v1/tasks?${filter}`));
    // Both containers begin with nothing, and are of one task; but nothing is no filter.
    expect((await by('dockerid=')).status).to.equal(400);
    const whole = world.container('side', first).runtimeId;
    expect((await by(`dockerid=${whole}`)).body).to.deep.include({ Family: 'web', Version: '1' });
    const { body } = await by(`dockerid=${whole}`);
    expect((body as { Containers: readonly { Name: string }[] }).Containers.map((c) => c.Name)).to.deep.equal(
      ['web', 'side'],
    );
    await world.run(aDefinition([{ name: 'web' }]), { task: 'b'.repeat(32) });
    const common = commonStart(whole, world.container('web', 'b'.repeat(32)).runtimeId);
    expect((await by(`dockerid=${common}`)).status).to.equal(400);
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
