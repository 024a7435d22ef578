import { rmSync, statfsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { PrivateEngine, type PrivateEngineOptions } from '../../support/private-engine.js';
import { TestRegistry } from '../../support/registry.js';
import { WholeSystem } from './system.js';

const mib = 1024 ** 2;

describe('an instance in trouble', function () {
  this.timeout(300_000);
  needs('docker', 'root', 'netns', 'loop');
  let engine: PrivateEngine;
  let system: WholeSystem;

  async function up(
    options: PrivateEngineOptions,
    variables: Readonly<Record<string, string>>,
  ): Promise<void> {
    const registry = await new TestRegistry().start();
    engine = await PrivateEngine.start({ registry, ...options });
    const all = { DOCKER_HOST: engine.url, ...variables };
    system = await WholeSystem.start([], all, { engine: engine.engine, registry });
  }
  afterEach(async () => {
    await engine.signal('SIGCONT');
    await system.close();
    await engine.close();
  });

  async function define(family: string, image: string): Promise<void> {
    await system.server.ecs.RegisterTaskDefinition({
      family,
      networkMode: 'none',
      containerDefinitions: [{ name: 'main', image, memory: 8, command: ['sleep', '3600'], stopTimeout: 2 }],
    });
  }

  async function run(taskDefinition: string): Promise<string> {
    const { tasks = [], failures } = await system.server.ecs.RunTask({ taskDefinition });
    expect(failures).to.deep.equal([]);
    return tasks[0]?.taskArn ?? '';
  }

  const reaches = (task: string, status: string): Promise<boolean> =>
    eventually(async () => (await statusOf(task)) === status, {
      withinMs: 40_000,
      state: () => system.agent.log.slice(-3000),
    });

  const statusOf = async (task: string): Promise<string | undefined> =>
    (await system.server.ecs.DescribeTasks({ tasks: [task] })).tasks?.[0]?.lastStatus;

  /** Why the instance is IMPAIRED, by the door of ECS; undefined where it is OK. */
  async function reason(): Promise<string | undefined> {
    const { ecs } = system.server;
    const { containerInstanceArns: containerInstances = [] } = await ecs.ListContainerInstances({});
    const include = ['CONTAINER_INSTANCE_HEALTH'] as const;
    const { containerInstances: [shown] = [] } = await ecs.DescribeContainerInstances({
      containerInstances,
      include,
    });
    const [detail] = shown?.healthStatus?.details ?? [];
    expect(detail?.type).to.equal('CONTAINER_RUNTIME');
    expect(shown?.healthStatus?.overallStatus).to.equal(detail?.status);
    return detail?.status === 'IMPAIRED' ? detail.statusReason : undefined;
  }

  async function isSaid(pattern: RegExp, withinMs: number): Promise<void> {
    await eventually(async () => pattern.test((await reason()) ?? ''), {
      withinMs,
      state: () => system.agent.log.slice(-2000),
    });
    expect(await system.longshore('instances')).to.match(new RegExp(pattern.source.replace(/[\^$]/g, '')));
  }

  async function takesNothing(taskDefinition: string): Promise<void> {
    const { tasks, failures = [] } = await system.server.ecs.RunTask({ taskDefinition });
    expect(tasks).to.deep.equal([]);
    expect(failures.map((f) => f.reason)).to.deep.equal(['AGENT']);
  }

  /** A minute of OK, counted by the agent. */
  async function returns(taskDefinition: string): Promise<void> {
    const began = performance.now();
    await eventually(async () => (await reason()) === undefined, { withinMs: 120_000, everyMs: 500 });
    expect(performance.now() - began).to.be.greaterThan(50_000);
    await reaches(await run(taskDefinition), 'RUNNING');
  }

  it('whose disk fills lets the oldest go first, takes no task meanwhile, says so, and returns', async () => {
    await up({ diskMiB: 192 }, { LONGSHORE_DISK_LIMIT_PERCENT: '70', ECS_NUM_IMAGES_DELETE_PER_CYCLE: '1' });
    const disk = join(engine.directory, 'data');
    const images: string[] = [];
    for (const name of ['oldest', 'older', 'kept']) {
      images.push((await system.push(name, name, 8 * mib)).image);
      await define(name, images.at(-1) ?? '');
    }
    const kept = await run('kept');
    await reaches(kept, 'RUNNING');
    for (const name of ['oldest', 'older']) {
      const task = await run(name);
      await reaches(task, 'RUNNING');
      await system.server.ecs.StopTask({ task });
      await reaches(task, 'STOPPED');
    }
    await engine.engine.ask('POST', '/volumes/create', { Name: 'theirs' });
    const there = async (): Promise<readonly string[]> => {
      const found: string[] = [];
      for (const image of images)
        if ((await engine.engine.ask('GET', `/images/${image}/json`)).status === 200) found.push(image);
      return found;
    };
    const { blocks, bsize, bavail } = statfsSync(disk);
    const fill = join(disk, 'fill');
    writeFileSync(fill, Buffer.alloc(Math.ceil(bsize * (bavail - blocks * 0.15))));
    await isSaid(/^disk \S+\/data \d+ % full \(limit 70\)$/, 40_000);
    await takesNothing('kept');
    const seen: string[] = [];
    await eventually(
      async () => {
        const now = (await there()).map((i) => i.split('/')[1]).join(' ');
        if (seen.at(-1) !== now) seen.push(now);
        return now === 'kept:live';
      },
      { withinMs: 90_000, everyMs: 100, state: () => ({ seen, log: system.agent.log.slice(-2000) }) },
    );
    expect(seen.slice(-3)).to.deep.equal([
      'oldest:live older:live kept:live',
      'older:live kept:live',
      'kept:live',
    ]);
    expect(await statusOf(kept)).to.equal('RUNNING');
    expect((await engine.engine.ask('GET', '/images/busybox:1.36/json')).status).to.equal(200);
    expect((await engine.engine.ask('GET', '/volumes/theirs')).status).to.equal(200);
    rmSync(fill);
    await returns('kept');
  });

  it('whose Docker hangs keeps the tasks of a DAEMON and takes none, until a minute after it answers again', async () => {
    await up({}, {});
    const { ecs } = system.server;
    await define('daemon', 'busybox:1.36');
    await ecs.CreateService({
      serviceName: 'daemon',
      taskDefinition: 'daemon',
      schedulingStrategy: 'DAEMON',
    });
    const tasksOf = async (): Promise<readonly string[]> =>
      (await ecs.ListTasks({ serviceName: 'daemon' })).taskArns ?? [];
    await eventually(async () => (await tasksOf()).length === 1, { withinMs: 30_000 });
    const [task = ''] = await tasksOf();
    await reaches(task, 'RUNNING');
    await engine.signal('SIGSTOP');
    await isSaid(/^docker: no answer to inspect for \d+ s$/, 60_000);
    await takesNothing('daemon');
    await engine.signal('SIGCONT');
    await returns('daemon');
    expect(await tasksOf()).to.deep.equal([task]);
    expect(await statusOf(task)).to.equal('RUNNING');
  });
});
