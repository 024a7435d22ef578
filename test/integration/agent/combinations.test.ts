import { execFileSync, spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { chownSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { testSocket } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { needs, needsHere } from '../../support/needs.js';
import { AgentProcess, AgentRig } from './rig.js';

describe('what comes together in one task, on a real engine', function () {
  this.timeout(60_000);
  needs('docker');
  let rig: AgentRig;
  beforeEach(async () => {
    rig = await new AgentRig(['--metadata-port', '45389', '--shared-engine']).start();
  });
  afterEach(() => rig.close());

  const idOf = (task: string, name: string): string =>
    rig.plane.states.get(task)?.containers.find((c) => c.name === name)?.runtimeId ?? '';
  const startedAt = async (container: string): Promise<string> =>
    (await rig.engine.ask<{ State: { StartedAt: string } }>('GET', `/containers/${container}/json`)).body
      .State.StartedAt;

  it('a restart is the same container, counted in metadata v4, and leaves those who depend on it alone', async () => {
    const restartPolicy = { enabled: true, restartAttemptPeriod: 1, ignoredExitCodes: [7] };
    const task = rig.plane.run(
      rig.definition([
        {
          name: 'db',
          restartPolicy,
          command: [
            'sh',
            '-c',
            'sleep 2; test -e /twice && exit 7; test -e /once && touch /twice; touch /once; exit 1',
          ],
        },
        { name: 'app', dependsOn: [{ containerName: 'db', condition: 'START' }] },
      ]),
    );
    await rig.reaches(task, 'RUNNING');
    const [db, app] = [idOf(task, 'db'), idOf(task, 'app')];
    const [first, beside] = [await startedAt(db), await startedAt(app)];
    await eventually(() => rig.plane.states.get(task)?.containers[0]?.restartCount === 2, {
      withinMs: 10_000,
    });
    const shown = await rig.engine.exec(app, 'wget -qO- $ECS_CONTAINER_METADATA_URI_V4/task');
    const { Containers } = JSON.parse(shown.output) as {
      Containers: readonly { Name: string; RestartCount?: number; KnownStatus: string }[];
    };
    expect(Containers.map((c) => [c.Name, c.RestartCount, c.KnownStatus])).to.deep.equal([
      ['db', 2, 'RUNNING'],
      ['app', undefined, 'RUNNING'],
    ]);
    expect(idOf(task, 'db')).to.equal(db);
    expect(await startedAt(db)).not.to.equal(first);
    expect(await startedAt(app)).to.equal(beside);
    expect(rig.plane.status(task)).to.equal('RUNNING');
    // An ignored code is an end: of an essential container it is the task's.
    const report = await rig.reaches(task, 'STOPPED');
    expect(report).to.include({ stopCode: 'EssentialContainerExited' });
    expect(report.containers[0]).to.include({ exitCode: 7, restartCount: 2 });
  });

  it('a range of udp ports is bound in a row and carries packets, beside a tcp port of its own', async function () {
    needsHere(this, 'root');
    const task = rig.plane.run(
      rig.definition([
        {
          name: 'web',
          portMappings: [
            { containerPortRange: '5000-5001', protocol: 'udp' },
            { containerPort: 5000, hostPort: 0, protocol: 'tcp' },
          ],
        },
      ]),
    );
    const report = await rig.reaches(task, 'RUNNING');
    const [tcp, udp] = report.containers[0]?.networkBindings ?? [];
    expect(tcp).to.include({ containerPort: 5000, protocol: 'tcp' });
    expect(udp).to.include({ containerPortRange: '5000-5001', protocol: 'udp' });
    const [from = 0, to = 0] = (udp?.hostPortRange ?? '').split('-').map(Number);
    expect(to - from).to.equal(1);
    const { NetworkSettings, State } = await rig.engine.inspect(idOf(task, 'web'));
    const hostPort = (port: string): string | undefined => NetworkSettings.Ports[port]?.[0]?.HostPort;
    expect([hostPort('5000/udp'), hostPort('5001/udp'), hostPort('5000/tcp')]).to.deep.equal([
      String(from),
      String(to),
      String(tcp?.hostPort),
    ]);
    // Nothing in the image takes packets: who does, in the network of the container, gives back what comes.
    const echo = `const socket = require('node:dgram').createSocket('udp4');
      socket.on('message', (bytes, from) => socket.send(bytes, from.port, from.address));
      socket.bind(5001, () => console.log('up'));`;
    const inside = ['-t', String(State.Pid), '-n', process.execPath, '-e', echo];
    const far = spawn('nsenter', inside, { stdio: ['ignore', 'pipe', 'inherit'] });
    const near = createSocket('udp4');
    try {
      await new Promise((resolve) => {
        far.stdout.once('data', resolve);
      });
      const answers: string[] = [];
      near.on('message', (message) => answers.push(message.toString()));
      await eventually(
        () => {
          near.send('is there somebody', to, '127.0.0.1');
          expect(answers[0]).to.equal('is there somebody');
        },
        { withinMs: 10_000, everyMs: 200 },
      );
    } finally {
      near.close();
      far.kill();
    }
  });

  it('a task whose container ends at once has started, and every time has its place', async () => {
    const task = rig.plane.run(rig.definition([{ name: 'web', command: ['true'] }]));
    const t = await rig.reaches(task, 'STOPPED');
    expect(t).to.include({ stopCode: 'EssentialContainerExited' });
    const times = [
      t.pullStartedAtMs,
      t.pullStoppedAtMs,
      t.startedAtMs,
      t.stoppingAtMs,
      t.executionStoppedAtMs,
      t.stoppedAtMs,
    ];
    expect(times).not.to.include(0);
    expect(times).to.deep.equal(times.toSorted((a, b) => a - b));
  });

  it('of two variables of one name the last counts, and there is one of it', async () => {
    const environment = ['first', 'last'].map((value) => ({ name: 'A', value }));
    const task = rig.plane.run(rig.definition([{ name: 'web', environment }]));
    await rig.reaches(task, 'RUNNING');
    const { Config } = await rig.engine.inspect(idOf(task, 'web'));
    expect((Config.Env as readonly string[]).filter((v) => v.startsWith('A='))).to.deep.equal(['A=last']);
    expect((await rig.engine.exec(idOf(task, 'web'), 'echo $A')).output).to.equal('last');
  });

  it('a log of lines, then of bytes that are no text, is kept within 20 lines and 2 KiB', async () => {
    const commands = {
      lines: 'for i in $(seq 50); do echo line $i; done',
      bytes: 'head -c 100000 /dev/urandom; echo end',
      both: 'head -c 1000 /dev/zero; echo; echo out; echo err >&2; printf "last\\\\r\\\\n"',
    };
    const tails = new Map<string, string>();
    for (const [name, command] of Object.entries(commands)) {
      const task = rig.plane.run(
        rig.definition([{ name: 'web', command: ['sh', '-c', command] }], { family: name }),
        { task: Buffer.from(name.padEnd(16)).toString('hex') },
      );
      const report = await rig.reaches(task, 'STOPPED');
      tails.set(name, report.containers[0]?.logTail ?? '');
    }
    expect(tails.get('lines')?.split('\n')).to.deep.equal(
      Array.from({ length: 20 }, (_, i) => `line ${31 + i}`),
    );
    const bytes = tails.get('bytes') ?? '';
    expect(Buffer.byteLength(bytes)).to.be.within(1000, 2048);
    expect(bytes.endsWith('end')).to.equal(true);
    const both = (tails.get('both') ?? '').split('\n');
    // Two streams have no order between them; every byte of both is there.
    expect(both).to.have.members(['\0'.repeat(1000), 'out', 'err', 'last']);
  });
});

describe('an agent that is not root', function () {
  this.timeout(60_000);
  needs('docker');

  it('says what is missing, gives the address of the bridge, makes no cgroup, and runs tasks', async function () {
    needsHere(this, 'root');
    const user = { uid: 65_534, gid: statSync(testSocket).gid };
    const rig = new AgentRig(['--metadata-port', '45399', '--shared-engine'], {}, undefined, user);
    chownSync(rig.directory, user.uid, user.gid);
    try {
      await rig.start();
      expect(rig.log).to.match(/"level":40.*not root: no task cgroups/);
      const task = rig.plane.run(rig.definition([{ name: 'web' }]));
      const report = await rig.reaches(task, 'RUNNING');
      const container = report.containers[0]?.runtimeId ?? '';
      const { output } = await rig.engine.exec(
        container,
        'echo $ECS_CONTAINER_METADATA_URI_V4; ip route | sed -n "s/default via //p"; wget -qO- $ECS_CONTAINER_METADATA_URI_V4',
      );
      const [uri = '', gateway = '', metadata = ''] = output.split('\n');
      expect(uri).to.match(new RegExp(`^http://${gateway.split(' ')[0]}:45399/v4/`));
      expect(JSON.parse(metadata)).to.include({ Name: 'web', KnownStatus: 'RUNNING' });
      const [registered] = rig.plane.registered;
      const names = registered?.attributes.map((a) => a.name);
      expect(names).not.to.include('ecs.capability.task-cpu-mem-limit');
      const { HostConfig } = await rig.engine.inspect(container);
      expect(HostConfig.CgroupParent).to.equal('');
    } finally {
      await rig.close();
    }
  });

  it('is told by the socket that refuses it which group to join', async function () {
    needsHere(this, 'root');
    const nobody = new AgentProcess();
    chownSync(nobody.directory, 65_534, 65_534);
    const group = execFileSync('stat', ['-c', '%G', testSocket], { encoding: 'utf8' }).trim();
    nobody.spawn(['--endpoints', '127.0.0.1:1'], {}, { uid: 65_534, gid: 65_534 });
    try {
      await eventually(
        () => nobody.log.includes(`EACCES`) && nobody.log.includes(`join the group ${group} `),
        {
          withinMs: 20_000,
          state: () => nobody.log,
        },
      );
    } finally {
      await nobody.close();
    }
  });
});
