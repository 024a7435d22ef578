import { DockerRuntime, ensurePauseImage } from '@longshore/runtime';
import { expect } from 'chai';
import { TestEngine } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { aContainerSpec } from '../../unit/runtime/spec.js';

describe('the pause container', () => {
  needs('docker');
  const engine = new TestEngine();
  const driver = new DockerRuntime();
  let wasThere: boolean;
  let image: string;

  before(async () => {
    const { architecture } = await driver.engine();
    const { pauseImageOf } = await import('@longshore/runtime');
    image = pauseImageOf(architecture)?.image ?? '';
    wasThere = (await driver.inspectImage(image)) !== undefined;
    expect((await ensurePauseImage(driver)).image).to.equal(image);
  });
  after(async () => {
    await engine.cleanUp();
    if (!wasThere) await driver.removeImage(image);
    await driver.close();
  });

  async function run(changes: Partial<Parameters<typeof aContainerSpec>[0]>): Promise<string> {
    const spec = aContainerSpec({ name: engine.name('pause'), labels: engine.labels, ...changes });
    const { id } = await driver.createContainer(spec);
    await driver.startContainer(id);
    return id;
  }

  it('waits in next to no memory and ends at once on SIGTERM', async () => {
    const id = await run({ image, network: { mode: 'none' }, definition: { name: 'pause', memory: 6 } });
    expect((await driver.usage(id))?.memoryBytes).to.be.lessThan(1024 ** 2);
    await driver.stopContainer(id, { stopTimeoutMs: 20_000 });
    expect(await driver.inspectContainer(id)).to.include({ state: 'exited', exitCode: 0 });
  });

  it('keeps one address for all containers of a task, which reach each other on localhost', async () => {
    const network = engine.name('net');
    await driver.createNetwork({ name: network, labels: engine.labels, subnet: '10.215.9.0/24' });
    const pause = await run({ image, network: { mode: 'bridge', name: network, ipv4Address: '10.215.9.7' } });
    const page = ['sh', '-c', 'echo here >/page; exec httpd -f -p 80 -h /'];
    const joined = { mode: 'container', id: pause } as const;
    await run({ network: joined, definition: { name: 'web', command: page } });
    const asker = await run({ network: joined, definition: { name: 'asker', command: ['sleep', '600'] } });
    await eventually(async () => {
      const { output } = await engine.exec(asker, 'wget -qO- http://localhost/page');
      expect(output).to.equal('here');
    });
    const neighbour = await run({
      network: { mode: 'bridge', name: network },
      definition: { name: 'neighbour', command: ['sleep', '600'] },
    });
    expect((await engine.exec(neighbour, 'wget -qO- http://10.215.9.7/page')).output).to.equal('here');
  });

  it('buries what is orphaned in a process namespace that it owns', async () => {
    const pause = await run({ image, network: { mode: 'none' } });
    const command = ['sh', '-c', 'for i in 1 2 3 4 5; do (sh -c "sleep 0.1 & exit 0"); done; sleep 600'];
    const id = await run({ network: { mode: 'none' }, pidMode: pause, definition: { name: 'p', command } });
    await eventually(async () => {
      const { output } = await engine.exec(
        id,
        "ps -o pid,stat,comm | grep -c ' Z '; ps | grep -c 'sleep 0.[1]'",
      );
      expect(output).to.equal('0\n0');
    });
  });
});
