import { scriptOf } from '@longshore/runtime';
import { expect } from 'chai';
import type { AgentTask } from '../../../packages/agent/src/engine/record.js';
import { PortBook } from '../../../packages/agent/src/ports/port-book.js';
import { aDefinition, anAssignment, World } from './world.js';

const web = aDefinition([{ name: 'web' }]);
const id = anAssignment().task;

function manyPorts(): PortBook {
  const none = { tcp: new Set<number>(), udp: new Set<number>() };
  return new PortBook({
    ranges: [{ first: 61_000, last: 61_999 }],
    reserved: none,
    inUse: () => none,
    staticIp: undefined,
  });
}

describe('a task on an engine', () => {
  it('goes from assigned to RUNNING without waiting for any time to pass', async () => {
    const world = await new World().start();
    await world.run(web);
    expect(world.task().status).to.equal('RUNNING');
    expect(world.clock.monotonicMs()).to.equal(0);
    expect(world.runtime.containers().map((c) => c.state)).to.deep.equal(['running']);
  });

  it('goes on, is written and is told of further though one who is told fails', async () => {
    const seen: string[] = [];
    const onChanged = (task: AgentTask): void => {
      seen.push(task.status);
      if (task.status === 'RUNNING') throw new Error('does not take it');
    };
    const script = scriptOf({ web: { exitAfterMs: 1000, exitCode: 3 } });
    const world = await new World({ script, engineOptions: { onChanged } }).start();
    await world.run(web);
    expect(world.task().status).to.equal('RUNNING');
    await world.advance(1000);
    expect(world.task().status).to.equal('STOPPED');
    expect(JSON.parse(world.journal.files.get(id) ?? '{}')).to.include({ status: 'STOPPED' });
    expect(seen).to.include('RUNNING');
    expect(seen.at(-1)).to.equal('STOPPED');
    // Nothing of it is handled a second time: one container, started once.
    expect(world.runtime.containers()).to.have.length(1);
  });

  it('is RUNNING only when every container has started', async () => {
    const world = await new World({ script: scriptOf({ slow: { startMs: 5000 } }) }).start();
    await world.run(aDefinition([{ name: 'web' }, { name: 'slow' }]));
    expect([world.task().status, world.container('web').phase]).to.deep.equal(['PENDING', 'RUNNING']);
    await world.advance(5000);
    expect(world.task().status).to.equal('RUNNING');
  });

  it('stops when an essential container exits, and says so in the words of ECS', async () => {
    const world = await new World({ script: scriptOf({ web: { exitAfterMs: 1000, exitCode: 3 } }) }).start();
    await world.run(aDefinition([{ name: 'web' }, { name: 'side', essential: false }]));
    await world.advance(1000);
    const task = world.task();
    expect(task.status).to.equal('STOPPED');
    expect(task.stopCode).to.equal('EssentialContainerExited');
    expect(task.stoppedReason).to.equal('Essential container in task exited');
    expect(world.container('web').exitCode).to.equal(3);
    expect(world.container('side').phase).to.equal('STOPPED');
  });

  it('goes on when a container that is not essential exits', async () => {
    const world = await new World({ script: scriptOf({ side: { exitAfterMs: 1000 } }) }).start();
    await world.run(aDefinition([{ name: 'web' }, { name: 'side', essential: false }]));
    await world.advance(1000);
    expect(world.task().status).to.equal('RUNNING');
  });

  it('says OutOfMemoryError of a container that the kernel killed for memory', async () => {
    const script = scriptOf({ web: { exitAfterMs: 1000, exitCode: 137, outOfMemory: true } });
    const world = await new World({ script }).start();
    await world.run(web);
    await world.advance(1000);
    expect(world.container('web').reason).to.equal('OutOfMemoryError: Container killed due to memory usage');
  });

  it('fails to start with the registry words when its image can not be pulled', async () => {
    const world = await new World({ images: [], pulls: () => ({ error: 'pull access denied' }) }).start();
    await world.run(web);
    const { status, stopCode, stoppedReason } = world.task();
    expect([status, stopCode]).to.deep.equal(['STOPPED', 'TaskFailedToStart']);
    expect(stoppedReason).to.equal('CannotPullContainerError: pull access denied');
  });

  it('stops by order of the control plane, in reverse order of dependencies, and gives no code of its own', async () => {
    const world = await new World({ script: scriptOf({ '*': { stopMs: 1000 } }) }).start();
    await world.run(
      aDefinition([
        { name: 'db' },
        { name: 'app', dependsOn: [{ containerName: 'db', condition: 'START' }] },
      ]),
    );
    await world.order({ desiredStatus: 'STOPPED' });
    await world.advance(999);
    expect([world.container('app').doing, world.container('db').doing]).to.deep.equal([
      'stopContainer',
      undefined,
    ]);
    await world.advance(1);
    expect([world.container('app').phase, world.container('db').doing]).to.deep.equal([
      'STOPPED',
      'stopContainer',
    ]);
    await world.advance(1000);
    expect([world.task().status, world.task().stopCode]).to.deep.equal(['STOPPED', 'UNSET']);
  });

  it('kills a container that outlives its own stopTimeout', async () => {
    const world = await new World({ script: scriptOf({ web: { stopMs: 'never' } }) }).start();
    await world.run(aDefinition([{ name: 'web', stopTimeout: 2 }]));
    await world.order({ desiredStatus: 'STOPPED' });
    await world.advance(2000);
    expect([world.task().status, world.container('web').exitCode]).to.deep.equal(['STOPPED', 137]);
  });

  it('that takes long to stop holds up no other: neither its stop, nor its start, nor its removal', async () => {
    const script = scriptOf({ stuck: { stopMs: 'never' } });
    const world = await new World({ script, engineOptions: { ports: manyPorts() } }).start();
    const named = (n: number): string => n.toString(16).padStart(32, '0');
    const stuck = Array.from({ length: 120 }, (_, n) => named(n));
    for (const task of stuck)
      world.engine.assign(
        anAssignment({ task }),
        aDefinition([
          { name: 'stuck', stopTimeout: 300, portMappings: [{ containerPort: 80, hostPort: 0 }] },
        ]),
        'epoch',
      );
    const willing = named(500);
    await world.run(web, { task: willing });
    for (const task of stuck) await world.order({ task, desiredStatus: 'STOPPED' });
    await world.order({ task: willing, desiredStatus: 'STOPPED' });
    const next = await world.run(web, { task: named(501) });
    await world.advance(1000);
    expect(world.task(willing).status).to.equal('STOPPED');
    expect(world.task(next).status).to.equal('RUNNING');
    world.engine.acknowledge(willing, world.task(willing).version);
    world.engine.cleanUp(willing);
    await world.advance(1000);
    expect(world.engine.task(willing)).to.equal(undefined);
    // What they hold they hold until they have stopped.
    await world.advance(297_000);
    expect(new Set(stuck.map((task) => world.task(task).status))).to.deep.equal(new Set(['STOPPING']));
    await world.advance(2000);
    expect(new Set(stuck.map((task) => world.task(task).status))).to.deep.equal(new Set(['STOPPED']));
  });

  it('is stopped before its image has come, and creates nothing', async () => {
    const world = await new World({ images: [], pulls: () => ({ delayMs: 60_000 }) }).start();
    await world.run(web);
    await world.order({ desiredStatus: 'STOPPED' });
    expect(world.task().status).to.equal('STOPPED');
    await world.advance(60_000);
    expect(world.runtime.containers()).to.have.length(0);
  });

  it('keeps the last lines of a log with the end', async () => {
    const world = await new World({ script: scriptOf({ web: { exitAfterMs: 10, log: 'boom\n' } }) }).start();
    await world.run(web);
    await world.advance(10);
    expect(world.container('web').logTail).to.equal('boom');
  });

  it('is forgotten only after its end is acknowledged and the waiting time has passed', async () => {
    const world = await new World({ script: scriptOf({ web: { exitAfterMs: 10 } }) }).start();
    await world.run(web);
    await world.advance(4 * 3_600_000);
    expect(world.task().status).to.equal('STOPPED');
    world.engine.acknowledge(id, world.task().version);
    await world.settle();
    expect(world.engine.task(id)).to.equal(undefined);
    expect(world.runtime.containers()).to.have.length(0);
    expect(world.journal.files.size).to.equal(0);
  });

  it('keeps each stopped task by a share of the jitter of its own', async () => {
    const settings = { stopTimeoutMs: 1000, cleanupWaitMs: 60_000, cleanupJitterMs: 100_000 };
    const script = scriptOf({ web: { exitAfterMs: 10 } });
    const world = await new World({ script, engineOptions: { settings } }).start();
    const early = await world.run(web, { task: '0'.repeat(32) });
    const late = await world.run(web, { task: `8${'0'.repeat(31)}` });
    await world.advance(10);
    for (const task of [early, late]) world.engine.acknowledge(task, world.task(task).version);
    await world.advance(59_000);
    expect(world.forgotten).to.deep.equal([]);
    await world.advance(1_000);
    expect(world.forgotten).to.deep.equal([early]);
    await world.advance(50_000);
    expect(world.forgotten).to.deep.equal([early, late]);
  });

  it('takes another dynamic host port where somebody holds the one it chose', async () => {
    let starts = 0;
    const world = await new World({ script: () => (starts++ === 1 ? { portClash: true } : {}) }).start();
    await world.run(aDefinition([{ name: 'web', portMappings: [{ containerPort: 80, hostPort: 0 }] }]));
    expect(world.task().status).to.equal('RUNNING');
    expect(world.container('web').ports[0]?.hostPort).to.equal(61_001);
    expect(world.runtime.containers()).to.have.length(1);
  });

  it('does not take a static host port for another', async () => {
    const world = await new World({ script: scriptOf({ web: { portClash: true } }) }).start();
    await world.run(aDefinition([{ name: 'web', portMappings: [{ containerPort: 80, hostPort: 80 }] }]));
    expect(world.task().stoppedReason).to.match(/^CannotStartContainerError/);
  });
});

