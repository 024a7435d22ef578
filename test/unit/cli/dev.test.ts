import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemClock, systemRandom } from '@longshore/kit';
import { expect } from 'chai';
import fc from 'fast-check';
import { endEarlier, readPid, refuseSecond } from '../../../packages/cli/src/dev/earlier.js';
import { envFile, knowsEndpointVariable } from '../../../packages/cli/src/dev/env-file.js';
import {
  agentPlan,
  type DevWish,
  dynamicPorts,
  etcdPlan,
  loopback,
  serverPlan,
} from '../../../packages/cli/src/dev/plan.js';
import { claimPorts, freePorts } from '../../../packages/cli/src/dev/ports.js';
import { Supervised } from '../../../packages/cli/src/dev/supervised.js';
import { ensureTokens } from '../../../packages/cli/src/dev/tokens.js';
import { eventually } from '../../support/eventually.js';

const wish: DevWish = {
  instances: 3,
  dataDir: '/data',
  cluster: 'default',
  grpcListen: '127.0.0.1:7400',
  httpListen: '127.0.0.1:7401',
  accountId: '123456789012',
  region: 'eu-west-1',
  etcdPorts: [41, 42],
  agentPorts: [
    [1, 2, 3],
    [4, 5, 6],
    [7, 8, 9],
  ],
};
const machine = { cpuUnits: 2048, memoryMiB: 8000, ephemeralPorts: [32_768, 60_999] as const };
const program = { command: 'p', args: ['first'] };

function flag(args: readonly string[], name: string): string | undefined {
  const at = args.indexOf(name);
  return at < 0 ? undefined : args[at + 1];
}

describe('the plan of a dev', () => {
  it('gives etcd the room that the control plane needs', () => {
    const { args } = etcdPlan(wish, program);
    expect(flag(args, '--quota-backend-bytes')).to.equal('8589934592');
    expect(flag(args, '--snapshot-count')).to.equal('5000');
    expect(flag(args, '--max-txn-ops')).to.equal('512');
  });

  it('starts the server as a dev server with tokens', () => {
    const { args } = serverPlan(wish, program);
    expect(args).to.include('--dev');
    expect(flag(args, '--etcd-endpoints')).to.equal('127.0.0.1:41');
    expect(flag(args, '--token-file')).to.equal('/data/tokens/server');
  });

  it('gives each of three agents a third, an address and a zone of its own', () => {
    const plans = [1, 2, 3].map((k) => agentPlan(wish, machine, program, k));
    expect(plans.map((p) => flag(p.args, '--instance-cpu'))).to.deep.equal(['682', '682', '682']);
    expect(plans.map((p) => flag(p.args, '--instance-memory'))).to.deep.equal(['2666', '2666', '2666']);
    expect(plans.map((p) => flag(p.args, '--bind-ip'))).to.deep.equal([
      '127.0.0.1',
      '127.0.0.2',
      '127.0.0.3',
    ]);
    expect(plans.map((p) => p.variables['LONGSHORE_AVAILABILITY_ZONE'])).to.deep.equal([
      'eu-west-1a',
      'eu-west-1b',
      'eu-west-1c',
    ]);
    expect(plans.map((p) => flag(p.args, '--metadata-port'))).to.deep.equal(['2', '5', '8']);
    for (const { args } of plans) expect(args).to.include('--shared-engine');
  });

  it('lets a single agent have the engine to itself', () => {
    const { args } = agentPlan({ ...wish, instances: 1 }, machine, program, 1);
    expect(args).not.to.include('--shared-engine');
    expect(args).not.to.include('--bind-ip');
    expect(flag(args, '--instance-cpu')).to.equal('2048');
  });

  it('asks a registry only for images that are not here, unless told how to pull', () => {
    const pulls = (imagePullBehavior?: string): string | undefined =>
      agentPlan({ ...wish, imagePullBehavior }, machine, program, 1).variables.ECS_IMAGE_PULL_BEHAVIOR;
    expect(pulls()).to.equal('prefer-cached');
    expect(pulls('always')).to.equal('always');
  });

  it('never gives two agents a port, nor one that the kernel hands out', () => {
    const port = fc.integer({ min: 21_000, max: 64_000 });
    fc.assert(
      fc.property(port, port, fc.integer({ min: 1, max: 64 }), (a, b, instances) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const ranges = Array.from({ length: instances }, (_, i) =>
          dynamicPorts({ ...machine, ephemeralPorts: [low, high] }, instances, i + 1),
        );
        for (const [i, [first, last]] of ranges.entries()) {
          expect(first).to.be.at.least(20_000);
          expect(last).to.be.at.most(65_535).and.at.least(first);
          expect(last < low || first > high).to.equal(true);
          const next = ranges[i + 1];
          if (next) expect(next[0]).to.be.greaterThan(last);
        }
      }),
    );
  });

  const addresses = [
    ['127.0.0.1:7400', '127.0.0.1:7400'],
    ['0.0.0.0:7400', '127.0.0.1:7400'],
    [':7400', '127.0.0.1:7400'],
    ['[::]:7400', '127.0.0.1:7400'],
    ['10.0.0.1:7400', '10.0.0.1:7400'],
  ] as const;
  for (const [listen, reached] of addresses)
    it(`reaches ${listen} at ${reached}`, () => {
      expect(loopback(listen)).to.equal(reached);
    });
});

