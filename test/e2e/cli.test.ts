import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { needs } from '../support/needs.js';
import { aDefinition } from './definitions.js';
import { build, DevCluster, longshore } from './dev-cluster.js';

interface Tasks {
  readonly tasks: readonly {
    readonly taskArn: string;
    readonly lastStatus: string;
    readonly stoppedReason?: string;
    readonly containers: readonly {
      readonly name: string;
      readonly exitCode?: number;
      readonly networkBindings?: readonly { readonly bindIP: string; readonly hostPort: number }[];
    }[];
  }[];
  readonly failures: readonly { readonly reason: string }[];
}

describe('a person at the command line', function () {
  this.timeout(120_000);
  needs('docker', 'etcd');
  let cluster: DevCluster;
  let files: string;
  const file = (name: string, text: string): string => {
    const path = join(files, name);
    writeFileSync(path, text);
    return path;
  };

  before(async () => {
    files = mkdtempSync(join(tmpdir(), 'longshore-e2e-files-'));
    cluster = await DevCluster.start({ instances: 2 });
  });
  after(async () => {
    rmSync(files, { recursive: true, force: true });
    expect(await cluster?.stop()).to.equal(0);
  });

  it('sees two instances, each with half of the machine and a zone of its own', async () => {
    const { containerInstances } = await cluster.json<{
      readonly containerInstances: readonly {
        readonly ec2InstanceId: string;
        readonly agentConnected: boolean;
        readonly attributes: readonly { readonly name: string; readonly value: string }[];
      }[];
    }>('instances');
    expect(containerInstances.map((i) => i.ec2InstanceId)).to.deep.equal(['local-1', 'local-2']);
    const zones = containerInstances.map(
      (i) => i.attributes.find((a) => a.name === 'ecs.availability-zone')?.value,
    );
    expect(zones).to.deep.equal(['us-east-1a', 'us-east-1b']);
    expect((await cluster.run('instances', '--output', 'table')).out).to.match(/^NAME +INSTANCE/);
  });

  it('sees the versions of everything', async () => {
    const { out } = await cluster.run('version', '--output', 'table');
    for (const what of [/^client +\d/m, /^server +\d/m, /^agent +\d.*Docker \d/m, /^etcd +\d/m])
      expect(out).to.match(what);
  });

  it('registers, runs, waits, looks and stops with the words of aws ecs', async () => {
    const definition = file('words.json', aDefinition('words'));
    const registered = await cluster.json<{ readonly taskDefinition: { readonly revision: number } }>(
      'register-task-definition',
      '--cli-input-json',
      `file://${definition}`,
    );
    expect(registered.taskDefinition.revision).to.equal(1);
    const run = await cluster.json<Tasks>('run-task', '--task-definition', 'words', '--count', '2');
    expect(run.failures).to.deep.equal([]);
    const ids = run.tasks.map((t) => t.taskArn);
    expect((await cluster.run('wait', 'tasks-running', '--tasks', ...ids)).code).to.equal(0);
    const described = await cluster.json<Tasks>('describe-tasks', '--tasks', ...ids);
    expect(described.tasks.map((t) => t.lastStatus)).to.deep.equal(['RUNNING', 'RUNNING']);
    const shown = await cluster.run('ps', '--family', 'words', '--output', 'table');
    expect(shown.out.trim().split('\n')).to.have.length(3);
    const stopped = await cluster.run('stop', '--family', 'words', '--yes');
    expect(stopped.code, stopped.err).to.equal(0);
    const gone = await cluster.json<Tasks>('describe-tasks', '--tasks', ...ids);
    expect(gone.tasks.map((t) => [t.lastStatus, t.stoppedReason])).to.deep.equal(
      ids.map(() => ['STOPPED', 'stopped by longshore stop']),
    );
  });

  it('applies a file: registers what changed, and nothing that did not', async () => {
    const path = file('applied.json', aDefinition('applied'));
    const first = await cluster.run('apply', path, '--output', 'table');
    expect(first.out).to.match(/^task definition applied:1: registered/);
    expect((await cluster.run('apply', path, '--output', 'table')).out).to.equal(
      'task definition applied:1: unchanged\n',
    );
    file('applied.json', aDefinition('applied', 'sleep 1'));
    const diff = await cluster.run('apply', '--diff', path, '--output', 'table');
    expect(diff.out).to.include('~ containerDefinitions[app].command');
    expect((await cluster.run('apply', path, '--output', 'table')).out).to.match(
      /^task definition applied:2: registered/,
    );
  });

  it('runs a file once and ends with the exit code of its container', async () => {
    const path = file('job.json', aDefinition('job', 'echo it says something; exit 7'));
    const { code, err } = await cluster.run('run', path, '--wait');
    expect(code, err).to.equal(7);
    expect((await cluster.run('run', file('ok.json', aDefinition('ok', 'true')), '--wait')).code).to.equal(0);
  });

  it('ends with 5 when a task could not even start, and says why', async () => {
    const definition = aDefinition('missing', 'true', { image: 'localhost:1/no/such:image' });
    const { code, err } = await cluster.run('run', file('missing.json', definition), '--wait');
    expect(code).to.equal(5);
    expect(err).to.include('CannotPullContainerError');
  });

  it('ends with 1 where no instance has room, and explain says why before anything starts', async () => {
    const path = file('huge.json', aDefinition('huge', 'true', { memory: 10_000_000 }));
    await cluster.run('apply', path);
    const explained = await cluster.run('explain', '--task-definition', 'huge', '--output', 'table');
    expect(explained.out).to.include('RESOURCE:MEMORY');
    const { code, err } = await cluster.run('run', path);
    expect(code).to.equal(1);
    expect(err).to.include('RESOURCE:MEMORY');
  });

  it('ends with 4 when it waited too long, with 130 on Ctrl-C', async () => {
    const run = await cluster.json<Tasks>('run-task', '--task-definition', 'words');
    const id = run.tasks[0]?.taskArn ?? '';
    const waiting = ['wait', 'tasks-stopped', '--tasks', id];
    expect((await cluster.run(...waiting, '--timeout', '1')).code).to.equal(4);
    const interrupted = await longshore(waiting, cluster.env, {
      interruptAfter: (err) => err.includes('waiting'),
    });
    expect(interrupted.code).to.equal(130);
    expect((await cluster.run('stop', id, '--yes')).code).to.equal(0);
  });

  it('reaches a page over its published port', async () => {
    const more = { portMappings: [{ containerPort: 8080 }] };
    const page = 'mkdir /www; echo hello from a task >/www/index.html; exec httpd -f -p 8080 -h /www';
    await cluster.run('apply', file('page.json', aDefinition('page', page, more)));
    const run = await cluster.json<Tasks>('run-task', '--task-definition', 'page');
    const ids = run.tasks.map((t) => t.taskArn);
    await cluster.run('wait', 'tasks-running', '--tasks', ...ids);
    const { tasks } = await cluster.json<Tasks>('ps', '--family', 'page');
    const port = tasks[0]?.containers[0]?.networkBindings?.[0]?.hostPort;
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    expect(await answer.text()).to.equal('hello from a task\n');
    await cluster.run('stop', '--family', 'page', '--yes');
  });

  it('is told by doctor that all is well', async () => {
    const { code, out } = await cluster.run('doctor', '--output', 'table');
    expect(code, out).to.equal(0);
    expect(out).to.match(/^ok {4}engine: Docker/m);
  });

  const bad: readonly (readonly [string, readonly string[], number, string])[] = [
    ['a cluster that is not there', ['list-tasks', '--cluster', 'nowhere'], 1, 'ClusterNotFoundException'],
    ['a definition that is not there', ['run-task', '--task-definition', 'nothing:1'], 1, 'ClientException'],
    ['an unknown key in a file', ['apply', '-'], 2, 'did you mean containerDefinitions?'],
    [
      'negative cpu',
      [
        'register-task-definition',
        '--family',
        'n',
        '--container-definitions',
        '[{"name":"a","image":"b","memory":8,"cpu":-1}]',
      ],
      1,
      'cpu',
    ],
    [
      'two containers of one name',
      [
        'register-task-definition',
        '--family',
        'n',
        '--container-definitions',
        '[{"name":"a","image":"b","memory":8},{"name":"a","image":"b","memory":8}]',
      ],
      1,
      'a',
    ],
    ['an unknown operation', ['run-tasks'], 2, 'run-task'],
  ];
  for (const [name, argv, code, message] of bad)
    it(`is told what is wrong: ${name}`, async () => {
      const stdin = '{"family": "n", "container_definitions": []}';
      const ended = await longshore(argv, cluster.env, { stdin });
      expect(ended.code, ended.err).to.equal(code);
      expect(ended.err).to.include(message);
      expect(ended.err).not.to.match(/\n\s+at /);
      const families = await cluster.json<{ readonly families: readonly string[] }>(
        'list-task-definition-families',
      );
      expect(families.families).not.to.include('n');
    });

  it('is refused without a token, and told where it is', async () => {
    const { LONGSHORE_ENDPOINT = '' } = cluster.env;
    const ended = await longshore(['list-clusters'], { LONGSHORE_ENDPOINT });
    expect(ended.code).to.equal(1);
    expect(ended.err).to.include('--token-file');
  });
});

describe('the command line without a cluster', () => {
  before(function () {
    this.timeout(60_000);
    build();
  });

  it('ends with 3 where nobody answers, and says how to start one', async () => {
    const ended = await longshore(['list-clusters', '--endpoint', '127.0.0.1:1']);
    expect(ended.code).to.equal(3);
    expect(ended.err).to.include('longshore dev');
  });

  it('prints --version and --help', async () => {
    expect((await longshore(['--version'])).out).to.match(/^\d+\.\d+\.\d+\n$/);
    expect((await longshore(['--help'])).code).to.equal(0);
  });

  it('gives no colour and no question to a pipe', async () => {
    const ended = await longshore([
      'doctor',
      '--endpoint',
      '127.0.0.1:1',
      '--no-engine',
      '--output',
      'table',
    ]);
    expect(ended.code).to.equal(5);
    expect(ended.out).not.to.include('\u001b');
    expect(ended.out).to.match(/^bad {3}port 1: /m);
  });

  it('says what to install where etcd is missing', async () => {
    const ended = await longshore(['dev'], { PATH: '/nonexistent' });
    expect(ended.code).to.equal(2);
    expect(ended.err).to.include('apt-get install etcd-server');
  });
});
