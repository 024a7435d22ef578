import type { TaskDefinition } from '@longshore/model';
import { type Script, scriptOf } from '@longshore/runtime';
import { expect } from 'chai';
import { taskReport } from '../../../packages/agent/src/engine/report.js';
import { taskHealth } from '../../../packages/agent/src/engine/status.js';
import { aDefinition, anAssignment, World } from './world.js';

const restartPolicy = { enabled: true, restartAttemptPeriod: 60, ignoredExitCodes: [7] };
const healthCheck = { command: ['CMD', 'true'] };

/** How often each container was started, by name. */
function counting(script: Script): { readonly starts: Map<string, number>; readonly script: Script } {
  const starts = new Map<string, number>();
  return {
    starts,
    script: (spec, start) => {
      if (start > 0) starts.set(spec.definition.name ?? '', start);
      return script(spec, start);
    },
  };
}

describe('a container that is restarted', () => {
  const definition: TaskDefinition = aDefinition([
    { name: 'db', restartPolicy, healthCheck },
    { name: 'app', dependsOn: [{ containerName: 'db', condition: 'HEALTHY' }] },
  ]);

  it('is RUNNING and HEALTHY to everybody meanwhile, and who depends on it runs on', async () => {
    const { starts, script } = counting((spec, start) => {
      if (spec.definition.name !== 'db') return {};
      return start === 1
        ? { exitAfterMs: 60_000, exitCode: 1, health: [{ afterMs: 1000, status: 'healthy' }] }
        : { startMs: 5000, health: [{ afterMs: 20_000, status: 'unhealthy' }] };
    });
    const world = await new World({ script }).start();
    await world.run(definition);
    await world.advance(2000);
    expect(world.task().status).to.equal('RUNNING');
    await world.advance(58_000);
    // It has exited, and its second run has not begun.
    const report = taskReport(world.task());
    const [db, app] = report.containers;
    expect(report).to.include({ lastStatus: 'RUNNING', healthStatus: 'HEALTHY' });
    expect(db).to.include({ lastStatus: 'RUNNING', healthStatus: 'HEALTHY', restartCount: 1, reason: '' });
    expect(db).not.to.have.property('exitCode');
    expect(app).to.include({ lastStatus: 'RUNNING', restartCount: 0 });
    // The health of a dependency counts until its dependant has started; from then on it is only shown.
    await world.advance(30_000);
    expect([world.task().status, taskHealth(world.task())]).to.deep.equal(['RUNNING', 'UNHEALTHY']);
    expect([...starts]).to.deep.equal([
      ['db', 2],
      ['app', 1],
    ]);
  });

  it('before it was HEALTHY lets its dependant wait for the run that is', async () => {
    const { starts, script } = counting((spec, start) => {
      if (spec.definition.name !== 'db') return {};
      return start === 1
        ? { exitAfterMs: 60_000, exitCode: 1 }
        : { health: [{ afterMs: 1000, status: 'healthy' }] };
    });
    const world = await new World({ script }).start();
    await world.run(definition);
    await world.advance(60_500);
    expect([world.task().status, starts.get('app')]).to.deep.equal(['PENDING', undefined]);
    await world.advance(1500);
    expect([world.task().status, starts.get('app')]).to.deep.equal(['RUNNING', 1]);
  });

  it('is COMPLETE only when it is not restarted any more', async () => {
    const { starts, script } = counting((spec, start) =>
      spec.definition.name === 'init' ? { exitAfterMs: 60_000, exitCode: start === 3 ? 7 : 1 } : {},
    );
    const world = await new World({ script }).start();
    await world.run(
      aDefinition([
        { name: 'init', essential: false, restartPolicy },
        { name: 'app', dependsOn: [{ containerName: 'init', condition: 'COMPLETE' }] },
      ]),
    );
    await world.advance(125_000);
    expect([world.task().status, starts.get('init'), starts.get('app')]).to.deep.equal([
      'PENDING',
      3,
      undefined,
    ]);
    await world.advance(60_000);
    expect([world.task().status, world.container('init').exitCode]).to.deep.equal(['RUNNING', 7]);
  });

  it('rests after a run that was shorter than the period, however long the one before was', async () => {
    const script: Script = (_, start) => ({ exitAfterMs: start === 1 ? 60_000 : 59_000, exitCode: 1 });
    const world = await new World({ script }).start();
    await world.run(aDefinition([{ name: 'web', restartPolicy }]));
    await world.advance(60_000);
    await world.advance(60_000);
    const { status, stopCode } = world.task();
    expect([status, stopCode, world.container('web').restartCount]).to.deep.equal([
      'STOPPED',
      'EssentialContainerExited',
      1,
    ]);
  });

  it('rests for 300 s of a run where the policy names no period', async () => {
    const script = scriptOf({ web: { exitAfterMs: 299_000 }, side: { exitAfterMs: 300_000 } });
    const world = await new World({ script }).start();
    const policy = { restartPolicy: { enabled: true } };
    await world.run(
      aDefinition([
        { name: 'web', essential: false, ...policy },
        { name: 'side', ...policy },
      ]),
    );
    await world.advance(301_000);
    expect([world.container('web').phase, world.container('web').restartCount]).to.deep.equal(['STOPPED', 0]);
    expect([world.container('side').phase, world.container('side').restartCount]).to.deep.equal([
      'RUNNING',
      1,
    ]);
  });
});

