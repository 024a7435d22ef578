import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { PrivateEngine } from '../../support/private-engine.js';
import { AgentRig } from './rig.js';

describe('an agent whose Docker restarts', function () {
  this.timeout(120_000);
  needs('docker', 'root');
  let engine: PrivateEngine;
  let rig: AgentRig;

  async function up(liveRestore: boolean): Promise<void> {
    engine = await PrivateEngine.start({ liveRestore });
    rig = await new AgentRig([], { DOCKER_HOST: engine.url }, engine.engine).start();
  }
  afterEach(async () => {
    await rig.close();
    await engine.close();
  });

  const none = { networkMode: 'none' as const };

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
