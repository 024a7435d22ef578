import { readdir, readFile, rmdir } from 'node:fs/promises';
import { expect } from 'chai';
import { definitionWorld } from './world.js';

const MiB = 1024 ** 2;

/** The first of these files that is there: cgroup version 1, then 2. */
const memoryLimit = 'cat /sys/fs/cgroup/memory/memory.limit_in_bytes /sys/fs/cgroup/memory.max 2>/dev/null';
const memorySoft =
  'cat /sys/fs/cgroup/memory/memory.soft_limit_in_bytes /sys/fs/cgroup/memory.low 2>/dev/null';
const cpuShares = 'cat /sys/fs/cgroup/cpu/cpu.shares 2>/dev/null || cat /sys/fs/cgroup/cpu.weight';

/** Version 2 counts from 1 to 10,000 where shares go from 2 to 262,144. */
const weightOf = (shares: number): number => 1 + Math.floor(((shares - 2) * 9999) / 262_142);

/** The engine makes a parent and leaves it. Only root may remove it; others leave an empty directory in memory. */
async function removeCgroups(parent: string): Promise<void> {
  const root = '/sys/fs/cgroup';
  const places = [root, ...(await readdir(root)).map((controller) => `${root}/${controller}`)];
  await Promise.allSettled(places.map((place) => rmdir(`${place}${parent}`)));
}

describe('a container gets the resources that its definition names', () => {
  const world = definitionWorld();

  it('cpu is a share of the processor, 2 at least', async () => {
    for (const [cpu, shares] of [
      [undefined, 2],
      [0, 2],
      [1, 2],
      [512, 512],
    ] as const) {
      const id = await world.run(cpu === undefined ? {} : { cpu });
      expect([shares, weightOf(shares)]).to.include(Number(await world.shell(id, cpuShares)));
    }
  });

  it('memory is the hard limit, memoryReservation the soft one', async () => {
    const id = await world.run({ memory: 48, memoryReservation: 24 });
    expect(Number(await world.shell(id, memoryLimit))).to.equal(48 * MiB);
    expect(Number(await world.shell(id, memorySoft))).to.equal(24 * MiB);
  });

  it('what takes more memory than its limit is killed, and says so', async () => {
    const command = ['sh', '-c', 'x=a; while true; do x=$x$x; done'];
    const id = await world.run({ memory: 16, linuxParameters: { maxSwap: 0 }, command });
    for (;;) {
      const facts = await world.driver.inspectContainer(id);
      if (facts?.state === 'running') continue;
      expect(facts).to.include({ exitCode: 137, outOfMemory: true });
      return;
    }
  });

  it('maxSwap counts on top of memory, and swappiness only with it', async () => {
    const swapOf = async (linuxParameters: { maxSwap?: number; swappiness?: number }) => {
      const { HostConfig } = await world.inspect(await world.create({ memory: 32, linuxParameters }));
      return { swap: HostConfig.MemorySwap, swappiness: HostConfig.MemorySwappiness ?? undefined };
    };
    expect(await swapOf({ maxSwap: 16, swappiness: 10 })).to.deep.equal({ swap: 48 * MiB, swappiness: 10 });
    expect(await swapOf({ maxSwap: 0 })).to.deep.equal({ swap: 32 * MiB, swappiness: undefined });
    expect((await swapOf({ swappiness: 10 })).swappiness).to.equal(undefined);
  });

  it('ulimits bound the first process', async () => {
    const id = await world.run({
      ulimits: [
        { name: 'nofile', softLimit: 512, hardLimit: 1024 },
        { name: 'core', softLimit: 0, hardLimit: 0 },
      ],
    });
    const limits = await world.shell(id, 'cat /proc/1/limits');
    expect(limits).to.match(/Max open files\s+512\s+1024/);
    expect(limits).to.match(/Max core file size\s+0\s+0/);
  });

  it('tmpfs, sharedMemorySize and initProcessEnabled are in the container', async () => {
    const id = await world.run({
      linuxParameters: {
        initProcessEnabled: true,
        sharedMemorySize: 32,
        tmpfs: [{ containerPath: '/fast', size: 8, mountOptions: ['noexec', 'mode=1770'] }],
      },
    });
    const mounts = await world.shell(id, "grep -E ' /(fast|dev/shm) ' /proc/mounts");
    expect(mounts).to.match(/\/fast tmpfs .*noexec.*size=8192k.*mode=1770/);
    expect(mounts).to.match(/\/dev\/shm tmpfs .*size=32768k/);
    expect(await world.shell(id, 'cat /proc/1/comm')).to.match(/docker-init|tini/);
  });

  it('systemControls set parameters of the kernel', async () => {
    const id = await world.run({
      systemControls: [
        { namespace: 'net.ipv4.ip_unprivileged_port_start', value: '80' },
        { namespace: 'kernel.msgmax', value: '12345' },
      ],
    });
    expect(await world.shell(id, 'cat /proc/sys/net/ipv4/ip_unprivileged_port_start')).to.equal('80');
    expect(await world.shell(id, 'cat /proc/sys/kernel/msgmax')).to.equal('12345');
  });

  it('GPUs are handed over by id', async () => {
    const id = await world.create(
      { resourceRequirements: [{ type: 'GPU', value: '2' }] },
      { gpuIds: ['gpu-a', 'gpu-b'] },
    );
    const [request] = (await world.inspect(id)).HostConfig.DeviceRequests as Record<string, unknown>[];
    expect(request).to.deep.include({ DeviceIDs: ['gpu-a', 'gpu-b'], Capabilities: [['gpu']] });
  });

  it("the task's cgroup bounds all of its containers", async () => {
    const parent = `/longshore-test-${world.engine.name('task')}`;
    const id = await world.run({}, { cgroupParent: parent });
    const { pid } = (await world.driver.inspectContainer(id)) ?? {};
    const lines = (await readFile(`/proc/${pid}/cgroup`, 'utf8')).trim().split('\n');
    expect(
      lines.filter((l) => /memory|^0::\/./.test(l)).every((l) => l.includes(`${parent}/${id}`)),
    ).to.equal(true);
    await world.driver.removeContainer(id);
    await removeCgroups(parent);
  });
});
