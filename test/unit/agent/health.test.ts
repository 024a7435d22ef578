import { FakeClock, silentLogger } from '@longshore/kit';
import { FakeRuntime } from '@longshore/runtime';
import { expect } from 'chai';
import { HealthMonitor } from '../../../packages/agent/src/health/health-monitor.js';
import {
  parseCpuBusyMs,
  parseDisks,
  parseMemory,
  parseNetwork,
} from '../../../packages/agent/src/telemetry/host-usage.js';
import { Meter } from '../../../packages/agent/src/telemetry/meter.js';
import { aDefinition, World } from './world.js';

interface Rig {
  readonly clock: FakeClock;
  readonly runtime: FakeRuntime;
  readonly said: string[];
  readonly pressures: number[];
  readonly monitor: HealthMonitor;
  percent: number;
}

async function aRig(percent = 10): Promise<Rig> {
  const clock = new FakeClock();
  const runtime = new FakeRuntime({ clock });
  const said: string[] = [];
  const pressures: number[] = [];
  const rig = { clock, runtime, said, pressures, percent };
  const monitor = new HealthMonitor({
    driver: runtime,
    clock,
    logger: silentLogger,
    diskPath: '/var/lib/docker',
    diskLimitPercent: 90,
    disk: () => Promise.resolve({ usedBytes: 0, totalBytes: 0, percent: rig.percent }),
    changed: (reason) => said.push(reason),
    pressure: () => pressures.push(clock.monotonicMs()),
  });
  await monitor.start();
  return Object.assign(rig, { monitor });
}

describe('the health of an instance', () => {
  it('says how long the engine has not answered, and is well again after a minute of answers', async () => {
    const rig = await aRig();
    const lift = rig.runtime.fault({ calls: ['inspectContainer'], kind: 'hang' });
    await rig.clock.advance(60_000);
    expect(rig.said[0]).to.equal('docker: no answer to inspect for 30 s');
    lift();
    await rig.clock.advance(40_000);
    expect(rig.monitor.reason).not.to.equal('');
    await rig.clock.advance(60_000);
    expect(rig.said.at(-1)).to.equal('');
    await rig.monitor.stop();
  });

  it('is well again only after a minute in which every look was answered', async () => {
    const rig = await aRig();
    const lift = rig.runtime.fault({ calls: ['inspectContainer'], kind: 'hang' });
    await rig.clock.advance(60_000);
    lift();
    await rig.clock.advance(40_000);
    rig.runtime.fault({ calls: ['inspectContainer'], kind: 'serverError', times: 1 });
    await rig.clock.advance(50_000);
    expect(rig.monitor.reason).not.to.equal('');
    await rig.clock.advance(30_000);
    expect(rig.monitor.reason).to.equal('');
    await rig.monitor.stop();
  });

  it('says what an engine answers that answers nothing good', async () => {
    const rig = await aRig();
    rig.runtime.fault({ calls: ['inspectContainer'], kind: 'serverError' });
    await rig.clock.advance(40_000);
    expect(rig.said[0]).to.match(/^docker: inspect fails for 30 s \(.+\)$/);
    await rig.monitor.stop();
  });

  it('is not shaken by one call that fails', async () => {
    const rig = await aRig();
    rig.runtime.fault({ calls: ['inspectContainer'], kind: 'serverError', times: 2 });
    await rig.clock.advance(120_000);
    expect(rig.said).to.deep.equal([]);
    await rig.monitor.stop();
  });

  it('says at its start that its disk is full', async () => {
    const rig = await aRig(95);
    expect(rig.monitor.reason).to.equal('disk /var/lib/docker 95 % full (limit 90)');
    await rig.monitor.stop();
  });

  it('says that its disk is full, and asks for something to go', async () => {
    const rig = await aRig();
    rig.percent = 93;
    await rig.clock.advance(10_000);
    expect(rig.monitor.reason).to.equal('disk /var/lib/docker 93 % full (limit 90)');
    expect(rig.pressures).to.have.length(1);
    rig.percent = 50;
    await rig.clock.advance(50_000);
    expect(rig.monitor.reason).not.to.equal('');
    await rig.clock.advance(30_000);
    expect(rig.monitor.reason).to.equal('');
    await rig.monitor.stop();
  });
});

describe('utilisation', () => {
  it('measures cpu between two looks, 1024 for a core', async () => {
    const world = await new World({
      script: () => ({ usage: (uptimeMs) => ({ cpuNanos: uptimeMs * 500_000, memoryBytes: 3 * 1024 ** 2 }) }),
    }).start();
    await world.run(aDefinition([{ name: 'web' }]));
    const meter = new Meter({
      tasks: () => world.engine.tasks,
      driver: world.runtime,
      clock: world.clock,
      diskPath: '/',
      host: () => ({
        cpuBusyMs: world.clock.monotonicMs() * 2,
        memoryUsedBytes: 1024 ** 3,
        memoryTotalBytes: 2 * 1024 ** 3,
        networkRxBytes: 1,
        networkTxBytes: 2,
        blockReadBytes: 3,
        blockWriteBytes: 4,
        uptimeMs: 5,
      }),
    });
    expect((await meter.measure()).containers[0]?.cpuUnits).to.equal(0);
    await world.clock.advance(1000);
    const { host, containers } = await meter.measure();
    expect(containers[0]).to.include({ container: 'web', cpuUnits: 512, memoryMiB: 3 });
    expect(host).to.include({ cpuUnits: 2048, memoryMiB: 1024, memoryTotalMiB: 2048 });
    expect((await meter.recent(60_000)).host).to.equal(host);
  });

  it('reads the tables of /proc', () => {
    expect(parseCpuBusyMs('cpu  10 5 15 900 50 1 2 3 0 0\n')).to.equal(360);
    expect(parseMemory('MemTotal:  2048 kB\nMemFree: 1 kB\nMemAvailable: 1024 kB\n')).to.deep.equal({
      memoryTotalBytes: 2048 * 1024,
      memoryUsedBytes: 1024 * 1024,
    });
    const dev = `h\nh\n  lo: 9 0 0 0 0 0 0 0 9 0\n eth0: 100 1 0 0 0 0 0 0 200 1\n veth1: 7 0 0 0 0 0 0 0 7 0\n`;
    expect(parseNetwork(dev)).to.deep.equal({ networkRxBytes: 100, networkTxBytes: 200 });
    const disks = '   8 0 sda 1 0 10 0 1 0 20 0\n   8 1 sda1 1 0 10 0 1 0 20 0\n';
    expect(parseDisks(disks)).to.deep.equal({ blockReadBytes: 5120, blockWriteBytes: 10_240 });
  });
});