describe('dependencies', () => {
  it('start a HEALTHY dependant when the check has passed', async () => {
    const healthCheck = { command: ['CMD', 'true'] };
    const health = [{ afterMs: 3000, status: 'healthy' as const }];
    const world = await new World({ script: scriptOf({ db: { health } }) }).start();
    await world.run(
      aDefinition([
        { name: 'app', dependsOn: [{ containerName: 'db', condition: 'HEALTHY' }] },
        { name: 'db', healthCheck },
      ]),
    );
    expect([world.container('db').phase, world.container('app').phase]).to.deep.equal(['RUNNING', 'CREATED']);
    await world.advance(3000);
    expect(world.task().status).to.equal('RUNNING');
  });

  it('fail the task when SUCCESS exits with another code', async () => {
    const world = await new World({ script: scriptOf({ init: { exitAfterMs: 100, exitCode: 2 } }) }).start();
    await world.run(
      aDefinition([
        { name: 'app', dependsOn: [{ containerName: 'init', condition: 'SUCCESS' }] },
        { name: 'init', essential: false },
      ]),
    );
    await world.advance(100);
    expect([world.task().status, world.task().stopCode]).to.deep.equal(['STOPPED', 'TaskFailedToStart']);
    expect(world.task().stoppedReason).to.contain('init, which exited with code 2');
    expect(world.container('app').startedAtMs).to.equal(0);
  });

  it('fail the task when the startTimeout of what is waited for passes', async () => {
    const world = await new World().start();
    await world.run(
      aDefinition([
        { name: 'app', dependsOn: [{ containerName: 'init', condition: 'COMPLETE' }] },
        { name: 'init', essential: false, startTimeout: 5 },
      ]),
    );
    await world.advance(4999);
    expect(world.task().status).to.equal('PENDING');
    await world.advance(1);
    expect(world.task().stoppedReason).to.contain('startTimeout of 5 s');
    expect(world.task().status).to.equal('STOPPED');
  });
});

