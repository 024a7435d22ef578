import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { AgentRig } from './rig.js';

/** When the engine says that a container's last run began and ended, in milliseconds. */
interface Span {
  readonly from: number;
  readonly to: number;
}

async function spanOf(rig: AgentRig, task: string, name: string): Promise<Span> {
  const id = rig.plane.states.get(task)?.containers.find((c) => c.name === name)?.runtimeId ?? '';
  const { body } = await rig.engine.ask<{ State: { StartedAt: string; FinishedAt: string } }>(
    'GET',
    `/containers/${id}/json`,
  );
  return { from: Date.parse(body.State.StartedAt), to: Date.parse(body.State.FinishedAt) };
}

describe('the order of containers, by the clock of the engine', function () {
  this.timeout(60_000);
  needs('docker');
  let rig: AgentRig;
  beforeEach(async () => {
    rig = await new AgentRig(['--shared-engine']).start();
  });
  afterEach(() => rig.close());

  it('dependants start when START, COMPLETE, SUCCESS and HEALTHY say so, and stop before what they depend on', async () => {
    const check = { command: ['CMD', 'test', '-e', '/ready'], interval: 1, timeout: 2, retries: 5 };
    const task = rig.plane.run(
      rig.definition([
        {
          name: 'app',
          dependsOn: [
            { containerName: 'log', condition: 'START' },
            { containerName: 'warm', condition: 'COMPLETE' },
            { containerName: 'init', condition: 'SUCCESS' },
            { containerName: 'db', condition: 'HEALTHY' },
          ],
        },
        { name: 'log', essential: false },
        { name: 'warm', essential: false, command: ['sh', '-c', 'sleep 1; exit 5'] },
        { name: 'init', essential: false, command: ['sh', '-c', 'sleep 1'] },
        { name: 'db', command: ['sh', '-c', 'sleep 1; touch /ready; sleep 3600'], healthCheck: check },
      ]),
    );
    await rig.reaches(task, 'RUNNING');
    const [app, log, warm, init, db] = await Promise.all(
      ['app', 'log', 'warm', 'init', 'db'].map((name) => spanOf(rig, task, name)),
    );
    expect(app?.from).to.be.greaterThan(log?.from ?? 0);
    expect(app?.from).to.be.greaterThan(warm?.to ?? 0);
    expect(app?.from).to.be.greaterThan(init?.to ?? 0);
    // Healthy after its second of work at the soonest.
    expect(app?.from).to.be.greaterThan((db?.from ?? 0) + 1000);
    rig.plane.stop(task);
    await rig.reaches(task, 'STOPPED');
    const [appEnd, logEnd, dbEnd] = await Promise.all(
      ['app', 'log', 'db'].map((name) => spanOf(rig, task, name)),
    );
    // SIGKILL after a second each: they did not end at one time.
    expect(logEnd?.to).to.be.greaterThan(appEnd?.to ?? 0);
    expect(dbEnd?.to).to.be.greaterThan(appEnd?.to ?? 0);
  });

  it('a dependency on SUCCESS that exits with 1 ends the task, and its dependant is never started', async () => {
    const task = rig.plane.run(
      rig.definition([
        { name: 'app', dependsOn: [{ containerName: 'init', condition: 'SUCCESS' }] },
        { name: 'init', essential: false, command: ['sh', '-c', 'exit 1'] },
      ]),
    );
    const report = await rig.reaches(task, 'STOPPED');
    expect(report.stopCode).to.equal('TaskFailedToStart');
    expect(report.stoppedReason).to.match(/init/);
    const started = (await rig.containers()).filter((c) => c.State !== 'created');
    expect(started).to.have.length(1);
  });

  it('a startTimeout that passes ends the task, and the dependant is never started', async () => {
    const healthCheck = { command: ['CMD', 'false'], interval: 5, timeout: 2, retries: 10 };
    const task = rig.plane.run(
      rig.definition([
        { name: 'app', dependsOn: [{ containerName: 'db', condition: 'HEALTHY' }] },
        { name: 'db', essential: false, healthCheck, startTimeout: 2 },
      ]),
    );
    const report = await rig.reaches(task, 'STOPPED');
    expect(report.stopCode).to.equal('TaskFailedToStart');
    expect(report.stoppedReason).to.match(/db/);
    const db = await spanOf(rig, task, 'db');
    expect(db.to - db.from).to.be.greaterThan(1900);
    expect((await rig.containers()).filter((c) => c.State !== 'created')).to.have.length(1);
  });

  it('an essential container that exits ends the task and all its containers, another does not', async () => {
    const task = rig.plane.run(
      rig.definition([
        { name: 'web', command: ['sh', '-c', 'sleep 3; exit 4'] },
        { name: 'short', essential: false, command: ['sh', '-c', 'exit 0'] },
        { name: 'side', essential: false },
      ]),
    );
    await rig.reaches(task, 'RUNNING');
    await eventually(async () => {
      expect((await rig.containers()).map((c) => c.State).sort()).to.deep.equal([
        'exited',
        'running',
        'running',
      ]);
    });
    const report = await rig.reaches(task, 'STOPPED');
    expect(report).to.include({
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
    });
    // It came to its own end: what ended before it was not essential.
    const codes = new Map(report.containers.map((c) => [c.name, c.exitCode]));
    expect([codes.get('short'), codes.get('web'), codes.get('side')]).to.deep.equal([0, 4, 137]);
    const [web, side] = await Promise.all(['web', 'side'].map((name) => spanOf(rig, task, name)));
    expect(side?.to).to.be.greaterThan(web?.to ?? 0);
    expect((await rig.containers()).map((c) => c.State)).to.deep.equal(['exited', 'exited', 'exited']);
  });

  it('a container that ran less than restartAttemptPeriod is not restarted', async () => {
    const restartPolicy = { enabled: true, restartAttemptPeriod: 60 };
    const task = rig.plane.run(
      rig.definition([
        { name: 'web' },
        { name: 'short', essential: false, restartPolicy, command: ['sh', '-c', 'echo run; exit 1'] },
      ]),
    );
    await rig.reaches(task, 'RUNNING');
    const first = await spanOf(rig, task, 'short');
    rig.plane.stop(task);
    const report = await rig.reaches(task, 'STOPPED');
    expect(report.containers.find((c) => c.name === 'short')).to.include({
      exitCode: 1,
      restartCount: 0,
      logTail: 'run',
    });
    expect(await spanOf(rig, task, 'short')).to.deep.equal(first);
  });
});

describe('ECS_CONTAINER_STOP_TIMEOUT', function () {
  this.timeout(60_000);
  needs('docker');

  it('bounds the stop of a container without a stopTimeout of its own', async () => {
    const rig = await new AgentRig(['--shared-engine'], { ECS_CONTAINER_STOP_TIMEOUT: '3s' }).start();
    try {
      const deaf = ['sh', '-c', 'trap "" TERM; while true; do sleep 1; done'];
      const task = rig.plane.run(
        rig.definition([
          { name: 'instance', command: deaf, stopTimeout: undefined },
          { name: 'own', command: deaf, stopTimeout: 7 },
        ]),
      );
      await rig.reaches(task, 'RUNNING');
      const told = Date.now();
      rig.plane.stop(task);
      const report = await rig.reaches(task, 'STOPPED');
      expect(report.containers.map((c) => c.exitCode)).to.deep.equal([137, 137]);
      const [instance, own] = await Promise.all(['instance', 'own'].map((name) => spanOf(rig, task, name)));
      expect((instance?.to ?? 0) - told).to.be.within(3000, 6900);
      expect((own?.to ?? 0) - told).to.be.at.least(7000);
    } finally {
      await rig.close();
    }
  });
});
