import { FakeClock, settle, silentLogger } from '@longshore/kit';
import { FakeRuntime, type FakeRuntimeOptions, type ImageFacts } from '@longshore/runtime';
import { expect } from 'chai';
import type { PullBehavior } from '../../../packages/agent/src/config/config.js';
import { digestOf } from '../../../packages/agent/src/images/digest.js';
import { choose, type TrackedImage } from '../../../packages/agent/src/images/image-cleaner.js';
import { ImageProvider } from '../../../packages/agent/src/images/image-provider.js';

function aProvider(behavior: PullBehavior, options: Omit<FakeRuntimeOptions, 'clock'> = {}) {
  const clock = new FakeClock();
  const driver = new FakeRuntime({ clock, ...options });
  const pulled: string[] = [];
  const parts = {
    driver,
    behavior,
    clock,
    logger: silentLogger,
    inactivityMs: 1,
    timeoutMs: 60_000,
    credentials: [],
  };
  const provider = new ImageProvider({ ...parts, pulled: (image) => pulled.push(image) });
  return { provider, driver, clock, pulled };
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

  it('always fails where the registry does', async () => {
    const { provider } = aProvider('always', { images: [image], pulls: () => ({ error: 'denied' }) });
    const failure = await provider.provide(image, signal).catch((e: Error) => e.message);
    expect(failure).to.equal('denied');
  });

  it('pulls of one image at the same time are one pull', async () => {
    const { provider, driver, clock, pulled } = aProvider('default', {
      images: [],
      pulls: () => ({ delayMs: 500 }),
    });
    const all = [1, 2, 3].map(() => provider.provide(image, signal));
    await settle();
    await clock.advance(500);
    await Promise.all(all);
    expect(driver.calls('pullImage')).to.equal(1);
    expect(pulled).to.include(image);
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
    excluded: ['keep:me'],
  };
  const facts = (id: string, tags: readonly string[] = [`${id}:1`]): ImageFacts => ({
    id,
    tags,
    digests: [],
    sizeBytes: 1,
    createdAtMs: 0,
    os: 'linux',
    architecture: 'amd64',
    volumes: [],
    entryPoint: [],
    command: [],
  });
  const tracked = (...images: readonly TrackedImage[]) => new Map(images.map((i) => [i.id, i]));
  const about = { inUse: new Set<string>(), settings, nowMs: 10 * hour, pressure: false };

  for (const c of [
    {
      name: 'takes the least recently used first, and no more than a few',
      tracked: tracked(
        { id: 'a', pulledAtMs: 0, usedAtMs: 3 },
        { id: 'b', pulledAtMs: 0, usedAtMs: 1 },
        { id: 'c', pulledAtMs: 0, usedAtMs: 2 },
      ),
      expected: ['b', 'c'],
    },
    { name: 'leaves what others brought', tracked: tracked(), expected: [] },
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
      inUse: new Set(['a']),
      pressure: true,
      expected: [],
    },
    {
      name: 'takes what others brought only when told to, but for what is named',
      tracked: tracked(),
      settings: { ...settings, untracked: true, perCycle: 9 },
      expected: ['a', 'b', 'c'],
    },
  ])
    it(c.name, () => {
      const present = [facts('a'), facts('b'), facts('c'), facts('d', ['keep:me'])];
      const chosen = choose(present, { ...about, ...c });
      expect(chosen.map((i) => i.id)).to.deep.equal(c.expected);
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
