import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs, needsHere } from '../../support/needs.js';
import { AgentRig } from './rig.js';

interface Metadata {
  readonly Name: string;
  readonly KnownStatus: string;
  readonly Networks: readonly { readonly NetworkMode: string; readonly IPv4Addresses: readonly string[] }[];
}

/** The interfaces that route what is addressed to 127.0.0.0/8. */
function routeLocalnet(): readonly string[] {
  const directory = '/proc/sys/net/ipv4/conf';
  return readdirSync(directory).filter((name) => {
    try {
      return readFileSync(`${directory}/${name}/route_localnet`, 'utf8').trim() !== '0';
    } catch {
      // The interface of a container that has ended meanwhile.
      return false;
    }
  });
}

describe('the endpoints of an agent', function () {
  this.timeout(60_000);
  needs('docker');
  let rig: AgentRig;
  beforeEach(async () => {
    rig = await new AgentRig(
      [
        '--introspection-port',
        '45178',
        '--metadata-port',
        '45179',
        '--metrics-port',
        '45180',
        '--shared-engine',
      ],
      { ECS_ENABLE_CONTAINER_METADATA: 'true' },
    ).start();
  });
  afterEach(() => rig.close());

  async function inside(id: string, command: string): Promise<string> {
    const container = rig.plane.states.get(id)?.containers[0]?.runtimeId ?? '';
    const { output, exitCode } = await rig.engine.exec(container, command);
    if (exitCode !== 0) throw new Error(`${command}: exit ${exitCode}: ${output}`);
    return output;
  }

  it('tell a container about itself, its task, and their use, by the address in its variables', async () => {
    const id = rig.plane.run(rig.definition([{ name: 'web' }]));
    await rig.reaches(id, 'RUNNING');
    const own = JSON.parse(await inside(id, 'wget -qO- $ECS_CONTAINER_METADATA_URI_V4')) as Metadata;
    expect(own).to.include({ Name: 'web', KnownStatus: 'RUNNING' });
    expect(own.Networks[0]?.IPv4Addresses[0]).to.equal((await inside(id, 'hostname -i')).trim());
    const task = JSON.parse(await inside(id, 'wget -qO- $ECS_CONTAINER_METADATA_URI_V4/task')) as {
      TaskARN: string;
      Containers: readonly Metadata[];
    };
    expect(task.TaskARN).to.equal(`arn:aws:ecs:us-east-1:123456789012:task/default/${id}`);
    expect(task.Containers.map((c) => c.Name)).to.deep.equal(['web']);
    const stats = JSON.parse(await inside(id, 'wget -qO- $ECS_CONTAINER_METADATA_URI_V4/stats')) as object;
    expect(stats).to.have.property('memory_stats');
    expect(await inside(id, 'wget -qO- $ECS_CONTAINER_METADATA_URI')).to.contain('"DockerId"');
    expect(await inside(id, 'echo $AWS_EXECUTION_ENV')).to.equal('AWS_ECS_EC2');
  });

  it('answer at 169.254.170.2 through a rule of our own, which goes with the agent', async function () {
    needsHere(this, 'root', 'iptables');
    // With it everybody near the host could reach what listens on its loopback.
    const before = routeLocalnet();
    const id = rig.plane.run(rig.definition([{ name: 'web' }]));
    await rig.reaches(id, 'RUNNING');
    expect(await inside(id, 'echo $ECS_CONTAINER_METADATA_URI_V4')).to.match(
      /^http:\/\/169\.254\.170\.2\/v4\//,
    );
    const chain = `LONGSHORE-${rig.plane.instance.slice(0, 12)}`;
    const rules = (): string => execFileSync('iptables', ['-w', '-t', 'nat', '-S'], { encoding: 'utf8' });
    expect(rules()).to.contain(chain);
    expect(routeLocalnet()).to.deep.equal(before);
    // It shares the engine: a network of its own, whose bridge its rule names.
    const short = rig.plane.instance.slice(0, 12);
    const web = await rig.engine.inspect(rig.plane.states.get(id)?.containers[0]?.runtimeId ?? '');
    expect(Object.keys(web.NetworkSettings.Networks)).to.deep.equal([`longshore-${short}`]);
    expect(rules()).to.match(new RegExp(`-A ${chain} -d 169.254.170.2/32 -i ls${short} `));
    await rig.kill('SIGTERM');
    expect(rules()).not.to.contain(chain);
    expect(routeLocalnet()).to.deep.equal(before);
  });

  it('write the metadata file of a container', async () => {
    const id = rig.plane.run(rig.definition([{ name: 'web' }]));
    await rig.reaches(id, 'RUNNING');
    await eventually(async () => (await inside(id, 'cat $ECS_CONTAINER_METADATA_FILE')).includes('READY'));
    const file = JSON.parse(await inside(id, 'cat $ECS_CONTAINER_METADATA_FILE')) as object;
    expect(file).to.include({
      ContainerName: 'web',
      TaskDefinitionFamily: 'it',
      MetadataFileStatus: 'READY',
    });
    const { Id, Image } = await rig.engine.inspect(rig.plane.states.get(id)?.containers[0]?.runtimeId ?? '');
    expect(file).to.include({ ContainerID: Id, ImageID: Image });
    expect(await inside(id, 'touch $ECS_CONTAINER_METADATA_FILE 2>&1 || true')).to.contain('Read-only');
  });

  it('introspect by ARN and by the beginning of an engine id, and know nothing else', async () => {
    const id = rig.plane.run(rig.definition([{ name: 'web' }]));
    const report = await rig.reaches(id, 'RUNNING');
    const ask = (path: string): Promise<Response> => fetch(`http://127.0.0.1:45178${path}`);
    const arn = `arn:aws:ecs:us-east-1:123456789012:task/default/${id}`;
    expect(((await (await ask('/v1/metadata')).json()) as { Cluster: string }).Cluster).to.equal('default');
    const tasks = (await (await ask('/v1/tasks')).json()) as { Tasks: readonly { Arn: string }[] };
    expect(tasks.Tasks.map((t) => t.Arn)).to.deep.equal([arn]);
    expect((await ask(`/v1/tasks?taskarn=${arn}`)).status).to.equal(200);
    expect((await ask(`/v1/tasks?dockerid=${report.containers[0]?.runtimeId.slice(0, 10)}`)).status).to.equal(
      200,
    );
    expect((await ask('/v1/tasks?dockerid=ffffffffffff')).status).to.equal(404);
    expect(await (await ask('/license')).text()).to.contain('Apache License');
  });

  it('show metrics of containers and host', async () => {
    const id = rig.plane.run(rig.definition([{ name: 'web' }]));
    await rig.reaches(id, 'RUNNING');
    const text = await (await fetch('http://127.0.0.1:45180/metrics')).text();
    expect(text).to.contain('longshore_agent_connected 1');
    expect(text).to.match(
      new RegExp(`longshore_container_memory_bytes\\{task="${id}",container="web"\\} [1-9]`),
    );
    expect(text).to.match(
      /longshore_agent_docker_call_seconds_count\{call="startContainer",outcome="ok"\} 1/,
    );
  });
});
