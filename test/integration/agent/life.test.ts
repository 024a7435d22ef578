import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { AgentRig } from './rig.js';

describe('an agent process on a real engine', function () {
  this.timeout(60_000);
  needs('docker');
  let rig: AgentRig;
  beforeEach(async () => {
    rig = await new AgentRig().start();
  });
  afterEach(() => rig.close());

  it('runs a task of three containers in the order of their dependencies and reports what it knows', async () => {
    const id = rig.plane.run(
      rig.definition([
        {
          name: 'app',
          dependsOn: [
            { containerName: 'init', condition: 'SUCCESS' },
            { containerName: 'db', condition: 'HEALTHY' },
          ],
          portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
        },
        { name: 'init', essential: false, command: ['sh', '-c', 'echo done'] },
        { name: 'db', healthCheck: { command: ['CMD', 'true'], interval: 1, timeout: 2, retries: 3 } },
      ]),
    );
    const report = await rig.reaches(id, 'RUNNING');
    const by = new Map(report.containers.map((c) => [c.name, c]));
    expect(by.get('init')).to.include({ lastStatus: 'STOPPED', exitCode: 0, logTail: 'done' });
    expect(by.get('app')?.networkBindings[0]?.hostPort).to.be.greaterThan(49_152);
    expect(by.get('db')?.healthStatus).to.equal('HEALTHY');
    expect(report.healthStatus).to.equal('HEALTHY');
    expect(report.startedAtMs).to.be.greaterThan(report.pullStoppedAtMs - 1);
  });

  it('survives SIGKILL: the same containers run on, nothing is started twice, what ended is reported', async () => {
    const stays = rig.plane.run(rig.definition([{ name: 'web' }]), { task: 'a'.repeat(32) });
    const ends = rig.plane.run(rig.definition([{ name: 'web', command: ['sleep', '3600'] }]), {
      task: 'b'.repeat(32),
    });
    await rig.reaches(stays, 'RUNNING');
    const before = await rig.reaches(ends, 'RUNNING');
    const containers = (await rig.containers()).map((c) => c.Id).sort();
    await rig.kill();
    await rig.engine.ask('POST', `/containers/${before.containers[0]?.runtimeId}/kill`);
    rig.plane.reports.length = 0;
    await rig.startAgent();
    const stopped = await rig.reaches(ends, 'STOPPED');
    expect(stopped.containers[0]?.exitCode).to.equal(137);
    expect(stopped.stopCode).to.equal('EssentialContainerExited');
    expect((await rig.containers()).map((c) => c.Id).sort()).to.deep.equal(containers);
    expect(rig.plane.status(stays)).to.equal('RUNNING');
  });

  it('stops with SIGTERM within a bound and leaves containers running', async () => {
    const id = rig.plane.run(rig.definition([{ name: 'web' }]));
    await rig.reaches(id, 'RUNNING');
    expect(await rig.kill('SIGTERM')).to.equal(0);
    expect((await rig.containers()).map((c) => c.State)).to.deep.equal(['running']);
  });

  it('stops what it is told to, SIGKILL after the timeout of the container', async () => {
    const ignores = ['sh', '-c', 'trap "" TERM; while true; do sleep 1; done'];
    const id = rig.plane.run(rig.definition([{ name: 'web', command: ignores }]));
    await rig.reaches(id, 'RUNNING');
    rig.plane.stop(id);
    const report = await rig.reaches(id, 'STOPPED');
    expect(report.containers[0]?.exitCode).to.equal(137);
  });

  it('says in Docker words why a container can not start', async () => {
    const id = rig.plane.run(rig.definition([{ name: 'web', command: ['/no/such/program'] }]));
    const report = await rig.reaches(id, 'STOPPED');
    expect(report.stopCode).to.equal('TaskFailedToStart');
    expect(report.stoppedReason).to.match(/^CannotStartContainerError: .*no such file/s);
  });

  it('says OutOfMemoryError where the kernel killed for memory', async () => {
    const eats = ['tail', '/dev/zero'];
    const id = rig.plane.run(rig.definition([{ name: 'web', command: eats, memory: 8 }]));
    const report = await rig.reaches(id, 'STOPPED');
    expect(report.containers[0]?.reason).to.equal('OutOfMemoryError: Container killed due to memory usage');
  });

  it('reports RUNNING soon after the start call has returned', async () => {
    const warm = rig.plane.run(rig.definition([{ name: 'web' }]), { task: 'c'.repeat(32) });
    await rig.reaches(warm, 'RUNNING');
    const id = rig.plane.run(rig.definition([{ name: 'web' }]), { task: 'd'.repeat(32) });
    const report = await rig.reaches(id, 'RUNNING');
    const answer = await rig.engine.ask<{ State: { StartedAt: string } }>(
      'GET',
      `/containers/${report.containers[0]?.runtimeId}/json`,
    );
    const startedMs = Date.parse(answer.body.State.StartedAt);
    await eventually(() => report.startedAtMs - startedMs < 200, { withinMs: 10, state: () => report });
  });
});
