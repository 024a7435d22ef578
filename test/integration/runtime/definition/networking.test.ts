import { readlink } from 'node:fs/promises';
import { get } from 'node:http';
import { expect } from 'chai';
import { freePort } from '../../../support/docker.js';
import { eventually } from '../../../support/eventually.js';
import { definitionWorld } from './world.js';

const bridge = { mode: 'bridge', name: 'bridge' } as const;

function fetchText(port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/page' }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(text));
      response.on('error', reject);
    }).on('error', reject);
  });
}

describe('a container has the network that its definition names', () => {
  const world = definitionWorld();

  it('portMappings publish tcp and udp ports on the host', async () => {
    const [tcp, udp] = [await freePort(), await freePort()];
    const command = ['sh', '-c', 'mkdir /www; echo hello >/www/page; exec httpd -f -p 80 -h /www'];
    const id = await world.run(
      { command },
      {
        network: bridge,
        ports: [
          { containerPort: 80, hostPort: tcp, protocol: 'tcp' },
          { containerPort: 81, hostPort: 0, protocol: 'tcp', hostIp: '127.0.0.1' },
          { containerPort: 53, hostPort: udp, protocol: 'udp' },
        ],
      },
    );
    await eventually(async () => expect(await fetchText(tcp)).to.equal('hello\n'));
    const { Ports } = (await world.inspect(id)).NetworkSettings;
    expect(Ports['53/udp']?.[0]?.HostPort).to.equal(String(udp));
    expect(Ports['81/tcp']?.[0]?.HostIp).to.equal('127.0.0.1');
    expect(Number(Ports['81/tcp']?.[0]?.HostPort)).to.be.greaterThan(0);
    const facts = await world.driver.inspectContainer(id);
    expect(facts?.ports).to.have.length(3);
  });

  it('hostname, extraHosts and the DNS members are what the container resolves with', async () => {
    const id = await world.run(
      {
        hostname: 'lighthouse',
        extraHosts: [{ hostname: 'buoy', ipAddress: '10.1.2.3' }],
        dnsServers: ['10.9.8.7'],
        dnsSearchDomains: ['harbour.example'],
      },
      { network: bridge },
    );
    expect(await world.shell(id, 'hostname')).to.equal('lighthouse');
    expect(await world.shell(id, 'grep buoy /etc/hosts')).to.match(/^10\.1\.2\.3\s+buoy$/);
    const resolver = await world.shell(id, 'cat /etc/resolv.conf');
    expect(resolver).to.contain('nameserver 10.9.8.7');
    expect(resolver).to.contain('search harbour.example');
  });

  for (const network of ['bridge', 'one of our own'])
    it(`${network === 'bridge' ? "links resolve another container's name under an alias" : 'links resolve on a network of our own as well'}`, async () => {
      const name = network === 'bridge' ? 'bridge' : world.engine.name('net');
      if (name !== 'bridge') await world.driver.createNetwork({ name, labels: world.engine.labels });
      const target = world.spec({}, { network: { mode: 'bridge', name } });
      const { id: targetId } = await world.driver.createContainer(target);
      await world.driver.startContainer(targetId);
      const address = (await world.driver.inspectContainer(targetId))?.networks[0]?.ipv4Address ?? '';
      const id = await world.run(
        {},
        { network: { mode: 'bridge', name }, links: [{ container: target.name, alias: 'db' }] },
      );
      expect(await world.shell(id, 'ping -c 1 -W 2 db')).to.contain(`(${address})`);
    });

  it('disableNetworking leaves the loopback alone', async () => {
    const id = await world.run({ disableNetworking: true }, { network: bridge });
    expect(await world.shell(id, 'ls /sys/class/net')).to.equal('lo');
  });

  it('networkMode puts the container on its network, with aliases and a fixed address', async () => {
    const net = world.engine.name('net');
    await world.driver.createNetwork({ name: net, labels: world.engine.labels, subnet: '10.214.5.0/24' });
    const owner = await world.run(
      {},
      { network: { mode: 'bridge', name: net, ipv4Address: '10.214.5.9', aliases: ['web'] } },
    );
    expect(await world.shell(owner, 'ip -4 addr show eth0')).to.contain('10.214.5.9/24');
    expect((await world.inspect(owner)).NetworkSettings.Networks[net]?.Aliases).to.include('web');
    // Names, ports and resolvers are the owner's: the joining container must not bring any.
    const joined = await world.run(
      {
        hostname: 'ignored',
        dnsServers: ['10.0.0.1'],
        extraHosts: [{ hostname: 'x', ipAddress: '10.0.0.2' }],
      },
      {
        network: { mode: 'container', id: owner },
        ports: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
      },
    );
    expect(await world.shell(joined, 'readlink /proc/self/ns/net')).to.equal(
      await world.shell(owner, 'readlink /proc/self/ns/net'),
    );
    const host = await world.run({}, { network: { mode: 'host' } });
    expect(await world.shell(host, 'readlink /proc/self/ns/net')).to.equal(
      await readlink('/proc/self/ns/net'),
    );
    const none = await world.run({}, { network: { mode: 'none' } });
    expect(await world.shell(none, 'ls /sys/class/net')).to.equal('lo');
  });

  it("pidMode and ipcMode join the host's or another container's namespaces", async () => {
    const ns = (id: string, kind: string) => world.shell(id, `readlink /proc/self/ns/${kind}`);
    const owner = await world.run({}, { ipcMode: 'shareable' });
    const joined = await world.run({}, { pidMode: owner, ipcMode: `container:${owner}` });
    for (const kind of ['pid', 'ipc']) expect(await ns(joined, kind)).to.equal(await ns(owner, kind));
    const host = await world.run({}, { pidMode: 'host', ipcMode: 'host' });
    for (const kind of ['pid', 'ipc'])
      expect(await ns(host, kind)).to.equal(await readlink(`/proc/self/ns/${kind}`));
    const own = await world.run({}, { ipcMode: 'none' });
    expect(await ns(own, 'ipc')).not.to.equal(await ns(owner, 'ipc'));
    expect(await ns(own, 'pid')).not.to.equal(await ns(owner, 'pid'));
  });
});
