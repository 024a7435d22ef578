import { expect } from 'chai';
import { eventually } from '../../../support/eventually.js';
import { definitionWorld } from './world.js';

describe('a container is started as its definition says', () => {
  const world = definitionWorld();

  it('entryPoint, command, environment, workingDirectory and user shape the first process', async () => {
    const definition = {
      entryPoint: ['sh', '-c'],
      command: ['id -u; pwd; echo "$FIRST-$TWICE-$EMPTY."; tr "\\0" " " </proc/1/cmdline; true'],
      workingDirectory: '/tmp/deep',
      user: '1234:5678',
    };
    const environment = [
      { name: 'FIRST', value: 'a=b "c"' },
      { name: 'TWICE', value: 'weak' },
      { name: 'EMPTY', value: '' },
      { name: 'TWICE', value: 'strong' },
    ];
    const id = await world.run(definition, { environment });
    await eventually(async () => {
      const log = await world.driver.tailLog(id, { lines: 20, bytes: 2048 });
      const [user, directory, variables, commandLine] = log.split('\n');
      expect(user).to.equal('1234');
      expect(directory).to.equal('/tmp/deep');
      expect(variables).to.equal('a=b "c"-strong-.');
      expect(commandLine).to.match(/^sh -c id -u; pwd/);
    });
  });

  it('pseudoTerminal gives a terminal and interactive an open standard input', async () => {
    const id = await world.run({ pseudoTerminal: true, interactive: true, command: ['sh'] });
    expect(await world.shell(id, 'readlink /proc/1/fd/0')).to.match(/^\/dev\/(pts\/\d+|console)$/);
    // A shell whose input is closed ends at once: this one waits for more.
    expect((await world.inspect(id)).State.Status).to.equal('running');
    const closed = await world.run({ command: ['sh'] });
    await eventually(async () => {
      expect((await world.inspect(closed)).State.Status).to.equal('exited');
    });
  });

  it('image, labels and log configuration stand in the container', async () => {
    const id = await world.create(
      {
        dockerLabels: { colour: 'green', 'longshore.test': 'not replaced' },
        logConfiguration: { logDriver: 'json-file', options: { 'max-size': '1m', tag: 'proof' } },
      },
      { image: 'busybox:1.36' },
    );
    const { Config, HostConfig, Image } = await world.inspect(id);
    const image = await world.engine.ask<{ Id: string }>('GET', '/images/busybox:1.36/json');
    expect(Image).to.equal(image.body.Id);
    expect(Config.Labels).to.include({ colour: 'green', ...world.engine.labels });
    expect(HostConfig.LogConfig).to.deep.equal({
      Type: 'json-file',
      Config: { 'max-size': '1m', tag: 'proof' },
    });
    const silent = await world.create({ logConfiguration: { logDriver: 'none' } });
    expect((await world.inspect(silent)).HostConfig.LogConfig).to.include({ Type: 'none' });
    expect(await world.driver.tailLog(silent, { lines: 20, bytes: 2048 })).to.equal('');
  });

  it('every log driver that the engine has is handed its options', async () => {
    const info = await world.engine.ask<{ Plugins: { Log: string[] } }>('GET', '/info');
    const options: Readonly<Record<string, Readonly<Record<string, string>>>> = {
      awslogs: {
        'awslogs-group': '/ecs/web',
        'awslogs-region': 'eu-west-1',
        'awslogs-stream': 'web/main/1',
        'awslogs-create-group': 'true',
        mode: 'non-blocking',
        'max-buffer-size': '25m',
      },
      fluentd: { 'fluentd-address': 'localhost:24224', 'fluentd-async': 'true', tag: 'web' },
      gcplogs: { 'gcp-project': 'shop', 'gcp-log-cmd': 'true' },
      gelf: { 'gelf-address': 'udp://127.0.0.1:12201', tag: 'web' },
      journald: { tag: 'web', 'env-regex': '^A' },
      'json-file': { 'max-size': '10m', 'max-file': '3' },
      local: { 'max-size': '10m' },
      logentries: { 'logentries-token': 'none', 'line-only': 'true' },
      splunk: { 'splunk-token': 'none', 'splunk-url': 'https://127.0.0.1:8088' },
      syslog: { 'syslog-address': 'tcp://127.0.0.1:514', 'syslog-facility': 'daemon' },
    };
    const known = info.body.Plugins.Log.filter((driver) => options[driver]);
    expect(known).to.include.members(['json-file', 'local', 'syslog']);
    for (const logDriver of known) {
      const id = await world.create({
        logConfiguration: { logDriver, options: options[logDriver] ?? {} },
      });
      const { HostConfig } = await world.inspect(id);
      expect(HostConfig.LogConfig).to.deep.equal({ Type: logDriver, Config: options[logDriver] });
    }
  });

  it('stopTimeout is known to the engine too, for whoever stops the container by hand', async () => {
    const id = await world.create({ stopTimeout: 7200 });
    expect((await world.inspect(id)).Config.StopTimeout).to.equal(7200);
  });

  it('the engine restarts nothing by itself', async () => {
    const id = await world.create({ restartPolicy: { enabled: true } });
    expect((await world.inspect(id)).HostConfig.RestartPolicy).to.deep.equal({
      Name: 'no',
      MaximumRetryCount: 0,
    });
  });
});