describe('a restart policy', () => {
  const restartPolicy = { enabled: true, restartAttemptPeriod: 60, ignoredExitCodes: [7] };
  const definition = aDefinition([{ name: 'web', restartPolicy }]);

  it('starts a container again that ran long enough, and the task stays RUNNING', async () => {
    const world = await new World({
      script: scriptOf({ web: { exitAfterMs: 60_000, exitCode: 1 } }),
    }).start();
    await world.run(definition);
    await world.advance(60_000);
    expect([world.task().status, world.container('web').restartCount]).to.deep.equal(['RUNNING', 1]);
    expect(world.runtime.containers().map((c) => c.state)).to.deep.equal(['running']);
  });

  for (const c of [
    { name: 'lets a container rest that ran too short', exitAfterMs: 59_999, exitCode: 1 },
    { name: 'lets a container rest that exited with an ignored code', exitAfterMs: 60_000, exitCode: 7 },
  ])
    it(c.name, async () => {
      const world = await new World({ script: scriptOf({ web: c }) }).start();
      await world.run(definition);
      await world.advance(60_000);
      expect([world.task().status, world.container('web').restartCount]).to.deep.equal(['STOPPED', 0]);
    });

  it('is carried out by the next process when the agent dies between the exit and the restart', async () => {
    const world = await new World({ script: scriptOf({ web: { exitAfterMs: 60_000 } }) }).start();
    await world.run(definition);
    world.kill();
    await world.clock.advance(60_000);
    expect(world.runtime.containers()[0]?.state).to.equal('exited');
    await world.restart();
    expect([world.task().status, world.container('web').restartCount]).to.deep.equal(['RUNNING', 1]);
    await world.restart();
    expect(world.container('web').restartCount).to.equal(1);
  });
});

