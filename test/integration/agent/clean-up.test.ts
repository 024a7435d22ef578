import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock } from '@longshore/kit';
import { DockerRuntime } from '@longshore/runtime';
import { expect } from 'chai';
import { ImageCleaner } from '../../../packages/agent/src/images/image-cleaner.js';
import { ImageList } from '../../../packages/agent/src/images/image-list.js';
import { ImageProvider } from '../../../packages/agent/src/images/image-provider.js';
import { DurableFiles } from '../../../packages/agent/src/journal/files.js';
import { testImage } from '../../support/docker.js';
import { needs } from '../../support/needs.js';
import { PrivateEngine } from '../../support/private-engine.js';
import { TestRegistry } from '../../support/registry.js';

describe('image clean-up on an engine', function () {
  this.timeout(120_000);
  needs('docker', 'root', 'netns');
  const registry = new TestRegistry();
  const directory = mkdtempSync(join(tmpdir(), 'longshore-images-'));
  const { signal } = new AbortController();
  let engine: PrivateEngine;
  let driver: DockerRuntime;
  let list: ImageList;
  let provider: ImageProvider;

  before(async () => {
    await registry.start();
    engine = await PrivateEngine.start({ registry });
    driver = new DockerRuntime({ host: { url: engine.url } });
    const common = { driver, clock: systemClock, logger: silentLogger };
    list = new ImageList({ ...common, files: new DurableFiles(directory) });
    const pull = { behavior: 'default', inactivityMs: 60_000, timeoutMs: 60_000, credentials: [] } as const;
    provider = new ImageProvider({ ...common, ...pull, list });
  });
  after(async () => {
    await list?.written();
    await driver?.close();
    await engine?.close();
    await registry.stop();
    rmSync(directory, { recursive: true, force: true });
  });

  function cleaner(untracked = false): ImageCleaner {
    const settings = {
      enabled: true,
      intervalMs: 600_000,
      minimumAgeMs: 0,
      perCycle: 9,
      untracked,
      untrackedMinimumAgeMs: 0,
      excluded: [testImage],
      untrackedContainerWaitMs: 0,
      untrackedContainersPerCycle: 5,
    };
    return new ImageCleaner({
      driver,
      list,
      settings,
      tasks: () => [],
      clock: systemClock,
      logger: silentLogger,
    });
  }

  const reference = (name: string): string => `${registry.host}/${name}:live`;
  const isThere = async (image: string): Promise<boolean> => (await driver.inspectImage(image)) !== undefined;

  async function pushed(name: string): Promise<string> {
    await registry.push(name, 'live', name);
    return reference(name);
  }

  async function foreignContainer(image: string, command: readonly string[]): Promise<string> {
    const body = { Image: image, Cmd: command, HostConfig: { NetworkMode: 'none' } };
    const { body: made } = await engine.engine.ask<{ Id: string }>('POST', '/containers/create', body);
    await engine.engine.ask('POST', `/containers/${made.Id}/start`);
    return made.Id;
  }

  it('takes an image with each of its names: two tags, two repositories, a digest', async () => {
    const image = await pushed('many');
    registry.alias('many:live', 'elsewhere/many:live');
    const { digest } = await provider.provide(image, signal);
    await provider.provide(reference('elsewhere/many'), signal);
    await provider.provide(`${registry.host}/elsewhere/many@${digest}`, signal);
    const { id } = await provider.provide(image, signal);
    await cleaner().clean();
    expect(await isThere(id)).to.equal(false);
    expect(list.tracked.has(id)).to.equal(false);
  });

  it('takes an image whose tag has moved on to another one', async () => {
    const before = await provider.provide(await pushed('moving'), signal);
    await registry.push('moving', 'live', 'newer');
    const now = await provider.provide(reference('moving'), signal);
    expect(now.id).not.to.equal(before.id);
    await cleaner().clean();
    expect([await isThere(before.id), await isThere(now.id)]).to.deep.equal([false, false]);
  });

  it('leaves an image that somebody has pulled before, named as well, or runs a container of', async () => {
    const early = await pushed('early');
    await driver.pullImage(early, {});
    await provider.provide(early, signal);
    const named = await pushed('named');
    await provider.provide(named, signal);
    await engine.engine.ask('POST', `/images/${named}/tag?repo=theirs&tag=1`);
    const used = await pushed('used');
    await provider.provide(used, signal);
    const container = await foreignContainer(used, ['sleep', '600']);
    const free = await pushed('free');
    await provider.provide(free, signal);
    await cleaner().clean({ pressure: true });
    for (const image of [early, named, used, testImage]) expect(await isThere(image), image).to.equal(true);
    expect(await isThere(free)).to.equal(false);
    expect((await driver.inspectContainer(container))?.state).to.equal('running');
    await driver.removeContainer(container);
  });

  it('takes images and ended containers of others only where untracked ones are named for it', async () => {
    const theirs = await pushed('theirs');
    await driver.pullImage(theirs, {});
    const ended = await foreignContainer(theirs, ['true']);
    const running = await foreignContainer(testImage, ['sleep', '600']);
    await engine.engine.ask('POST', '/volumes/create', { Name: 'theirs' });
    await engine.engine.ask('POST', `/containers/${ended}/wait`);
    await cleaner().clean({ pressure: true });
    expect([await isThere(theirs), (await driver.inspectContainer(ended))?.state]).to.deep.equal([
      true,
      'exited',
    ]);
    await cleaner(true).clean();
    expect([await isThere(theirs), await driver.inspectContainer(ended)]).to.deep.equal([false, undefined]);
    expect((await driver.inspectContainer(running))?.state).to.equal('running');
    expect([await isThere(testImage), await driver.hasVolume('theirs')]).to.deep.equal([true, true]);
  });
});
