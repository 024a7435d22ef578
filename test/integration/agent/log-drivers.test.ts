import { createSocket } from 'node:dgram';
import { createServer as createHttpServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Server } from 'node:net';
import { systemRandom } from '@longshore/kit';
import type { LogConfiguration, TaskReport } from '@longshore/model';
import { expect } from 'chai';
import { freePort } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { needs, skipHere } from '../../support/needs.js';
import { AgentRig } from './rig.js';

/** The far end of a log driver, on loopback: what it was sent. */
interface Listener {
  readonly port: number;
  readonly heard: () => string;
  readonly close: () => Promise<void>;
}

async function listening(server: Server, chunks: readonly Buffer[]): Promise<Listener> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    heard: () => Buffer.concat(chunks).toString(),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
      }),
  };
}

function tcpListener(): Promise<Listener> {
  const chunks: Buffer[] = [];
  const server = createTcpServer((socket) => {
    socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => socket.destroy());
  });
  return listening(server, chunks);
}

/** Headers and bodies of all requests; each is answered with 200. */
function httpListener(): Promise<Listener> {
  const chunks: Buffer[] = [];
  const server = createHttpServer((request, response) => {
    chunks.push(Buffer.from(`${request.method} ${request.url} ${request.headers.authorization}\n`));
    request.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => response.end('{}'));
  });
  return listening(server, chunks);
}

async function udpListener(): Promise<Listener> {
  const chunks: Buffer[] = [];
  const socket = createSocket('udp4', (message) => chunks.push(message, Buffer.from('\n')));
  await new Promise<void>((resolve) => {
    socket.bind(0, '127.0.0.1', resolve);
  });
  return {
    port: socket.address().port,
    heard: () => Buffer.concat(chunks).toString(),
    close: () =>
      new Promise((resolve) => {
        socket.close(() => resolve());
      }),
  };
}

