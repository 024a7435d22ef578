import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { definitionWorld } from './world.js';

describe('a container sees the files that its definition names', () => {
  const world = definitionWorld();
  let directory: string;
  before(async () => {
    directory = await mkdtemp(join(tmpdir(), 'longshore-test-mounts-'));
    await writeFile(join(directory, 'page'), 'from the host');
  });
  after(() => rm(directory, { recursive: true, force: true }));

  it('mountPoints and volumesFrom show the same files, read-only where asked', async () => {
    const volume = world.engine.name('data');
    await world.driver.createVolume({ name: volume, driverOptions: {}, labels: world.engine.labels });
    const source = await world.run(
      {},
      {
        mounts: [
          { kind: 'bind', source: directory, target: '/host', readOnly: true },
          { kind: 'volume', source: volume, target: '/data', readOnly: false },
          { kind: 'bind', source: join(directory, 'made'), target: '/made', readOnly: false },
        ],
      },
    );
    expect(await world.shell(source, 'cat /host/page')).to.equal('from the host');
    expect(await world.shell(source, 'touch /host/x 2>&1')).to.contain('Read-only file system');
    await world.shell(source, 'echo shared >/data/file; echo written >/made/file');
    expect(await readFile(join(directory, 'made', 'file'), 'utf8')).to.equal('written\n');
    const heir = await world.run({}, { volumesFrom: [{ containerId: source, readOnly: true }] });
    expect(await world.shell(heir, 'cat /data/file')).to.equal('shared');
    expect(await world.shell(heir, 'touch /data/x 2>&1')).to.contain('Read-only file system');
  });

  it('a path with a colon in it is mounted as well', async () => {
    const source = join(directory, 'page');
    const id = await world.run({}, { mounts: [{ kind: 'bind', source, target: '/a:b', readOnly: true }] });
    expect(await world.shell(id, 'cat /a:b')).to.equal('from the host');
  });

  it('docker volumes are made with their driver, options and labels', async () => {
    const name = world.engine.name('fast');
    await world.driver.createVolume({
      name,
      driver: 'local',
      driverOptions: { type: 'tmpfs', device: 'tmpfs', o: 'size=3m' },
      labels: { ...world.engine.labels, kind: 'fast' },
    });
    const made = await world.engine.ask<{ Driver: string; Labels: object; Options: object }>(
      'GET',
      `/volumes/${name}`,
    );
    expect(made.body.Driver).to.equal('local');
    expect(made.body.Labels).to.include({ kind: 'fast' });
    const id = await world.run(
      {},
      { mounts: [{ kind: 'volume', source: name, target: '/v', readOnly: false }] },
    );
    expect(await world.shell(id, "grep ' /v ' /proc/mounts")).to.match(/tmpfs .*size=3072k/);
  });
});