describe('an agent that is killed and started again', () => {
  it('adopts what runs: the same container, nothing twice', async () => {
    const world = await new World().start();
    await world.run(web);
    const before = world.runtime.containers();
    await world.restart();
    expect(world.runtime.containers()).to.deep.equal(before);
    expect(world.task().status).to.equal('RUNNING');
    expect(world.runtime.calls('startContainer')).to.equal(1);
  });

  it('sees what ended while it was away', async () => {
    const world = await new World({ script: scriptOf({ web: { exitAfterMs: 1000, exitCode: 9 } }) }).start();
    await world.run(web);
    world.kill();
    await world.clock.advance(1000);
    await world.restart();
    expect([world.task().status, world.container('web').exitCode]).to.deep.equal(['STOPPED', 9]);
  });

  it('sees a container that was removed while it was away', async () => {
    const world = await new World().start();
    await world.run(web);
    world.kill();
    world.runtime.vanish(world.runtime.containers()[0]?.id ?? '');
    await world.restart();
    expect(world.task().status).to.equal('STOPPED');
    expect(world.container('web').reason).to.match(/^ContainerRemoved/);
  });

  it('without its journal adopts by labels what the control plane names', async () => {
    const world = await new World().start();
    await world.run(web);
    world.journal.files.clear();
    await world.restart();
    expect(world.engine.unclaimed).to.deep.equal([id]);
    await world.run(web, { lastStatus: 'RUNNING', revision: 5 });
    expect(world.task().status).to.equal('RUNNING');
    expect(world.runtime.calls('startContainer')).to.equal(1);
  });

  it('without journal and containers never starts a second time what had run', async () => {
    const world = await new World().start();
    await world.run(web, { lastStatus: 'RUNNING' });
    expect(world.task().status).to.equal('STOPPED');
    expect(world.runtime.containers()).to.have.length(0);
  });
});

describe('an engine in trouble', () => {
  it('changes nothing: unknown is not stopped', async () => {
    const world = await new World().start();
    await world.run(web);
    const lift = world.runtime.fault({ calls: 'all', kind: 'serverError' });
    await world.advance(120_000);
    expect(world.task().status).to.equal('RUNNING');
    lift();
    await world.advance(60_000);
    expect(world.task().status).to.equal('RUNNING');
  });

  it('that comes back without its containers has them reported', async () => {
    const world = await new World().start();
    await world.run(web);
    const back = world.runtime.restart({ downMs: 5000 });
    await world.advance(5000);
    await back;
    await world.advance(100);
    expect(world.task().status).to.equal('STOPPED');
    expect(world.container('web').exitCode).to.equal(137);
  });

  it('that loses the answer to a create does not get a second container', async () => {
    const world = await new World().start();
    world.runtime.fault({ calls: ['createContainer'], kind: 'lostAnswer', times: 1 });
    await world.run(web);
    await world.advance(1000);
    expect(world.task().status).to.equal('RUNNING');
    expect(world.runtime.containers()).to.have.length(1);
  });

  it('that loses its events is looked at by itself', async () => {
    const world = await new World({ script: scriptOf({ web: { exitAfterMs: 1000 } }) }).start();
    await world.run(web);
    const heal = world.runtime.loseEvents();
    await world.advance(1000);
    heal();
    expect(world.task().status).to.equal('RUNNING');
    await world.advance(30_000);
    expect(world.task().status).to.equal('STOPPED');
  });
});

describe('deadlines', () => {
  it('wake a task at its time and not again and again before what it waits for', async () => {
    const world = await new World({ script: scriptOf({ web: { exitAfterMs: 10 } }) }).start();
    await world.run(web);
    await world.advance(20);
    const hang = world.runtime.fault({ calls: ['removeContainer'], kind: 'hang' });
    world.engine.acknowledge(id, world.task().version);
    await world.advance(3 * 3_600_000);
    const before = world.journal.writes;
    const timers: number[] = [];
    for (let i = 0; i < 20; i++) {
      timers.push(world.clock.untilNext() ?? Number.POSITIVE_INFINITY);
      await world.advance(50);
    }
    expect(timers.filter((ms) => ms < 5)).to.have.length.below(3);
    expect(world.journal.writes).to.equal(before);
    hang();
    await world.advance(60_000);
    expect(world.engine.task(id)).to.equal(undefined);
  });

  it('end a container whose restart could not be made when its task stops', async () => {
    const restartPolicy = { enabled: true, restartAttemptPeriod: 60 };
    const script = (_: unknown, start: number) =>
      start === 1 ? { exitAfterMs: 60_000 } : { startMs: 1_000_000 };
    const world = await new World({ script }).start();
    await world.run(aDefinition([{ name: 'web', restartPolicy }]));
    await world.advance(60_000);
    await world.order({ desiredStatus: 'STOPPED' });
    await world.advance(900_000);
    expect(world.task().status).to.equal('STOPPED');
  });
});
