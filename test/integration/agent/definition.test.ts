import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@longshore/kit';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs, needsHere } from '../../support/needs.js';
import { AgentRig } from './rig.js';

describe('what a task definition asks of the agent', function () {
  this.timeout(60_000);
  needs('docker');
  const files = mkdtempSync(join(tmpdir(), 'longshore-env-'));
  const cidr = '10.217.213.0/24';
  let rig: AgentRig;
  beforeEach(async () => {
    rig = await new AgentRig([
      '--env-file-dir',
      files,
      '--awsvpc-cidr',
      cidr,
      '--metadata-port',
      '45189',
    ]).start();
  });
  afterEach(() => rig.close());
  after(() => rmSync(files, { recursive: true, force: true }));

  async function inside(id: string, command: string, name = 'web'): Promise<string> {
    const container = rig.plane.states.get(id)?.containers.find((c) => c.name === name)?.runtimeId ?? '';
    return (await rig.engine.exec(container, command)).output;
  }

  it('environment files are read before the container is made, weaker than environment', async () => {
    const environmentFiles = ['a', 'b'].map((name) => ({
      value: join(files, `${name}.env`),
      type: 'longshore.file' as const,
    }));
    writeFileSync(join(files, 'a.env'), '# comment\nA=file\nB=old\nB="of the file" # all of it\nE=a=b\n');
    writeFileSync(join(files, 'b.env'), 'B=later\r\nC= spaces \r\nnonsense\n');
    const id = rig.plane.run(
      rig.definition([{ name: 'web', environmentFiles, environment: [{ name: 'A', value: 'own' }] }]),
    );
    await rig.reaches(id, 'RUNNING');
    // As ECS reads them: quotes and spaces are part of the value, and of two files the first counts.
    expect(await inside(id, 'echo "[$A][$B][$C][$E]"')).to.equal(
      '[own]["of the file" # all of it][ spaces ][a=b]',
    );
    expect(rig.log).to.match(/"file":"[^"]*b.env","lines":\[3\]/);
  });

  it('an environment file outside the directory stops the task before anything is made', async () => {
    const environmentFiles = [{ value: '/etc/passwd', type: 'longshore.file' as const }];
    const id = rig.plane.run(rig.definition([{ name: 'web', environmentFiles }]));
    const report = await rig.reaches(id, 'STOPPED');
    expect(report.stoppedReason).to.match(/^ResourceInitializationError: .*\/etc\/passwd: must be/);
    expect(await rig.containers()).to.have.length(0);
  });

  it('a task-scoped volume is shared by its containers and goes with the task', async () => {
    const volumes = [
      { name: 'data', dockerVolumeConfiguration: { scope: 'task' as const, driver: 'local' } },
    ];
    const mountPoints = [{ sourceVolume: 'data', containerPath: '/data' }];
    const id = rig.plane.run(
      rig.definition(
        [
          { name: 'web', mountPoints, dependsOn: [{ containerName: 'writer', condition: 'SUCCESS' }] },
          { name: 'writer', essential: false, mountPoints, command: ['sh', '-c', 'echo kept > /data/file'] },
        ],
        { volumes },
      ),
    );
    await rig.reaches(id, 'RUNNING');
    expect(await inside(id, 'cat /data/file')).to.equal('kept');
    const label = encodeURIComponent(JSON.stringify({ label: [`longshore.task=${id}`] }));
    const ours = async (): Promise<number> => {
      const answer = await rig.engine.ask<{ Volumes: unknown[] | null }>('GET', `/volumes?filters=${label}`);
      return answer.body.Volumes?.length ?? 0;
    };
    expect(await ours()).to.equal(1);
    await rig.kill();
    await rig.startAgent();
    rig.plane.remove(id);
    await rig.kill('SIGTERM');
    rig.variables = { ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION: '1s' };
    await rig.startAgent();
    await eventually(async () => (await ours()) === 0, {
      withinMs: 20_000,
      state: () => rig.log.slice(-3000),
    });
    expect(await rig.containers()).to.have.length(0);
  });

  it('a shared volume is made only where autoprovision says so, and outlives the task', async () => {
    const [made, missing, kept] = ['made', 'missing', 'kept'].map((stem) => rig.engine.name(stem));
    const labels = rig.engine.labels;
    await rig.engine.ask('POST', '/volumes/create', { Name: kept, Labels: labels });
    const run = (volume: string | undefined, autoprovision: boolean | undefined): string =>
      rig.plane.run(
        rig.definition(
          [
            {
              name: 'web',
              mountPoints: [{ sourceVolume: volume, containerPath: '/data' }],
              command: ['sh', '-c', 'touch /data/written; sleep 3600'],
            },
          ],
          {
            family: volume,
            volumes: [
              { name: volume, dockerVolumeConfiguration: { scope: 'shared', autoprovision, labels } },
            ],
          },
        ),
        { task: systemRandom.hexId() },
      );
    const there = async (volume: string | undefined): Promise<boolean> =>
      (await rig.engine.ask('GET', `/volumes/${volume}`)).status === 200;
    const first = run(made, true);
    const second = run(kept, undefined);
    const third = run(missing, false);
    await rig.reaches(first, 'RUNNING');
    await rig.reaches(second, 'RUNNING');
    expect(await there(made)).to.equal(true);
    // ECS: the volume must be there already, and the task says which is not.
    const refused = await rig.reaches(third, 'STOPPED');
    expect(refused.stoppedReason).to.contain(`volume ${missing}`);
    expect(await there(missing)).to.equal(false);
    for (const id of [first, second]) {
      rig.plane.stop(id);
      await rig.reaches(id, 'STOPPED');
      rig.plane.remove(id);
    }
    await rig.kill('SIGTERM');
    rig.variables = { ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION: '1s' };
    await rig.startAgent();
    await eventually(async () => (await rig.containers()).length === 0, { withinMs: 20_000 });
    expect(await there(made)).to.equal(true);
    expect(await there(kept)).to.equal(true);
  });

  it('the task cgroup bounds all of its containers', async function () {
    needsHere(this, 'root');
    const id = rig.plane.run(rig.definition([{ name: 'web' }], { cpu: '512', memory: '64' }));
    await rig.reaches(id, 'RUNNING');
    const [read] = ['/sys/fs/cgroup/memory', '/sys/fs/cgroup'].flatMap((root) => {
      try {
        const file = root.endsWith('memory') ? 'memory.limit_in_bytes' : 'memory.max';
        return [readFileSync(`${root}/ecs/${id}/${file}`, 'utf8').trim()];
      } catch {
        return [];
      }
    });
    expect(read).to.equal(String(64 * 1024 ** 2));
    const { HostConfig } = await rig.engine.inspect(rig.plane.states.get(id)?.containers[0]?.runtimeId ?? '');
    expect(HostConfig.CgroupParent).to.equal(`/ecs/${id}`);
  });

  it('awsvpc gives two tasks with one port an address each, localhost within, and both reach the other', async () => {
    const serve = ['sh', '-c', 'mkdir -p /www && hostname -i > /www/index.html && httpd -f -p 80 -h /www'];
    const definition = rig.definition(
      [
        { name: 'web', command: serve, portMappings: [{ containerPort: 80, protocol: 'tcp' }] },
        { name: 'side', essential: false },
      ],
      { networkMode: 'awsvpc' },
    );
    const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } };
    const attachment = { id: 'given-by-the-control-plane', type: 'ElasticNetworkInterface' };
    const precreated = { ...attachment, status: 'PRECREATED', details: [] };
    const first = rig.plane.run(definition, {
      task: 'a'.repeat(32),
      networkConfiguration,
      attachments: [precreated],
    });
    const second = rig.plane.run(definition, { task: 'b'.repeat(32), networkConfiguration });
    const report = await rig.reaches(first, 'RUNNING');
    const other = await rig.reaches(second, 'RUNNING');
    const address = report.containers[0]?.networkInterfaces[0]?.privateIpv4Address ?? '';
    const there = other.containers[0]?.networkInterfaces[0]?.privateIpv4Address ?? '';
    expect(address).to.match(/^10\.217\.213\./);
    expect(there).not.to.equal(address);
    expect(report.containers.map((c) => c.name)).to.deep.equal(['web', 'side']);
    expect(report.attachments).to.have.length(1);
    expect(report.attachments[0]).to.include({ ...attachment, status: 'ATTACHED' });
    const interfaces = [{ attachmentId: attachment.id, privateIpv4Address: address }];
    expect(report.containers.map((c) => c.networkInterfaces)).to.deep.equal([interfaces, interfaces]);
    // A control plane that gives none: the agent has an id of its own, which stays.
    expect(other.attachments.map((a) => a.id)).to.deep.equal(['bbbbbbbb-bbbb-bbbb-bbbb-bbbbbbbbbbbb']);
    const details = new Map(report.attachments[0]?.details?.map((d) => [d.name, d.value]));
    expect(details.get('privateIPv4Address')).to.equal(address);
    expect(details.get('subnetId')).to.equal('subnet-1');
    await eventually(async () =>
      (await inside(first, 'wget -qO- http://localhost', 'side')).includes(address),
    );
    await eventually(async () => (await inside(first, `wget -qO- http://${there}`, 'side')).includes(there));
    expect(await (await fetch(`http://${address}`)).text()).to.contain(address);
    expect(await inside(first, 'wget -qO- $ECS_CONTAINER_METADATA_URI_V4/task', 'side')).to.contain(first);
    const own = JSON.parse(await inside(first, 'wget -qO- $ECS_CONTAINER_METADATA_URI_V4', 'side')) as {
      Networks: readonly Record<string, unknown>[];
    };
    const gateway =
      (await inside(first, "ip route | sed -n 's/default via //p'", 'side')).split(' ')[0] ?? '';
    const mac = await inside(first, 'cat /sys/class/net/eth0/address', 'side');
    expect(own.Networks).to.deep.equal([
      {
        NetworkMode: 'awsvpc',
        IPv4Addresses: [address],
        AttachmentIndex: 0,
        MACAddress: mac,
        IPv4SubnetCIDRBlock: cidr,
        SubnetGatewayIpv4Address: `${gateway}/24`,
      },
    ]);
    expect(details.get('macAddress')).to.equal(mac);
    await rig.kill();
    await rig.startAgent();
    rig.plane.stop(first);
    const stopped = await rig.reaches(first, 'STOPPED');
    expect(stopped.attachments).to.deep.equal([{ ...report.attachments[0], status: 'DELETED' }]);
    expect(rig.plane.states.get(second)?.containers[0]?.networkInterfaces[0]?.privateIpv4Address).to.equal(
      there,
    );
  });

  it('awsvpc gives every container the resolvers and the kernel parameters that any of them names', async () => {
    const id = rig.plane.run(
      rig.definition(
        [
          { name: 'web', dnsServers: ['192.0.2.53'], dnsSearchDomains: ['shop.internal'] },
          {
            name: 'side',
            essential: false,
            dnsServers: ['192.0.2.54'],
            systemControls: [{ namespace: 'net.core.somaxconn', value: '555' }],
          },
          { name: 'alone', essential: false, disableNetworking: true },
        ],
        { networkMode: 'awsvpc' },
      ),
      { networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } } },
    );
    await rig.reaches(id, 'RUNNING');
    // Behind the engine's resolver of a network of one's own stand those that were named.
    const own = await Promise.all((await rig.containers()).map((c) => rig.engine.inspect(c.Id)));
    const pause = own.find((c) => JSON.stringify(c.Config.Labels).includes('pause'));
    expect(pause?.HostConfig.Dns).to.deep.equal(['192.0.2.53', '192.0.2.54']);
    for (const name of ['web', 'side']) {
      expect(await inside(id, 'cat /etc/resolv.conf', name)).to.contain('search shop.internal');
      expect(await inside(id, 'cat /proc/sys/net/core/somaxconn', name)).to.equal('555');
    }
    expect(await inside(id, 'ls /sys/class/net', 'alone')).to.equal('lo');
  });

  it('links, bridge and a static port that is bound where it is told to', async () => {
    const id = rig.plane.run(
      rig.definition([
        {
          name: 'web',
          links: ['db:database'],
          portMappings: [{ containerPort: 80, hostPort: 45_199, protocol: 'tcp' }],
        },
        { name: 'db' },
      ]),
    );
    const report = await rig.reaches(id, 'RUNNING');
    expect(await inside(id, 'ping -c 1 -W 2 database')).to.contain('1 packets received');
    // An agent that has the engine to itself uses the engine's own network.
    const { NetworkSettings } = await rig.engine.inspect(report.containers[0]?.runtimeId ?? '');
    expect(Object.keys(NetworkSettings.Networks)).to.deep.equal(['bridge']);
    const web = report.containers.find((c) => c.name === 'web');
    expect(web?.networkBindings).to.deep.equal([
      { bindIP: '0.0.0.0', containerPort: 80, hostPort: 45_199, protocol: 'tcp' },
    ]);
  });

  it('pidMode task lets containers see each other', async () => {
    const id = rig.plane.run(
      rig.definition(
        [
          { name: 'web', command: ['sleep', '4242'] },
          { name: 'side', essential: false },
        ],
        {
          pidMode: 'task',
          ipcMode: 'task',
          taskRoleArn: 'arn:aws:iam::123456789012:role/none',
        },
      ),
    );
    await rig.reaches(id, 'RUNNING');
    expect(await inside(id, 'ps', 'side')).to.contain('sleep 4242');
    expect(await inside(id, 'readlink /proc/self/ns/ipc', 'side')).to.equal(
      await inside(id, 'readlink /proc/self/ns/ipc'),
    );
    expect(rig.log).to.contain('roles of the task are without effect: no credentials yet');
  });
});
