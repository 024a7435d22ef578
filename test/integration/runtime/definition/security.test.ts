import { expect } from 'chai';
import { needsHere } from '../../../support/needs.js';
import { definitionWorld } from './world.js';

/** CAP_NET_RAW, _MKNOD and _SYS_TIME by their bits. */
const bits = { netRaw: 13n, mknod: 27n, sysTime: 25n };

describe('a container may do what its definition lets it', () => {
  const world = definitionWorld();

  async function effective(id: string): Promise<bigint> {
    return BigInt(`0x${await world.shell(id, "sed -n 's/^CapEff:[[:space:]]*//p' /proc/1/status")}`);
  }

  it('readonlyRootFilesystem lets nothing be written but on mounts', async () => {
    const id = await world.run({
      readonlyRootFilesystem: true,
      linuxParameters: { tmpfs: [{ containerPath: '/scratch', size: 4 }] },
    });
    expect(await world.shell(id, 'touch /etc/x 2>&1')).to.contain('Read-only file system');
    expect(await world.shell(id, 'touch /scratch/x && echo written')).to.equal('written');
  });

  it('dockerSecurityOptions take new privileges away', async () => {
    const id = await world.run({ dockerSecurityOptions: ['no-new-privileges'] });
    expect(await world.shell(id, 'grep NoNewPrivs /proc/1/status')).to.match(/NoNewPrivs:\s+1/);
  });

  it('capabilities are added and dropped', async () => {
    const id = await world.run({
      linuxParameters: { capabilities: { add: ['SYS_TIME'], drop: ['NET_RAW', 'MKNOD'] } },
    });
    const has = await effective(id);
    const granted = Object.entries(bits).map(([name, bit]) => [name, ((has >> bit) & 1n) === 1n]);
    expect(Object.fromEntries(granted)).to.deep.equal({ netRaw: false, mknod: false, sysTime: true });
  });

  it('devices appear with their permissions', async () => {
    const id = await world.run({
      linuxParameters: {
        devices: [
          { hostPath: '/dev/kmsg', containerPath: '/dev/mine', permissions: ['write'] },
          { hostPath: '/dev/loop-control' },
        ],
      },
    });
    expect(await world.shell(id, 'stat -c %t:%T /dev/mine')).to.equal('1:b');
    expect(await world.shell(id, ': >/dev/mine && echo opened')).to.equal('opened');
    expect(await world.shell(id, ': </dev/mine 2>&1')).to.contain('Operation not permitted');
    expect((await world.inspect(id)).HostConfig.Devices).to.deep.equal([
      { PathOnHost: '/dev/kmsg', PathInContainer: '/dev/mine', CgroupPermissions: 'w' },
      { PathOnHost: '/dev/loop-control', PathInContainer: '/dev/loop-control', CgroupPermissions: 'rwm' },
    ]);
  });

  it('privileged gives every capability of the host', async () => {
    const id = await world.create({ privileged: true });
    expect((await world.inspect(id)).HostConfig.Privileged).to.equal(true);
    expect((await world.inspect(await world.create({}))).HostConfig.Privileged).to.equal(false);
  });

  it('a privileged container has the capabilities of the machine', async function () {
    needsHere(this, 'privileged');
    const id = await world.run({ privileged: true });
    expect((await effective(id)) & (1n << bits.sysTime)).not.to.equal(0n);
  });
});
