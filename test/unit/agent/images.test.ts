import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock, makeLogger, settle, silentLogger } from '@longshore/kit';
import {
  type ContainerFacts,
  FakeRuntime,
  type FakeRuntimeOptions,
  type ImageFacts,
  type PullOptions,
  type RuntimeDriver,
} from '@longshore/runtime';
import { expect } from 'chai';
import type { PullBehavior } from '../../../packages/agent/src/config/config.js';
import type { AgentTask } from '../../../packages/agent/src/engine/record.js';
import { heldBy, leftBehind, removable } from '../../../packages/agent/src/images/choose.js';
import { digestOf, familiarReference } from '../../../packages/agent/src/images/digest.js';
import { ImageCleaner } from '../../../packages/agent/src/images/image-cleaner.js';
import { ImageList, type TrackedImage } from '../../../packages/agent/src/images/image-list.js';
import { ImageProvider } from '../../../packages/agent/src/images/image-provider.js';
import { DurableFiles } from '../../../packages/agent/src/journal/files.js';
import { aDefinition, anAssignment, World } from './world.js';

const directories: string[] = [];
after(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

function aDirectory(): string {
  const made = mkdtempSync(join(tmpdir(), 'longshore-images-'));
  directories.push(made);
  return made;
}

function aProvider(
  behavior: PullBehavior,
  options: Omit<FakeRuntimeOptions, 'clock'> = {},
  directory = aDirectory(),
) {
  const clock = new FakeClock();
  const driver = new FakeRuntime({ clock, ...options });
  const list = new ImageList({ files: new DurableFiles(directory), clock, logger: silentLogger });
  const parts = {
    driver,
    behavior,
    clock,
    logger: silentLogger,
    inactivityMs: 1,
    timeoutMs: 60_000,
    credentials: [],
  };
  return { provider: new ImageProvider({ ...parts, list }), driver, clock, list, directory };
}

const { signal } = new AbortController();
const image = 'busybox:1.36';

describe('pull behaviour', () => {
  for (const c of [
    { behavior: 'default', cached: true, pulls: 1 },
    { behavior: 'always', cached: true, pulls: 1 },
    { behavior: 'once', cached: true, pulls: 1 },
    { behavior: 'prefer-cached', cached: true, pulls: 0 },
    { behavior: 'prefer-cached', cached: false, pulls: 1 },
  ] as const)
    it(`${c.behavior}, ${c.cached ? 'cached' : 'not cached'}: ${c.pulls} pulls`, async () => {
      const { provider, driver } = aProvider(c.behavior, { images: c.cached ? [image] : [] });
      await provider.provide(image, signal);
      expect(driver.calls('pullImage')).to.equal(c.pulls);
    });

  it('once pulls an image once', async () => {
    const { provider, driver } = aProvider('once', { images: [] });
    await provider.provide(image, signal);
    await provider.provide(image, signal);
    expect(driver.calls('pullImage')).to.equal(1);
  });

  it('once does not pull again after a restart of the agent, but where the image is gone', async () => {
    const before = aProvider('once', { images: [] });
    await before.provider.provide(image, signal);
    await before.list.written();
    const after = aProvider('once', { images: [image] }, before.directory);
    await after.list.load();
    expect(after.list.hasPulled(`docker.io/library/${image}`)).to.equal(true);
    await after.provider.provide(image, signal);
    expect(after.driver.calls('pullImage')).to.equal(0);
    await after.driver.removeImage(image);
    await after.provider.provide(image, signal);
    expect(after.driver.calls('pullImage')).to.equal(1);
  });

  it('default fails where the cached image went while the registry was asked', async () => {
    const { provider, driver, clock } = aProvider('default', {
      images: [image],
      pulls: () => ({ delayMs: 500, error: 'no such host' }),
    });
    const failure = provider.provide(image, signal).catch((e: Error) => e.message);
    await settle();
    await driver.removeImage(image);
    await clock.advance(500);
    expect(await failure).to.equal('no such host');
  });

  it('an image named by digest is not pulled again', async () => {
    const pinned = `busybox@sha256:${'a'.repeat(64)}`;
    const { provider, driver } = aProvider('default', { images: [pinned] });
    expect((await provider.provide(pinned, signal)).digest).to.equal(`sha256:${'a'.repeat(64)}`);
    expect(driver.calls('pullImage')).to.equal(0);
  });

  it('default makes do with the cached image, and leaves a silent registry alone for a minute', async () => {
    const { provider, driver, clock } = aProvider('default', {
      images: [image],
      pulls: () => ({ error: 'no such host' }),
    });
    await provider.provide(image, signal);
    await provider.provide(image, signal);
    expect(driver.calls('pullImage')).to.equal(1);
    await clock.advance(60_001);
    await provider.provide(image, signal);
    expect(driver.calls('pullImage')).to.equal(2);
  });

  it('asks again where the look at the image fails, and gives up in the words of a pull', async () => {
    const { provider, driver, clock } = aProvider('default', { images: [image] });
    const look = { calls: ['inspectImage'], kind: 'serverError' } as const;
    driver.fault({ ...look, times: 2 });
    const there = provider.provide(image, signal);
    await clock.advance(3000);
    expect((await there).id).not.to.equal('');
    driver.fault(look);
    const failure = provider.provide(image, signal).catch((e: unknown) => e);
    await clock.advance(3000);
    expect(await failure).to.include({ code: 'CannotPullContainerError' });
  });

  it('always fails where the registry does', async () => {
    const { provider } = aProvider('always', { images: [image], pulls: () => ({ error: 'denied' }) });
    const failure = await provider.provide(image, signal).catch((e: Error) => e.message);
    expect(failure).to.equal('denied');
  });

  it('pulls of one image at the same time are one pull', async () => {
    const { provider, driver, clock, list } = aProvider('default', {
      images: [],
      pulls: () => ({ delayMs: 500 }),
    });
    const all = [1, 2, 3].map(() => provider.provide(image, signal));
    await settle();
    await clock.advance(500);
    await Promise.all(all);
    expect(driver.calls('pullImage')).to.equal(1);
    expect(list.hasPulled(image)).to.equal(true);
  });

  it('a pull says in the log every five seconds how far it is', async () => {
    const clock = new FakeClock();
    const lines: string[] = [];
    const destination = { write: (line: string) => void lines.push(line) };
    const fake = new FakeRuntime({ clock });
    const driver = new Proxy<RuntimeDriver>(fake, {
      get: (target, member: keyof RuntimeDriver) =>
        member === 'pullImage'
          ? async (name: string, options: PullOptions) => {
              for (let bytes = 1; bytes <= 12; bytes++) {
                options.onProgress?.({ layers: 1, layersDone: 0, bytes, bytesTotal: 12 });
                await clock.sleep(1000);
              }
              await target.pullImage(name, {});
            }
          : (target[member] as () => unknown).bind(target),
    });
    const logger = makeLogger('test', { destination });
    const list = new ImageList({ files: new DurableFiles(aDirectory()), clock, logger });
    const pull = { behavior: 'default', inactivityMs: 1, timeoutMs: 60_000, credentials: [] } as const;
    const pulling = new ImageProvider({ driver, clock, logger, list, ...pull }).provide(image, signal);
    await settle();
    await clock.advance(12_000);
    await pulling;
    const said = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(said.map((l) => [l.msg, l.bytes, l.bytesTotal])).to.deep.equal([
      ['pull started', undefined, undefined],
      ['pull goes on', 6, 12],
      ['pull goes on', 11, 12],
      ['pull finished', undefined, undefined],
    ]);
    expect(said.every((l) => l.image === image)).to.equal(true);
  });

  it('a pull goes on while one still waits for it, and ends with the last', async () => {
    const { provider, clock } = aProvider('default', { images: [], pulls: () => ({ delayMs: 500 }) });
    const one = new AbortController();
    const two = new AbortController();
    const first = provider.provide(image, one.signal).catch((e: Error) => e.message);
    const second = provider.provide(image, two.signal).catch((e: Error) => e.message);
    await settle();
    one.abort(new Error('the task stops'));
    expect(await first).to.equal('the task stops');
    expect(provider.pulling.map((p) => p.image)).to.deep.equal([image]);
    two.abort(new Error('this one too'));
    expect(await second).to.equal('this one too');
    await clock.advance(1);
    expect(provider.pulling).to.deep.equal([]);
  });
});

describe('image clean-up', () => {
  const hour = 3_600_000;
  const settings = {
    enabled: true,
    intervalMs: 1,
    minimumAgeMs: hour,
    perCycle: 2,
    untracked: false,
    untrackedMinimumAgeMs: hour,
    excluded: ['docker.io/library/keep:me'],
    untrackedContainerWaitMs: hour,
    untrackedContainersPerCycle: 1,
  };
  const facts = (id: string, tags: readonly string[] = [`${id}:1`]): ImageFacts => ({
    id,
    tags,
    digests: [`${id}@sha256:${id}`],
    sizeBytes: 1,
    createdAtMs: 0,
    os: 'linux',
    architecture: 'amd64',
    volumes: [],
    entryPoint: [],
    command: [],
  });
  const tracked = (...images: readonly TrackedImage[]) => new Map(images.map((i) => [i.id, i]));
  const held = { ids: new Set<string>(), names: new Set<string>() };
  const about = { held, settings, nowMs: 10 * hour, pressure: false };

  for (const c of [
    {
      name: 'takes the least recently used first',
      tracked: tracked(
        { id: 'a', pulledAtMs: 0, usedAtMs: 3 },
        { id: 'b', pulledAtMs: 0, usedAtMs: 1 },
        { id: 'c', pulledAtMs: 0, usedAtMs: 2 },
      ),
      expected: ['b', 'c', 'a'],
    },
    { name: 'leaves what others brought', tracked: tracked(), pressure: true, expected: [] },
    {
      name: 'leaves what was there before it was pulled',
      tracked: tracked({ id: 'a', names: ['a:1'], pulledAtMs: 0, usedAtMs: 0, foreign: true }),
      pressure: true,
      expected: [],
    },
    {
      name: 'leaves what others have given a name as well',
      tracked: tracked(
        { id: 'a', names: ['other:1'], pulledAtMs: 0, usedAtMs: 0 },
        { id: 'b', names: ['b:1', 'other:2'], pulledAtMs: 0, usedAtMs: 1 },
      ),
      pressure: true,
      expected: ['b'],
    },
    {
      name: 'leaves what is too young',
      tracked: tracked({ id: 'a', pulledAtMs: 9.5 * hour, usedAtMs: 0 }),
      expected: [],
    },
    {
      name: 'under pressure takes the young as well',
      tracked: tracked({ id: 'a', pulledAtMs: 9.5 * hour, usedAtMs: 0 }),
      pressure: true,
      expected: ['a'],
    },
    {
      name: 'leaves what a task uses',
      tracked: tracked({ id: 'a', pulledAtMs: 0, usedAtMs: 0 }),
      held: { ...held, ids: new Set(['a']) },
      pressure: true,
      expected: [],
    },
    {
      name: 'leaves what a task waits for, by whatever name',
      tracked: tracked(
        { id: 'a', pulledAtMs: 0, usedAtMs: 0 },
        { id: 'b', pulledAtMs: 0, usedAtMs: 0 },
        { id: 'c', pulledAtMs: 0, usedAtMs: 0 },
      ),
      held: { ...held, names: new Set(['a:1', 'b@sha256:b']) },
      pressure: true,
      expected: ['c'],
    },
    {
      name: 'takes what others brought only when told to, but for what is named',
      tracked: tracked(),
      settings: { ...settings, untracked: true },
      expected: ['a', 'b', 'c'],
    },
    {
      name: 'leaves what is named, though it was pulled here',
      tracked: tracked({ id: 'd', names: ['keep:me'], pulledAtMs: 0, usedAtMs: 0 }),
      pressure: true,
      expected: [],
    },
    {
      name: 'leaves what others made too lately',
      tracked: tracked(),
      settings: { ...settings, untracked: true, untrackedMinimumAgeMs: 11 * hour },
      expected: [],
    },
  ])
    it(c.name, () => {
      const present = [facts('a'), facts('b'), facts('c'), facts('d', ['keep:me'])];
      const chosen = removable(present, { ...about, ...c });
      expect(chosen.map((i) => i.id)).to.deep.equal(c.expected);
    });

  it('containers of others go the oldest first, none that runs, ended lately or carries the label of an agent', () => {
    const container = (id: string, more: Partial<ContainerFacts>): ContainerFacts =>
      ({ id, labels: {}, state: 'exited', createdAtMs: 0, finishedAtMs: 0, ...more }) as ContainerFacts;
    const present = [
      container('created', { state: 'created', createdAtMs: 8 }),
      container('ended', { finishedAtMs: 5 }),
      container('runs', { state: 'running' }),
      container('late', { finishedAtMs: 9.5 * hour }),
      container('agents', { labels: { 'longshore.instance': 'another' } }),
    ];
    const chosen = leftBehind(present, { nowMs: 10 * hour, waitMs: hour });
    expect(chosen.map((c) => c.id)).to.deep.equal(['ended', 'created']);
  });

  /** A task whose image is not there yet. */
  const waitsFor = (name: string): AgentTask =>
    ({
      assignment: anAssignment(),
      definition: aDefinition([{ name: 'web', image: name }]),
      containers: [{ name: 'web', phase: 'WAITING', imageId: '', internal: false }],
    }) as unknown as AgentTask;

  async function aCleaner(
    perCycle: number,
    images: readonly string[],
    wrap = (d: RuntimeDriver) => d,
    tasks: () => readonly AgentTask[] = () => [],
  ) {
    const { provider, driver, clock, list, directory } = aProvider('default');
    for (const name of images) {
      await provider.provide(name, signal);
      await clock.advance(1);
    }
    const made = {
      driver: wrap(driver),
      list,
      tasks,
      settings: { ...settings, perCycle },
      clock,
      logger: silentLogger,
    };
    const left = async (): Promise<readonly string[]> =>
      (await driver.listImages()).flatMap((i) => i.tags).sort();
    return { cleaner: new ImageCleaner(made), clock, left, list, directory, provider, driver };
  }

  it('takes no more than a few at a time, and another where one can not be removed', async () => {
    const stuck = (driver: RuntimeDriver): RuntimeDriver =>
      new Proxy(driver, {
        get: (target, member: keyof RuntimeDriver) =>
          member === 'removeImage'
            ? async (name: string) => {
                if (name === 'a:1') throw new Error('image is used by a container');
                await target.removeImage(name);
              }
            : (target[member] as () => unknown).bind(target),
      });
    const { cleaner, clock, left } = await aCleaner(2, ['a:1', 'b:1', 'c:1', 'd:1'], stuck);
    await clock.advance(hour);
    await cleaner.clean();
    expect(await left()).to.deep.equal(['a:1', 'd:1']);
  });

  it('holds an image from the order of a task on, until it is forgotten', async () => {
    const world = await new World({ images: [], pulls: () => ({ delayMs: 500 }) }).start();
    const id = await world.run(aDefinition([{ name: 'web', image: 'docker.io/library/web:1' }]));
    expect([...heldBy(world.engine.tasks).names]).to.deep.equal(['web:1']);
    await world.advance(500);
    const { imageId } = world.container('web');
    expect(heldBy(world.engine.tasks)).to.deep.equal({ ids: new Set([imageId]), names: new Set() });
    world.engine.disown(id, 'gone');
    await world.advance(40_000);
    expect([...heldBy(world.engine.tasks).ids]).to.deep.equal([imageId]);
  });

  it('leaves what a task has come for since the images were listed', async () => {
    const coming: AgentTask[] = [];
    const late = (driver: RuntimeDriver): RuntimeDriver =>
      new Proxy(driver, {
        get: (target, member: keyof RuntimeDriver) =>
          member === 'removeImage'
            ? async (name: string) => {
                coming.push(waitsFor('b:1'));
                await target.removeImage(name);
              }
            : (target[member] as () => unknown).bind(target),
      });
    const { cleaner, left } = await aCleaner(9, ['a:1', 'b:1'], late, () => coming);
    await cleaner.clean({ pressure: true });
    expect(await left()).to.deep.equal(['b:1']);
  });

  it('is known to the next process: what it pulled, and what was there before', async () => {
    const { list, directory, provider, driver, clock } = await aCleaner(9, ['a:1']);
    await driver.importImage('loaded:1', { tar: new Uint8Array(), entryPoint: [], labels: {} });
    await provider.provide('loaded:1', signal);
    await list.written();
    const next = new ImageList({ files: new DurableFiles(directory), clock, logger: silentLogger });
    await next.load();
    const known = [...next.tracked.values()].map((i) => [i.names, i.foreign]);
    expect(known).to.deep.equal([
      [['a:1'], false],
      [['loaded:1'], true],
    ]);
  });

  it('forgets what somebody else has removed', async () => {
    const { cleaner, list, driver, clock } = await aCleaner(9, ['a:1', 'b:1']);
    await driver.removeImage('a:1');
    await clock.advance(1);
    await cleaner.clean();
    expect([...list.tracked.values()].map((i) => i.names)).to.deep.equal([['b:1']]);
  });
});

describe('a reference of an image', () => {
  for (const [image, familiar] of [
    ['busybox', 'busybox:latest'],
    ['docker.io/library/busybox:1.36', 'busybox:1.36'],
    ['127.0.0.1:5000/team/app', '127.0.0.1:5000/team/app:latest'],
    ['team/app:live@sha256:9', 'team/app@sha256:9'],
  ] as const)
    it(`${image} is ${familiar} to the engine`, () => {
      expect(familiarReference(image)).to.equal(familiar);
    });
});

describe('the digest of an image', () => {
  const digests = ['busybox@sha256:1', '127.0.0.1:5000/team/busybox@sha256:2', 'team/app@sha256:3'];
  for (const [image, digest] of [
    ['busybox:1.36', 'sha256:1'],
    ['docker.io/library/busybox', 'sha256:1'],
    ['127.0.0.1:5000/team/busybox:1.36', 'sha256:2'],
    ['index.docker.io/team/app:live', 'sha256:3'],
    ['other/app:live', ''],
    ['other/app@sha256:9', 'sha256:9'],
  ] as const)
    it(`of ${image} is ${digest || 'not known'}`, () => {
      expect(digestOf(image, digests)).to.equal(digest);
    });
});
