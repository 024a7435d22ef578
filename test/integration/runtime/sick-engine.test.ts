import { DockerRuntime } from '@longshore/runtime';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { PrivateEngine } from '../../support/private-engine.js';
import { rejection } from '../../unit/runtime/contract.js';
import { aContainerSpec } from '../../unit/runtime/spec.js';
import { idle } from './definition/world.js';

for (const { liveRestore, state } of [
  { liveRestore: false, state: 'exited' },
  { liveRestore: true, state: 'running' },
] as const)
  describe(`an engine of its own ${liveRestore ? 'with' : 'without'} live-restore`, () => {
    needs('docker', 'root', 'linux');
    let sick: PrivateEngine;
    let driver: DockerRuntime;
    const heard: string[] = [];
    const ending = new AbortController();

    before(async () => {
      sick = await PrivateEngine.start({ liveRestore });
      driver = new DockerRuntime({ host: { url: sick.url } });
      driver.watch(
        sick.engine.labels,
        {
          changed: (_, action) => heard.push(action),
          connected: () => heard.push('connected'),
          disconnected: () => heard.push('disconnected'),
        },
        ending.signal,
      );
    });
    after(async () => {
      ending.abort();
      await driver?.close();
      await sick?.close();
    });

    async function run(): Promise<string> {
      const { id } = await driver.createContainer(
        aContainerSpec({
          name: sick.engine.name('c'),
          labels: sick.engine.labels,
          definition: { name: 'main', command: [...idle] },
          network: { mode: 'none' },
        }),
      );
      await driver.startContainer(id);
      return id;
    }

    it(`that is killed and comes back has its containers ${state}, and its watchers look again`, async () => {
      const id = await run();
      await eventually(() => expect(heard).to.include('start'));
      heard.length = 0;
      await sick.signal('SIGKILL');
      await eventually(() => expect(heard).to.include('disconnected'));
      expect(await rejection(driver.inspectContainer(id))).to.include({
        code: 'EngineUnavailable',
        retryable: true,
      });
      await sick.up();
      await eventually(() => expect(heard).to.include('connected'));
      expect((await driver.inspectContainer(id))?.state).to.equal(state);
      expect((await driver.listContainers(sick.engine.labels)).map((c) => c.id)).to.include(id);
      // Whatever it was: it can be stopped, and started again.
      await driver.stopContainer(id, { stopTimeoutMs: 5000 });
      await driver.startContainer(id);
      await driver.removeContainer(id);
    });

    it('that hangs ends every call at its deadline, and goes on where it was', async () => {
      const id = await run();
      const spec = aContainerSpec({
        name: sick.engine.name('late'),
        labels: sick.engine.labels,
        definition: { name: 'main', command: [...idle] },
        network: { mode: 'none' },
      });
      await sick.signal('SIGSTOP');
      const calls = [
        driver.inspectContainer(id, { timeoutMs: 200 }),
        driver.createContainer(spec, { timeoutMs: 200 }),
        driver.stopContainer(id, { stopTimeoutMs: 100, timeoutMs: 100 }),
        driver.engine({ timeoutMs: 200 }),
      ];
      for (const call of calls) expect((await rejection(call)).code).to.equal('DockerTimeoutError');
      await sick.signal('SIGCONT');
      // The create that nobody waited for may have happened: asked for again, there is one container.
      const { id: late } = await driver.createContainer(spec);
      const named = await sick.engine.ask<{ Id: string }[]>(
        'GET',
        `/containers/json?all=true&filters=${encodeURIComponent(JSON.stringify({ name: [spec.name] }))}`,
      );
      expect(named.body.map((c) => c.Id)).to.deep.equal([late]);
      await driver.stopContainer(id, { stopTimeoutMs: 5000 });
      expect((await driver.inspectContainer(id))?.state).to.equal('exited');
    });
  });