describe('the ports that the ECS agent documents', () => {
  it('go to one of several dev that start at once, and to the next when that one has ended', async () => {
    const wanted = await freePorts(3);
    const claims = await Promise.all([claimPorts(wanted), claimPorts(wanted), claimPorts(wanted)]);
    const winners = claims.filter((claim) => claim.ports === wanted);
    expect(winners).to.have.length(1);
    const all = claims.flatMap((claim) => claim.ports);
    expect(new Set(all).size).to.equal(9);
    for (const claim of claims) claim.release();
    const next = await eventually(async () => {
      const claim = await claimPorts(wanted);
      expect(claim.ports).to.equal(wanted);
      return claim;
    });
    next.release();
  });

  it('are left to whoever listens on one of them', async () => {
    const wanted = await freePorts(3);
    const other = createServer().listen(wanted[1], '127.0.0.1');
    await once(other, 'listening');
    const claim = await claimPorts(wanted);
    expect(claim.ports).to.have.length(3).and.to.not.include(wanted[1]);
    other.close();
    await once(other, 'close');
    const next = await claimPorts(wanted);
    expect(next.ports).to.equal(wanted);
    next.release();
  });
});

describe('DATA-DIR/env', () => {
  const key = { accessKeyId: 'LONGSHOREABC', secretAccessKey: "s'cret/+" };

  it('makes a shell ready for longshore and aws', () => {
    const ecs = { url: 'http://127.0.0.1:7401', key };
    const text = envFile({
      endpoint: '127.0.0.1:7400',
      tokenFile: '/d/tokens/client',
      etcd: '127.0.0.1:2379',
      region: 'us-east-1',
      ecs,
    });
    expect(text.split('\n').slice(1)).to.deep.equal([
      'export LONGSHORE_ENDPOINT=127.0.0.1:7400',
      'export LONGSHORE_TOKEN_FILE=/d/tokens/client',
      'export LONGSHORE_ETCD_ENDPOINTS=127.0.0.1:2379',
      'export AWS_ENDPOINT_URL_ECS=http://127.0.0.1:7401',
      'export AWS_ENDPOINT_URL_STS=http://127.0.0.1:7401',
      'export AWS_REGION=us-east-1',
      'export AWS_DEFAULT_REGION=us-east-1',
      'export AWS_ACCESS_KEY_ID=LONGSHOREABC',
      "export AWS_SECRET_ACCESS_KEY='s'\\''cret/+'",
      'export AWS_EC2_METADATA_DISABLED=true',
      'unset AWS_PROFILE AWS_SESSION_TOKEN',
      '',
    ]);
  });

  it('says nothing of AWS where the server has no ECS API', () => {
    expect(envFile({ endpoint: 'a:1', tokenFile: '/t', etcd: 'e:1', region: 'r' })).not.to.include('AWS');
  });

  const versions = [
    ['aws-cli/2.9.19 Python/3.11.2', false],
    ['aws-cli/2.13.0 Python/3.11.2', true],
    ['aws-cli/1.28.9 Python/3.9', false],
    ['aws-cli/1.29.0 Python/3.9', true],
    ['aws-cli/3.0.0', true],
    ['something else', undefined],
  ] as const;
  for (const [version, knows] of versions)
    it(`${version}: ${knows === false ? 'ignores' : knows ? 'knows' : 'cannot say whether it knows'} AWS_ENDPOINT_URL_ECS`, () => {
      expect(knowsEndpointVariable(version)).to.equal(knows);
    });
});

