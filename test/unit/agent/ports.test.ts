import { expect } from 'chai';
import fc from 'fast-check';
import {
  type AwsvpcNetworkWish,
  chooseAwsvpcNetwork,
} from '../../../packages/agent/src/host/awsvpc-network.js';
import { dynamicRanges, localPorts } from '../../../packages/agent/src/host/host.js';
import {
  clashingRoute,
  networkOf,
  parseRoutes,
  type Route,
} from '../../../packages/agent/src/host/routes.js';
import { AddressBook, addressesOf } from '../../../packages/agent/src/networks.js';
import { PortBook, type PortBookOptions } from '../../../packages/agent/src/ports/port-book.js';
import { aDefinition } from './world.js';

const none = { tcp: new Set<number>(), udp: new Set<number>() };

function aBook(options: Partial<PortBookOptions> = {}): PortBook {
  return new PortBook({
    ranges: [{ first: 61_000, last: 61_004 }],
    reserved: none,
    inUse: () => none,
    staticIp: undefined,
    ...options,
  });
}

const dynamic = aDefinition([{ name: 'web', portMappings: [{ containerPort: 80, hostPort: 0 }] }]);

describe('host ports', () => {
  it('a dynamic port is never given to two tasks at a time', () => {
    const step = fc.record({ task: fc.integer({ min: 0, max: 7 }), take: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const book = aBook();
        const held = new Map<number, number>();
        for (const { task, take } of steps) {
          if (take && !held.has(task)) {
            const port = book.assign(String(task), dynamic)?.web?.[0]?.hostPort;
            if (port === undefined) expect(held.size).to.equal(5);
            else {
              expect([...held.values()]).not.to.include(port);
              held.set(task, port);
            }
          } else if (!take && held.delete(task)) book.release(String(task));
        }
      }),
    );
  });

  it('a port that was just freed is not the next to be given', () => {
    const book = aBook();
    const first = book.assign('a', dynamic)?.web?.[0]?.hostPort;
    book.release('a');
    expect(book.assign('b', dynamic)?.web?.[0]?.hostPort).not.to.equal(first);
  });

  it('passes over what sockets of the host hold and what is reserved', () => {
    const book = aBook({
      inUse: () => ({ tcp: new Set([61_000, 61_001]), udp: new Set() }),
      reserved: { tcp: new Set([61_002]), udp: new Set() },
    });
    expect(book.assign('a', dynamic)?.web?.[0]?.hostPort).to.equal(61_003);
  });

  it('takes the next range when the first is used up', () => {
    const book = aBook({
      ranges: [
        { first: 61_000, last: 61_000 },
        { first: 20_000, last: 20_001 },
      ],
    });
    const ports = ['a', 'b', 'c', 'd'].map((t) => book.assign(t, dynamic)?.web?.[0]?.hostPort);
    expect(ports).to.deep.equal([61_000, 20_000, 20_001, undefined]);
  });

  it('goes down from the top where it is told to, so that low ports are the last to go', () => {
    const book = aBook({ ranges: [{ first: 20_000, last: 20_004, descending: true }] });
    const ports = ['a', 'b'].map((t) => book.assign(t, dynamic)?.web?.[0]?.hostPort);
    expect(ports).to.deep.equal([20_004, 20_003]);
    const range = aDefinition([{ name: 'web', portMappings: [{ containerPortRange: '90-92' }] }]);
    expect(book.assign('c', range)?.web?.map((p) => p.hostPort)).to.deep.equal([20_000, 20_001, 20_002]);
    book.release('a');
    expect(book.assign('d', dynamic)?.web?.[0]?.hostPort).to.equal(20_004);
    expect(book.assign('e', dynamic)).to.equal(undefined);
  });

  it('a range of ports lies in a row', () => {
    const book = aBook({ inUse: () => ({ tcp: new Set([61_001]), udp: new Set() }) });
    const definition = aDefinition([{ name: 'web', portMappings: [{ containerPortRange: '90-92' }] }]);
    expect(book.assign('a', definition)?.web?.map((p) => [p.containerPort, p.hostPort])).to.deep.equal([
      [90, 61_002],
      [91, 61_003],
      [92, 61_004],
    ]);
  });

  it('a static port is bound on the address that was named, a dynamic one on all', () => {
    const book = aBook({ staticIp: '127.0.0.2' });
    const mappings = [
      { containerPort: 80, hostPort: 8080 },
      { containerPort: 81, hostPort: 0 },
    ];
    const bound = book.assign('a', aDefinition([{ name: 'web', portMappings: mappings }]))?.web;
    expect(bound?.map((p) => p.hostIp)).to.deep.equal(['127.0.0.2', undefined]);
  });

  for (const c of [
    { name: 'in host mode the container port is the host port', mode: 'host' as const, expected: [80] },
    { name: 'in awsvpc mode there are none', mode: 'awsvpc' as const, expected: undefined },
  ])
    it(c.name, () => {
      const bound = aBook().assign('a', { ...dynamic, networkMode: c.mode })?.web;
      expect(bound?.map((p) => p.hostPort)).to.deep.equal(c.expected);
    });

  it('come from above the ephemeral range, then from below it', () => {
    expect(dynamicRanges({ first: 32_768, last: 60_999 })).to.deep.equal([
      { first: 61_000, last: 65_535 },
      { first: 20_000, last: 32_767, descending: true },
    ]);
    expect(dynamicRanges({ first: 1024, last: 65_535 })).to.deep.equal([{ first: 49_153, last: 65_535 }]);
  });

  it('are read from the tables of /proc/net', () => {
    const table =
      '  sl  local_address\n   0: 00000000:1F90 00000000:0000 0A\n   1: 0100007F:0016 00000000:0000 0A\n';
    expect(localPorts(table)).to.deep.equal([8080, 22]);
  });
});