describe('log drivers of the engine', function () {
  this.timeout(60_000);
  needs('docker');
  let rig: AgentRig;
  let drivers: readonly string[];
  before(async () => {
    rig = await new AgentRig().start();
    const info = await rig.engine.ask<{ Plugins: { Log: string[] } }>('GET', '/info');
    drivers = info.body.Plugins.Log;
  });
  after(() => rig.close());

  const skipWithout = (context: Mocha.Context, driver: string): void => {
    if (!drivers.includes(driver)) skipHere(context, `needs an engine with the log driver ${driver}`);
  };
  const run = (logConfiguration: LogConfiguration, command = 'echo spoken; sleep 3600'): string => {
    const task = systemRandom.hexId();
    const container = { name: 'web', logConfiguration, command: ['sh', '-c', command] };
    return rig.plane.run(rig.definition([container], { family: task }), { task });
  };
  const configOf = async (report: TaskReport): Promise<unknown> =>
    (await rig.engine.inspect(report.containers[0]?.runtimeId ?? '')).HostConfig.LogConfig;
  const stopped = async (task: string): Promise<TaskReport> => {
    rig.plane.stop(task);
    return rig.reaches(task, 'STOPPED');
  };

  it('are registered by the names that the engine has for them', () => {
    const prefix = 'com.amazonaws.ecs.capability.logging-driver.';
    const names = rig.plane.registered[0]?.attributes.map((a) => a.name ?? '') ?? [];
    const registered = names.filter((n) => n.startsWith(prefix)).map((n) => n.slice(prefix.length));
    expect(registered.sort()).to.deep.equal([...drivers].sort());
  });

  it('local keeps what was said on the machine, and the history its last lines', async function () {
    skipWithout(this, 'local');
    const options = { 'max-size': '1m', 'max-file': '2', compress: 'false' };
    const task = run({ logDriver: 'local', options });
    const report = await rig.reaches(task, 'RUNNING');
    expect(await configOf(report)).to.deep.equal({ Type: 'local', Config: options });
    expect((await stopped(task)).containers[0]?.logTail).to.equal('spoken');
  });

  const far: readonly {
    readonly driver: string;
    readonly listen: () => Promise<Listener>;
    readonly options: (port: number) => Readonly<Record<string, string>>;
    readonly hears: RegExp;
  }[] = [
    {
      driver: 'syslog',
      listen: tcpListener,
      options: (port) => ({
        'syslog-address': `tcp://127.0.0.1:${port}`,
        'syslog-facility': 'local3',
        'syslog-format': 'rfc5424',
        tag: 'the-{{.Name}}',
      }),
      // Facility 19, severity 6: 19 * 8 + 6.
      hears: /^<158>1 .* the-\S+web\S* .*spoken$/m,
    },
    {
      driver: 'gelf',
      listen: udpListener,
      options: (port) => ({
        'gelf-address': `udp://127.0.0.1:${port}`,
        'gelf-compression-type': 'none',
        tag: 'gelf-tag',
        env: 'COLOUR',
      }),
      hears: /"short_message":"spoken".*"_tag":"gelf-tag"/,
    },
    {
      driver: 'fluentd',
      listen: tcpListener,
      options: (port) => ({ 'fluentd-address': `127.0.0.1:${port}`, tag: 'fluent.tag' }),
      hears: /fluent\.tag[\s\S]*spoken/,
    },
    {
      driver: 'splunk',
      listen: httpListener,
      options: (port) => ({
        'splunk-url': `http://127.0.0.1:${port}`,
        'splunk-token': 'a-token',
        'splunk-format': 'raw',
        'splunk-index': 'main',
        tag: 'splunk-tag',
      }),
      hears:
        /POST \/services\/collector\/event\/1\.0 Splunk a-token\n[\s\S]*"event":"splunk-tag spoken"[\s\S]*"index":"main"/,
    },
  ];
  for (const { driver, listen, options, hears } of far)
    it(`${driver} says it to a listener, with the options of the definition`, async function () {
      skipWithout(this, driver);
      const listener = await listen();
      try {
        const given = options(listener.port);
        const task = run({ logDriver: driver, options: given });
        const report = await rig.reaches(task, 'RUNNING');
        expect(await configOf(report)).to.deep.equal({ Type: driver, Config: given });
        await eventually(() => expect(listener.heard()).to.match(hears), { withinMs: 15_000 });
        // Since 20.10 the engine keeps a copy of what it sends away: history has it too.
        expect((await stopped(task)).containers[0]).to.include({ logTail: 'spoken', exitCode: 137 });
      } finally {
        await listener.close();
      }
    });

  it('from which the engine cannot read leave the history without lines, and the stop as it is', async function () {
    skipWithout(this, 'syslog');
    const listener = await udpListener();
    try {
      const address = `udp://127.0.0.1:${listener.port}`;
      const task = run(
        { logDriver: 'syslog', options: { 'syslog-address': address, 'cache-disabled': 'true' } },
        'echo spoken; exit 3',
      );
      const report = await rig.reaches(task, 'STOPPED');
      const read = await rig.engine.ask(
        'GET',
        `/containers/${report.containers[0]?.runtimeId}/logs?stdout=true`,
      );
      expect(read.status).to.be.within(500, 501);
      expect(report).to.include({ stopCode: 'EssentialContainerExited' });
      expect(report.containers[0]).to.include({ logTail: '', exitCode: 3, reason: '' });
      // It is no failure either: nothing is tried again.
      const failed = rig.log.split('\n').filter((l) => l.includes(task) && l.includes('collectLog'));
      expect(failed).to.deep.equal([]);
      await eventually(() => expect(listener.heard()).to.contain('spoken'));
    } finally {
      await listener.close();
    }
  });

  it('whose far end is not there are a CannotStartContainerError in the words of the engine', async function () {
    skipWithout(this, 'fluentd');
    const nobody = await freePort();
    const task = run({ logDriver: 'fluentd', options: { 'fluentd-address': `127.0.0.1:${nobody}` } });
    const report = await rig.reaches(task, 'STOPPED');
    expect(report.stopCode).to.equal('TaskFailedToStart');
    expect(report.stoppedReason).to.match(
      new RegExp(
        `^CannotStartContainerError: .*failed to initialize logging driver.*127.0.0.1:${nobody}`,
        's',
      ),
    );
  });

  it('with an option that they do not know are refused in the words of the engine', async () => {
    const task = run({ logDriver: 'json-file', options: { 'max-sise': '1m' } });
    const report = await rig.reaches(task, 'STOPPED');
    expect(report.stopCode).to.equal('TaskFailedToStart');
    expect(report.stoppedReason).to.match(/^Cannot\w+ContainerError: .*unknown log opt 'max-sise'/s);
  });

  /** What the engine has made for the task, whatever became of its start. */
  const made = async (task: string): Promise<unknown> => {
    const filters = encodeURIComponent(JSON.stringify({ label: [`longshore.task=${task}`] }));
    const found = await rig.engine.ask<{ Id: string }[]>(
      'GET',
      `/containers/json?all=true&filters=${filters}`,
    );
    return (await rig.engine.inspect(found.body[0]?.Id ?? '')).HostConfig.LogConfig;
  };

  it('that this machine has nothing for say so at the start, and not before', async function () {
    skipWithout(this, 'journald');
    const options = { tag: 'web', labels: 'colour' };
    const task = run({ logDriver: 'journald', options });
    const isOver = (): boolean => ['RUNNING', 'STOPPED'].includes(rig.plane.status(task) ?? '');
    await eventually(isOver, { withinMs: 20_000 });
    const report = rig.plane.states.get(task);
    // With a journal the task runs; without one Docker says why not.
    if (report?.lastStatus === 'RUNNING') await stopped(task);
    else expect(report?.stoppedReason).to.match(/^CannotStartContainerError: .*journald is not enabled/s);
    expect(await made(task)).to.deep.equal({ Type: 'journald', Config: options });
  });

  it("awslogs writes to ECS's stream of prefix, container and task", async function () {
    skipWithout(this, 'awslogs');
    const group = { 'awslogs-group': '/ecs/shop', 'awslogs-region': 'eu-west-1' };
    // Loopback, where nobody listens: the engine asks no other machine.
    const nobody = `http://127.0.0.1:${await freePort()}`;
    const task = run({
      logDriver: 'awslogs',
      options: { ...group, 'awslogs-endpoint': nobody, 'awslogs-stream-prefix': 'ecs' },
    });
    await rig.reaches(task, 'STOPPED');
    expect(await made(task)).to.deep.equal({
      Type: 'awslogs',
      Config: { ...group, 'awslogs-endpoint': nobody, 'awslogs-stream': `ecs/web/${task}` },
    });
  });

  it('that the agent is told not to offer are not registered, and a task that names one is refused', async () => {
    const few = await new AgentRig(['--shared-engine'], {
      ECS_AVAILABLE_LOGGING_DRIVERS: '["json-file"]',
    }).start();
    try {
      const names = few.plane.registered[0]?.attributes.map((a) => a.name ?? '') ?? [];
      expect(names.filter((n) => n.includes('logging-driver'))).to.deep.equal([
        'com.amazonaws.ecs.capability.logging-driver.json-file',
      ]);
      const web = { name: 'web', logConfiguration: { logDriver: 'local' as const } };
      const report = await few.reaches(few.plane.run(few.definition([web])), 'STOPPED');
      expect(report.stoppedReason).to.contain('com.amazonaws.ecs.capability.logging-driver.local');
      expect(await few.containers()).to.have.length(0);
    } finally {
      await few.close();
    }
  });
});