describe('dynamic host ports', () => {
  it('are held until their task has stopped; a task that finds none says RESOURCE:PORTS', async () => {
    const world = await new World({ script: scriptOf({ web: { stopMs: 'never' } }) }).start();
    const definition = aDefinition([
      { name: 'web', stopTimeout: 300, portMappings: [{ containerPort: 80, hostPort: 0 }] },
    ]);
    const named = (n: number): string => n.toString(16).padStart(32, '0');
    // Eleven ports are all there are.
    for (let n = 0; n < 11; n++) await world.run(definition, { task: named(n) });
    const refused = async (n: number): Promise<string> => {
      const task = await world.run(definition, { task: named(n) });
      return world.task(task).stoppedReason;
    };
    expect(await refused(11)).to.match(/^RESOURCE:PORTS/);
    await world.order({ task: named(0), desiredStatus: 'STOPPED' });
    await world.advance(299_000);
    expect(world.task(named(0)).status).to.equal('STOPPING');
    expect(await refused(12)).to.match(/^RESOURCE:PORTS/);
    await world.advance(1000);
    expect(world.task(named(0)).status).to.equal('STOPPED');
    await world.run(definition, { task: named(13) });
    expect(world.container('web', named(13)).ports[0]?.hostPort).to.equal(61_000);
  });

  it('of a range that clashes are all chosen anew, udp as well, and lie in a row', async () => {
    let starts = 0;
    const world = await new World({ script: () => (starts++ === 1 ? { portClash: true } : {}) }).start();
    await world.run(
      aDefinition([
        {
          name: 'web',
          portMappings: [
            { containerPortRange: '5000-5002', protocol: 'udp' },
            { containerPort: 53, hostPort: 53, protocol: 'udp' },
          ],
        },
      ]),
    );
    expect(world.task().status).to.equal('RUNNING');
    const [web] = taskReport(world.task()).containers;
    expect(web?.networkBindings).to.deep.equal([
      { bindIP: '0.0.0.0', containerPort: 53, hostPort: 53, protocol: 'udp' },
      {
        bindIP: '0.0.0.0',
        containerPortRange: '5000-5002',
        hostPortRange: '61003-61005',
        protocol: 'udp',
      },
    ]);
  });
});

describe('a task that stops while it is being prepared', () => {
  it('is cleaned up only when that has ended: nothing is made after it was taken away', async () => {
    const made: string[] = [];
    let finish: () => void = () => undefined;
    const world = await new World({
      engineOptions: {
        needsPreparation: () => true,
        prepare: async () => {
          await new Promise<void>((resolve) => {
            finish = resolve;
          });
          made.push('made');
        },
        release: () => {
          made.push('released');
          return Promise.resolve();
        },
      },
    }).start();
    const { task: id } = anAssignment();
    await world.run(aDefinition([{ name: 'web' }]));
    await world.order({ desiredStatus: 'STOPPED' });
    expect(world.task().status).to.equal('STOPPED');
    world.engine.acknowledge(id, world.task().version);
    world.engine.cleanUp(id);
    await world.advance(60_000);
    expect(made).to.deep.equal([]);
    finish();
    await world.advance(1000);
    expect(made).to.deep.equal(['made', 'released']);
    expect(world.engine.task(id)).to.equal(undefined);
  });
});

describe('an engine that does not answer to a task', () => {
  for (const { call, starts } of [
    { call: 'createContainer', starts: 0 },
    { call: 'startContainer', starts: 3 },
  ] as const)
    it(`at ${call} is asked three times; then the task has failed to start, by DockerTimeoutError`, async () => {
      const world = await new World().start();
      world.runtime.fault({ calls: [call], kind: 'hang' });
      await world.run(aDefinition([{ name: 'web' }]));
      expect(world.task().status).to.equal('PENDING');
      await world.advance(15 * 60_000);
      const { status, stopCode, stoppedReason } = world.task();
      expect([status, stopCode]).to.deep.equal(['STOPPED', 'TaskFailedToStart']);
      expect(stoppedReason).to.match(/^DockerTimeoutError: /);
      expect(world.runtime.calls('startContainer')).to.equal(starts);
    });
});
