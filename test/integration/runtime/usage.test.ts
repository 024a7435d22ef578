import { cpus } from 'node:os';
import { DockerRuntime } from '@longshore/runtime';
import { expect } from 'chai';
import { TestEngine } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { aContainerSpec } from '../../unit/runtime/spec.js';

interface Stats {
  readonly cpu_stats: {
    readonly cpu_usage: { readonly total_usage: number };
    readonly system_cpu_usage: number;
    readonly online_cpus: number;
  };
  readonly precpu_stats: { readonly cpu_usage: { readonly total_usage: number } };
  readonly memory_stats: { readonly usage: number; readonly limit: number };
  readonly networks: Readonly<Record<string, { readonly tx_bytes: number; readonly tx_packets: number }>>;
  readonly pids_stats: { readonly current: number };
}

describe('what a container uses', () => {
  needs('docker');
  const engine = new TestEngine();
  const driver = new DockerRuntime();
  /** Sees no file of the kernel: what an agent has whose engine is on another machine. */
  const remote = new DockerRuntime({ procRoot: '/nowhere', cgroupRoot: '/nowhere' });
  let id: string;
  before(async () => {
    const spec = aContainerSpec({
      name: engine.name('busy'),
      labels: engine.labels,
      definition: {
        name: 'busy',
        memory: 64,
        command: [
          'sh',
          '-c',
          'ping -c 3 127.0.0.1; x=0; while [ $x -lt 200000 ]; do x=$((x+1)); done; sleep 600',
        ],
      },
    });
    id = (await driver.createContainer(spec)).id;
    await driver.startContainer(id);
    await eventually(async () => {
      expect((await driver.usage(id))?.cpuNanos).to.be.greaterThan(50_000_000);
    });
    await engine.exec(id, 'ping -c 2 $(ip route | sed -n "s/default via \\([0-9.]*\\).*/\\1/p")');
  });
  after(async () => {
    await driver.close();
    await remote.close();
    await engine.cleanUp();
  });

  it('is the same from the files of the kernel as from the engine', async () => {
    const [own, theirs] = await Promise.all([driver.usage(id), remote.usage(id)]);
    expect(own?.memoryLimitBytes)
      .to.equal(64 * 1024 ** 2)
      .and.to.equal(theirs?.memoryLimitBytes);
    expect(own?.cpuNanos).to.be.closeTo(theirs?.cpuNanos ?? 0, 1_000_000_000);
    expect(own?.memoryBytes).to.be.closeTo(theirs?.memoryBytes ?? 0, 8 * 1024 ** 2);
    expect(own?.networkTxBytes)
      .to.be.greaterThan(0)
      .and.to.be.closeTo(theirs?.networkTxBytes ?? 0, 4096);
  });

  it("has the engine's shape, with the difference from the look before", async () => {
    const first = (await driver.stats(id)) as unknown as Stats;
    const startedMs = performance.now();
    const second = (await driver.stats(id)) as unknown as Stats;
    const theirs = (await remote.stats(id)) as unknown as Stats;
    expect(second).to.include.keys(
      Object.keys(theirs).filter((key) => !['num_procs', 'storage_stats'].includes(key)),
    );
    expect(second.precpu_stats.cpu_usage.total_usage).to.equal(first.cpu_stats.cpu_usage.total_usage);
    expect(second.cpu_stats.online_cpus).to.equal(theirs.cpu_stats.online_cpus);
    // The engine looked later by what its answer took: its time is that of all cores.
    const mostMs = (performance.now() - startedMs + 5_000) * cpus().length;
    const nanos = theirs.cpu_stats.system_cpu_usage - second.cpu_stats.system_cpu_usage;
    expect(Math.abs(nanos)).to.be.lessThan(mostMs * 1_000_000);
    expect(second.memory_stats.limit).to.equal(theirs.memory_stats.limit);
    expect(second.pids_stats.current).to.be.at.least(1);
    expect(second.networks.eth0?.tx_packets).to.be.at.least(2);
  });

  it('is counted from its new start when it was started again', async () => {
    await driver.stopContainer(id, { stopTimeoutMs: 0 });
    expect(await driver.usage(id)).to.equal(undefined);
    await driver.startContainer(id);
    expect((await driver.usage(id))?.memoryBytes).to.be.greaterThan(0);
  });
});