describe('the network of tasks in awsvpc mode', () => {
  const routes = parseRoutes(
    'Iface Destination Gateway Flags RefCnt Use Metric Mask MTU Window IRTT\n' +
      'eth0 00000000 0100000A 0003 0 0 0 00000000 0 0 0\n' +
      'docker0 000011AC 00000000 0001 0 0 0 0000FFFF 0 0 0\n' +
      'lv0123 00001EAC 00000000 0001 0 0 0 00FFFFFF 0 0 0\n',
  );

  for (const c of [
    { name: 'clashes with a wider route', cidr: '172.17.9.0/24', own: '', expected: 'docker0' },
    { name: 'clashes with a narrower route', cidr: '172.30.0.0/16', own: '', expected: 'lv0123' },
    { name: 'does not clash with its own bridge', cidr: '172.30.0.0/24', own: 'lv0123', expected: undefined },
    { name: 'does not clash with the default route', cidr: '10.9.0.0/24', own: '', expected: undefined },
  ])
    it(c.name, () => {
      expect(clashingRoute(c.cidr, routes, c.own)?.device).to.equal(c.expected);
    });
});

describe('the choice of the network of tasks in awsvpc mode', () => {
  const route = (device: string, cidr: string): Route => {
    const [, bits = '24'] = cidr.split('/');
    return { device, network: networkOf(cidr), mask: 2 ** 32 - 2 ** (32 - Number(bits)) };
  };
  const choose = (wish: Partial<AwsvpcNetworkWish>): string =>
    chooseAwsvpcNetwork({ cidr: undefined, routes: [], ownBridge: 'lv01', dataDir: '/agents/1', ...wish });

  it('is one of 172.30.K.0/24, the next one for the next agent of the machine', () => {
    expect(choose({})).to.match(/^172\.30\.\d+\.0\/24$/);
    const [a, b] = ['/agents/1', '/agents/2'].map((dataDir) => Number(choose({ dataDir }).split('.')[2]));
    expect(b).to.equal(((a ?? 0) + 1) % 256);
  });

  it('passes over a route that is there', () => {
    const first = choose({});
    expect(choose({ routes: [route('br-1', first)] })).to.equal(choose({ dataDir: '/agents/2' }));
  });

  it('stays what it was while the network of before is there, whoever else has come', () => {
    const own = route('lv01', '172.30.7.0/24');
    expect(choose({ routes: [own, route('br-1', '172.31.0.0/16')] })).to.equal('172.30.7.0/24');
    expect(choose({ cidr: '172.30.7.0/24', routes: [own] })).to.equal('172.30.7.0/24');
  });

  for (const c of [
    { name: 'named', cidr: '10.5.0.0/16', device: 'eth0', at: '10.5.6.0/24', says: 'the route of eth0;' },
    { name: 'standard', cidr: undefined, device: 'br-1', at: '172.30.0.0/16', says: 'the route of br-1;' },
    {
      name: 'another instance has left',
      cidr: '10.5.6.0/24',
      device: 'lv0123456789ab',
      at: '10.5.6.0/24',
      says: 'docker network rm longshore-awsvpc-0123456789ab',
    },
  ])
    it(`names variable, route and way out where the ${c.name} network clashes`, () => {
      const clash = (): string => choose({ cidr: c.cidr, routes: [route(c.device, c.at)] });
      expect(clash).to.throw(/^LONGSHORE_AWSVPC_CIDR: /);
      expect(clash).to.throw(c.says);
      expect(clash).to.throw('ECS_ENABLE_TASK_ENI=false');
    });
});

describe('addresses of tasks', () => {
  it('leave out the network, its gateway and its broadcast address', () => {
    expect(addressesOf('10.1.2.0/29')).to.deep.equal([
      '10.1.2.2',
      '10.1.2.3',
      '10.1.2.4',
      '10.1.2.5',
      '10.1.2.6',
    ]);
  });

  it('are held until released, and run out', () => {
    const book = new AddressBook('10.1.2.0/29');
    book.hold('old', '10.1.2.2');
    const given = ['a', 'b', 'c', 'd', 'e'].map((t) => book.assign(t));
    expect(given).to.deep.equal(['10.1.2.3', '10.1.2.4', '10.1.2.5', '10.1.2.6', undefined]);
    book.release('old');
    expect(book.assign('e')).to.equal('10.1.2.2');
  });
});