describe('on disk', () => {
  let dir: string;
  beforeEach(() => {
    dir = mkdtempSync(join(tmpdir(), 'longshore-dev-'));
  });
  afterEach(() => {
    rmSync(dir, { recursive: true });
  });

  it('keeps tokens that only the owner reads, the same at the next start', () => {
    ensureTokens(dir, systemRandom);
    const read = (name: string): string => readFileSync(join(dir, 'tokens', name), 'utf8');
    const first = read('server');
    expect(first).to.equal(`client: ${read('client').trim()}\nagent: ${read('agent').trim()}\n`);
    for (const name of ['server', 'client', 'agent'])
      expect(statSync(join(dir, 'tokens', name)).mode & 0o777).to.equal(0o600);
    ensureTokens(dir, systemRandom);
    expect(read('server')).to.equal(first);
  });

  it('refuses a second dev in the same directory, but not after the first was killed', () => {
    mkdirSync(join(dir, 'run'));
    writeFileSync(join(dir, 'run', 'dev.pid'), '4711\n');
    expect(() => refuseSecond(dir, () => 'node longshore dev')).to.throw(
      'another longshore dev (process 4711)',
    );
    refuseSecond(dir, () => undefined);
    refuseSecond(dir, () => 'some other program that got the pid');
  });

  it('leaves alone a process that got the pid of an earlier child', async () => {
    mkdirSync(join(dir, 'run'));
    writeFileSync(join(dir, 'run', 'server.pid'), `${process.pid}\n`);
    expect(await endEarlier(dir, () => 'another program', systemClock)).to.deep.equal([]);
    expect(existsSync(join(dir, 'run', 'server.pid'))).to.equal(false);
  });

  const supervise = (script: string, restart: boolean, lines: string[]): Supervised =>
    new Supervised(
      { name: 'child', command: '/bin/sh', args: ['-c', script], variables: {} },
      {
        pidFile: join(dir, 'child.pid'),
        logFile: join(dir, 'child.log'),
        env: {},
        restart,
        clock: systemClock,
        say: (line) => void lines.push(line),
      },
    );

  it('starts a child again within a second, and says so in one line', async () => {
    const lines: string[] = [];
    const child = supervise('echo ready; exec sleep 60', true, lines);
    child.start();
    const first = await eventually(() => readPid(join(dir, 'child.pid')) ?? false);
    process.kill(first as number, 'SIGKILL');
    const second = await eventually(
      () => {
        const pid = readPid(join(dir, 'child.pid'));
        return pid !== undefined && pid !== first && pid;
      },
      { withinMs: 1000 },
    );
    expect(lines).to.have.length(1);
    expect(lines[0]).to.match(/^child ended: SIGKILL.*; starting it again$/);
    await child.stop(1000);
    expect(existsSync(join(dir, 'child.pid'))).to.equal(false);
    expect(() => process.kill(second as number, 0)).to.throw('ESRCH');
  });

  it('does not start it again with --no-restart', async () => {
    const lines: string[] = [];
    const child = supervise('echo it broke; exit 3', false, lines);
    child.start();
    await eventually(() => lines.length === 1);
    expect(lines[0]).to.equal('child ended: exit code 3 (it broke); not started again (--no-restart)');
    expect(child.pid).to.equal(undefined);
    await child.stop(100);
  });

  it('kills a child that does not go on SIGTERM', async () => {
    const child = supervise("trap '' TERM; while :; do sleep 0.1; done", true, []);
    child.start();
    await eventually(() => child.pid !== undefined);
    const pid = child.pid as number;
    await child.stop(200);
    expect(() => process.kill(pid, 0)).to.throw('ESRCH');
  });

  it('says so when the program cannot be run', async () => {
    const lines: string[] = [];
    const child = new Supervised(
      { name: 'child', command: '/nonexistent/etcd', args: [], variables: {} },
      {
        pidFile: join(dir, 'p'),
        logFile: join(dir, 'l'),
        env: {},
        restart: false,
        clock: systemClock,
        say: (l) => void lines.push(l),
      },
    );
    child.start();
    await eventually(() => lines.length === 1);
    expect(lines[0]).to.include('ENOENT');
  });
});
