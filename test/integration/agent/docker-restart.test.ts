import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { PrivateEngine } from '../../support/private-engine.js';
import { TestRegistry } from '../../support/registry.js';
import { AgentRig } from './rig.js';

const none = { networkMode: 'none' as const };

/** Processes in the container's cgroup, whatever the engine knows of it. */
function processesOf(containerId: string): number {
  const cgroups = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cgroup`, 'utf8');
      } catch {
        // It has ended meanwhile.
        return '';
      }
    });
  return cgroups.filter((text) => text.includes(containerId)).length;
}

describe('an agent whose Docker restarts', function () {
  this.timeout(120_000);
  needs('docker', 'root', 'netns');
  const registry = new TestRegistry();
  let engine: PrivateEngine;
  let rig: AgentRig;

  before(() => registry.start());
  after(() => registry.stop());

  async function up(liveRestore: boolean): Promise<void> {
    engine = await PrivateEngine.start({ liveRestore, registry });
    const variables = { DOCKER_HOST: engine.url, LONGSHORE_STOPPED_TASKS_PER_FAMILY: '50' };
    rig = await new AgentRig([], variables, engine.engine).start();
  }
  afterEach(async () => {
    registry.release();
    await rig.close();
    await engine.close();
  });

  it('reports what did not outlive it, and runs the next task', async () => {
    await up(false);
    const id = rig.plane.run(rig.definition([{ name: 'web' }], none), { task: 'a'.repeat(32) });
    await rig.reaches(id, 'RUNNING');
    await engine.signal('SIGKILL');
    const meanwhile = rig.plane.run(rig.definition([{ name: 'web' }], none), { task: 'b'.repeat(32) });
    await engine.up();
    const report = await rig.reaches(id, 'STOPPED');
    expect(report.stopCode).to.equal('EssentialContainerExited');
    await rig.reaches(meanwhile, 'RUNNING');
    expect(await rig.containers()).to.have.length(2);
  });

  it('adopts what outlived it: live-restore', async () => {
    await up(true);
    const id = rig.plane.run(rig.definition([{ name: 'web' }], none));
    const before = await rig.reaches(id, 'RUNNING');
    await engine.signal('SIGKILL');
    await engine.up();
    rig.plane.stop(id);
    const report = await rig.reaches(id, 'STOPPED');
    expect(report.containers[0]?.runtimeId).to.equal(before.containers[0]?.runtimeId);
    expect(report.startedAtMs).to.equal(before.startedAtMs);
    expect(await rig.containers()).to.have.length(1);
  });

  it('keeps the interface of a task in awsvpc mode: its id, address and MAC, through both restarts', async () => {
    engine = await PrivateEngine.start({ liveRestore: true, bridge: true, registry });
    const variables = { DOCKER_HOST: engine.url };
    rig = await new AgentRig(['--awsvpc-cidr', '10.217.214.0/24'], variables, engine.engine).start();
    const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } };
    const id = rig.plane.run(rig.definition([{ name: 'web' }], { networkMode: 'awsvpc' }), {
      networkConfiguration,
    });
    const seen = async (): Promise<Readonly<Record<string, unknown>>> => {
      const report = rig.plane.states.get(id);
      const container = report?.containers[0]?.runtimeId ?? '';
      const command = 'hostname -i; cat /sys/class/net/eth0/address';
      return {
        attachments: report?.attachments,
        interfaces: report?.containers[0]?.networkInterfaces,
        container,
        inside: (await rig.engine.exec(container, command)).output,
      };
    };
    await rig.reaches(id, 'RUNNING');
    const before = await seen();
    const [attachment] = rig.plane.states.get(id)?.attachments ?? [];
    const details = new Map(attachment?.details?.map((d) => [d.name, d.value]));
    expect(details.get('networkInterfaceId')).to.match(/^eni-[0-9a-f]{17}$/);
    expect(before.inside).to.equal(`${details.get('privateIPv4Address')}\n${details.get('macAddress')}`);
    await engine.signal('SIGKILL');
    await engine.up();
    await rig.kill();
    rig.plane.states.delete(id);
    await rig.startAgent();
    await rig.reaches(id, 'RUNNING');
    expect(await seen()).to.deep.equal(before);
    // Its address is still taken: another task has one of its own.
    const other = rig.plane.run(rig.definition([{ name: 'web' }], { networkMode: 'awsvpc' }), {
      task: 'c'.repeat(32),
      networkConfiguration,
    });
    const report = await rig.reaches(other, 'RUNNING');
    const address = report.containers[0]?.networkInterfaces[0]?.privateIpv4Address ?? '';
    expect(address).to.match(/^10\.217\.214\./);
    expect(address).not.to.equal(details.get('privateIPv4Address'));
  });

  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    it(`pulls again what ${signal} to the engine has cut off`, async () => {
      await up(false);
      await registry.push('cut', 'live', signal, 4 * 1024 ** 2);
      registry.asked.length = 0;
      registry.hold();
      const image = `${registry.host}/cut:live`;
      const id = rig.plane.run(rig.definition([{ name: 'web', image }], none));
      await eventually(() => registry.asked.length > 0, { withinMs: 20_000, state: () => rig.log });
      await engine.signal(signal);
      registry.release();
      await engine.up();
      await rig.reaches(id, 'RUNNING');
    });

    for (const liveRestore of [false, true])
      it(`loses no task and starts none twice where ${signal} meets creates and starts, ${liveRestore ? 'with' : 'without'} live-restore`, async () => {
        await up(liveRestore);
        const ids = Array.from({ length: 12 }, (_, i) =>
          rig.plane.run(rig.definition([{ name: 'web' }], none), { task: String(i).padStart(32, '0') }),
        );
        const begun = (): boolean => ids.some((id) => rig.plane.status(id) === 'RUNNING');
        await eventually(begun, { withinMs: 20_000, everyMs: 5, state: () => rig.log });
        await engine.signal(signal);
        await engine.up();
        const states = (): readonly string[] =>
          ids.map((id) => `${rig.plane.status(id)} ${rig.plane.states.get(id)?.stoppedReason}`);
        await eventually(
          async () => {
            // One container a task, made once; who had not begun runs now, who had and is gone has a reason.
            const all = await rig.containers();
            expect(all).to.have.length(12);
            for (const state of states())
              expect(state).to.match(
                /^RUNNING|^STOPPED Essential container in task exited$|^STOPPED CannotStartContainerError: .*already (exists|in use)/,
              );
            // What the engine lost sight of does not run on beside what is reported.
            const alive = all.filter((c) => processesOf(c.Id) > 0);
            expect(all.filter((c) => c.State === 'running')).to.have.deep.members(alive);
            expect(alive).to.have.length(states().filter((s) => s.startsWith('RUNNING')).length);
            return true;
          },
          { withinMs: 40_000, everyMs: 500, state: states },
        );
      });

    it(`ends a stop that ${signal} to the engine has met`, async () => {
      await up(true);
      const stubborn = {
        name: 'web',
        command: ['sh', '-c', 'trap "" TERM; while :; do sleep 1; done'],
        stopTimeout: 4,
      };
      const id = rig.plane.run(rig.definition([stubborn], none));
      await rig.reaches(id, 'RUNNING');
      rig.plane.stop(id);
      await rig.reaches(id, 'STOPPING');
      await engine.signal(signal);
      await engine.up();
      const report = await rig.reaches(id, 'STOPPED');
      expect(report.containers[0]?.exitCode).to.equal(137);
    });
  }

  it('takes a Docker that hangs for what it is: nothing is stopped, and the instance says so', async () => {
    await up(false);
    const id = rig.plane.run(rig.definition([{ name: 'web' }], none));
    await rig.reaches(id, 'RUNNING');
    await engine.signal('SIGSTOP');
    await eventually(
      () => rig.plane.reports.some((r) => r.impairedReason?.startsWith('docker: no answer') ?? false),
      {
        withinMs: 60_000,
        state: () => rig.log.slice(-2000),
      },
    );
    expect(rig.plane.status(id)).to.equal('RUNNING');
    await engine.signal('SIGCONT');
    rig.plane.stop(id);
    await rig.reaches(id, 'STOPPED');
  });
});
