// The ECS API as the AWS CLI and boto3 use it, against real agents and a real engine.
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { promisify } from 'node:util';
import {
  type ContainerDefinition,
  DescribeTasksCommand,
  ECSClient,
  type LogConfiguration,
  RegisterTaskDefinitionCommand,
  waitUntilServicesStable,
  waitUntilTasksRunning,
} from '@aws-sdk/client-ecs';
import { expect } from 'chai';
import { ecsRegistry } from '../../packages/control-plane/src/api/registry.js';
import { needs } from '../support/needs.js';
import { aDefinition } from './definitions.js';
import { DevCluster } from './dev-cluster.js';

const run = promisify(execFile);
// Debian's package, where it is installed: its 2.9 is the oldest that people use, and does not know AWS_ENDPOINT_URL_ECS.
const aws = process.env.LONGSHORE_AWS ?? (existsSync('/usr/bin/aws') ? '/usr/bin/aws' : 'aws');

type Json = Readonly<Record<string, readonly Readonly<Record<string, unknown>>[]>>;

describe('the ECS API under the AWS CLI, on real agents', function () {
  this.timeout(120_000);
  needs('docker', 'etcd', 'aws');
  let dev: DevCluster;
  /** Looks more often than the CLI's waiters, which sleep for 6 and 15 s; they are then asked too. */
  let sdk: ECSClient;
  const quick = () => ({ client: sdk, maxWaitTime: 60, minDelay: 0.2, maxDelay: 0.5 });
  /** Commands that were answered. */
  const ran = new Set<string>();
  /** Those of this version of the CLI. */
  let offered: ReadonlySet<string>;

  before(async () => {
    dev = await DevCluster.start({ instances: 2 });
    const { AWS_ENDPOINT_URL_ECS, AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = dev.env;
    const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
    sdk = new ECSClient({ endpoint: AWS_ENDPOINT_URL_ECS ?? '', region: 'us-east-1', credentials });
    offered = new Set((await refused('no-such-command')).match(/[a-z]+(-[a-z]+)+/g));
  });
  after(async () => {
    sdk?.destroy();
    await dev?.stop();
  });

  const environment = (): NodeJS.ProcessEnv => {
    const { AWS_ENDPOINT_URL_ECS: _ecs, AWS_ENDPOINT_URL_STS: _sts, ...signing } = dev.env;
    return { PATH: process.env.PATH, AWS_PAGER: '', ...signing };
  };
  const call = (...words: readonly string[]) =>
    run(aws, ['--endpoint-url', dev.env.AWS_ENDPOINT_URL_ECS ?? '', '--output', 'json', ...words], {
      env: environment(),
    });
  const ecs = async <T = Json>(command: string, ...words: readonly string[]): Promise<T> => {
    const { stdout } = await call('ecs', command, ...words);
    ran.add(command);
    return (stdout.trim() === '' ? {} : JSON.parse(stdout)) as T;
  };
  /** What the CLI prints of an exception. */
  const refused = async (...words: readonly string[]): Promise<string> => {
    try {
      await call('ecs', ...words);
    } catch (thrown) {
      return (thrown as { readonly stderr: string }).stderr;
    }
    throw new Error(`aws ecs ${words.join(' ')} was answered`);
  };
  const define = (family: string, command?: string) =>
    ecs('register-task-definition', '--cli-input-json', aDefinition(family, command));
  const runTask = async (...words: readonly string[]): Promise<readonly string[]> => {
    const { tasks } = await ecs<{ readonly tasks: readonly { readonly taskArn: string }[] }>(
      'run-task',
      ...words,
    );
    return tasks.map((t) => t.taskArn);
  };

  /** What the CLI has since 2.20. */
  const followDeployments = async (): Promise<void> => {
    interface Brief {
      readonly serviceDeploymentArn: string;
      readonly targetServiceRevisionArn: string;
      readonly status: string;
    }
    const listed = await ecs<{ readonly serviceDeployments: readonly Brief[] }>(
      'list-service-deployments',
      '--service',
      'shop',
    );
    const [newest] = listed.serviceDeployments;
    expect(newest?.status).to.equal('SUCCESSFUL');
    const { serviceDeploymentArn = '', targetServiceRevisionArn = '' } = newest ?? {};
    const described = await ecs(
      'describe-service-deployments',
      '--service-deployment-arns',
      serviceDeploymentArn,
    );
    expect(described).to.have.nested.property('serviceDeployments[0].status', 'SUCCESSFUL');
    const revisions = await ecs(
      'describe-service-revisions',
      '--service-revision-arns',
      targetServiceRevisionArn,
    );
    expect(revisions).to.have.nested.property(
      'serviceRevisions[0].serviceRevisionArn',
      targetServiceRevisionArn,
    );
    // A deployment that has ended is neither stopped nor continued.
    for (const command of ['stop-service-deployment', 'continue-service-deployment']) {
      if (!offered.has(command)) continue;
      const words = command.startsWith('continue') ? ['--hook-id', 'none'] : [];
      await refused(command, '--service-deployment-arn', serviceDeploymentArn, ...words);
      ran.add(command);
    }
  };

  it('knows who calls', async () => {
    const { stdout } = await call('sts', 'get-caller-identity');
    expect(JSON.parse(stdout)).to.include({
      Account: '123456789012',
      UserId: dev.env.AWS_ACCESS_KEY_ID ?? '',
    });
  });

  it('makes, changes, tags and deletes a cluster', async () => {
    await ecs('create-cluster', '--cluster-name', 'lab', '--tags', 'key=team,value=web');
    const arn = 'arn:aws:ecs:us-east-1:123456789012:cluster/lab';
    const setting = 'name=containerInsights,value=enabled';
    await Promise.all([
      ecs('update-cluster', '--cluster', 'lab', '--settings', setting),
      ecs('update-cluster-settings', '--cluster', 'lab', '--settings', setting),
      ecs('tag-resource', '--resource-arn', arn, '--tags', 'key=stage,value=test'),
    ]);
    await ecs('untag-resource', '--resource-arn', arn, '--tag-keys', 'team');
    const [tags, described, listed] = await Promise.all([
      ecs('list-tags-for-resource', '--resource-arn', arn),
      ecs('describe-clusters', '--clusters', 'lab', 'none', '--include', 'SETTINGS'),
      ecs('list-clusters'),
    ]);
    expect(tags).to.deep.equal({ tags: [{ key: 'stage', value: 'test' }] });
    expect(described).to.have.nested.property('clusters[0].settings[0].value', 'enabled');
    expect(described).to.have.nested.property('failures[0].reason', 'MISSING');
    expect(listed.clusterArns).to.include(arn);
    await ecs('delete-cluster', '--cluster', 'lab');
  });

  it('registers, lists and deregisters task definitions', async () => {
    await define('web');
    await define('web');
    await define('once', 'exit 0');
    await ecs('deregister-task-definition', '--task-definition', 'web:1');
    const [one, all, families] = await Promise.all([
      ecs('describe-task-definition', '--task-definition', 'web'),
      ecs('list-task-definitions', '--family-prefix', 'web', '--status', 'INACTIVE'),
      ecs('list-task-definition-families'),
    ]);
    expect(one).to.have.nested.property('taskDefinition.revision', 2);
    expect(all.taskDefinitionArns).to.have.length(1);
    expect(families).to.deep.equal({ families: ['once', 'web'] });
    if (offered.has('delete-task-definitions')) {
      const deleted = await ecs('delete-task-definitions', '--task-definitions', 'web:1');
      expect(deleted).to.have.nested.property('taskDefinitions[0].status', 'DELETE_IN_PROGRESS');
    }
  });

  it('runs tasks, waits, lists them by pages of one, stops them', async () => {
    const arns = await runTask('--task-definition', 'web', '--count', '2');
    await waitUntilTasksRunning(quick(), { tasks: [...arns] });
    await ecs('wait', 'tasks-running', '--tasks', ...arns);
    const [listed, first, described, protection, protectedNow] = await Promise.all([
      ecs<{ readonly taskArns: readonly string[] }>('list-tasks', '--page-size', '1'),
      ecs<{ readonly taskArns: readonly string[]; readonly NextToken: string }>(
        'list-tasks',
        '--page-size',
        '1',
        '--max-items',
        '1',
      ),
      ecs('describe-tasks', '--tasks', ...arns, '--include', 'TAGS'),
      ecs('get-task-protection', '--cluster', 'default', '--tasks', ...arns),
      ecs('update-task-protection', '--cluster', 'default', '--protection-enabled', '--tasks', ...arns),
    ]);
    expect(listed.taskArns).to.have.members([...arns]);
    const second = await ecs<{ readonly taskArns: readonly string[] }>(
      'list-tasks',
      '--page-size',
      '1',
      '--starting-token',
      first.NextToken,
    );
    expect([...first.taskArns, ...second.taskArns]).to.have.members([...arns]);
    expect(described).to.have.nested.property('tasks[0].lastStatus', 'RUNNING');
    expect(protection).to.have.property('protectedTasks');
    expect(protectedNow).to.have.nested.property('failures[0].reason', 'TASK_NOT_VALID');
    await Promise.all(arns.map((task) => ecs('stop-task', '--task', task, '--reason', 'enough')));
    await ecs('wait', 'tasks-stopped', '--tasks', ...arns);
  });

  it('starts a task where it is told to, drains an instance, and lets it go', async () => {
    const { containerInstanceArns } = await ecs<{ readonly containerInstanceArns: readonly string[] }>(
      'list-container-instances',
    );
    const [first = '', second = ''] = containerInstanceArns;
    const started = await ecs('start-task', '--task-definition', 'once', '--container-instances', first);
    expect(started).to.have.nested.property('tasks[0].containerInstanceArn', first);
    const state = (status: string) =>
      ecs('update-container-instances-state', '--status', status, '--container-instances', first);
    await state('DRAINING');
    const described = await ecs('describe-container-instances', '--container-instances', first);
    expect(described).to.have.nested.property('containerInstances[0].status', 'DRAINING');
    await state('ACTIVE');
    const attribute = `name=rack,value=r1,targetId=${first}`;
    await ecs('put-attributes', '--attributes', attribute);
    const byRack = ['--target-type', 'container-instance', '--attribute-name', 'rack'];
    expect((await ecs('list-attributes', ...byRack)).attributes).to.have.length(1);
    await ecs('delete-attributes', '--attributes', attribute);
    expect((await ecs('list-attributes', ...byRack)).attributes).to.deep.equal([]);
    await ecs('deregister-container-instance', '--container-instance', second, '--force');
  });

  it('brings up a service, waits until it is stable, rolls it, deletes it', async () => {
    await define('shop');
    await define('shop');
    const name = ['--services', 'shop'];
    const words = ['--service-name', 'shop', '--task-definition', 'shop:1', '--desired-count', '1'];
    await ecs('create-service', ...words);
    await waitUntilServicesStable(quick(), { services: ['shop'] });
    await ecs('wait', 'services-stable', ...name);
    await ecs('update-service', '--service', 'shop', '--task-definition', 'shop:2');
    await waitUntilServicesStable(quick(), { services: ['shop'] });
    await ecs('wait', 'services-stable', ...name);
    const [described, listed] = await Promise.all([
      ecs('describe-services', ...name),
      ecs<{ readonly serviceArns: readonly string[] }>('list-services', '--page-size', '1'),
    ]);
    const namespace = await refused('list-services-by-namespace', '--namespace', 'none');
    expect(namespace).to.contain('(NamespaceNotFoundException)');
    ran.add('list-services-by-namespace');
    expect(described).to.have.nested.property('services[0].runningCount', 1);
    expect(String(described.services?.[0]?.taskDefinition)).to.match(/shop:2$/);
    expect(listed.serviceArns).to.deep.equal(['arn:aws:ecs:us-east-1:123456789012:service/default/shop']);
    if (offered.has('list-service-deployments')) await followDeployments();
    await ecs('delete-service', '--service', 'shop', '--force');
    await ecs('wait', 'services-inactive', ...name);
  });

  it('keeps the task sets of a service that somebody else deploys', async () => {
    const service = ['--cluster', 'default', '--service', 'sets'];
    const external = ['--deployment-controller', 'type=EXTERNAL', '--desired-count', '1'];
    await ecs('create-service', '--service-name', 'sets', ...external);
    const { taskSet } = await ecs<{ readonly taskSet: { readonly id: string } }>(
      'create-task-set',
      ...service,
      '--task-definition',
      'shop:2',
      '--launch-type',
      'EC2',
      '--scale',
      'value=100,unit=PERCENT',
    );
    await ecs('update-service-primary-task-set', ...service, '--primary-task-set', taskSet.id);
    const described = await ecs('describe-task-sets', ...service);
    expect(described).to.have.nested.property('taskSets[0].status', 'PRIMARY');
    expect(described).to.have.nested.property('taskSets[0].computedDesiredCount', 1);
    await ecs('update-task-set', ...service, '--task-set', taskSet.id, '--scale', 'value=0,unit=PERCENT');
    await ecs('delete-task-set', ...service, '--task-set', taskSet.id, '--force');
    await ecs('delete-service', '--service', 'sets', '--force');
  });

  it('keeps account settings', async () => {
    const setting = ['--name', 'containerInsights'];
    await ecs('put-account-setting-default', ...setting, '--value', 'enabled');
    await ecs('put-account-setting', ...setting, '--value', 'disabled');
    const own = await ecs('list-account-settings', ...setting, '--effective-settings');
    expect(own).to.have.nested.property('settings[0].value', 'disabled');
    await ecs('delete-account-setting', ...setting);
  });

  it('has the engine deliver logs in the mode of the account, where the definition does not say', async () => {
    const setting = ['--name', 'defaultLogDriverMode'];
    const options = { 'max-size': '1m' };
    const named = (name: string, logConfiguration?: LogConfiguration): ContainerDefinition => ({
      name,
      image: 'busybox:1.36',
      memory: 16,
      command: ['sleep', '3600'],
      stopTimeout: 1,
      logConfiguration,
    });
    const containerDefinitions = [
      named('open', { logDriver: 'json-file', options }),
      named('own', { logDriver: 'json-file', options: { mode: 'blocking' } }),
      named('silent'),
    ];
    await sdk.send(new RegisterTaskDefinitionCommand({ family: 'logs', containerDefinitions }));
    /** What docker inspect says of each container of a task that is run now. */
    const delivered = async (): Promise<Readonly<Record<string, unknown>>> => {
      const tasks = [...(await runTask('--task-definition', 'logs'))];
      await waitUntilTasksRunning(quick(), { tasks });
      const shown = await sdk.send(new DescribeTasksCommand({ tasks }));
      const configs = await Promise.all(
        (shown.tasks?.[0]?.containers ?? []).map(async ({ name = '', runtimeId = '' }) => {
          const format = '{{json .HostConfig.LogConfig}}';
          const { stdout } = await run('docker', ['inspect', '--format', format, runtimeId]);
          return [name, (JSON.parse(stdout) as { readonly Config: unknown }).Config] as const;
        }),
      );
      await ecs('stop-task', '--task', tasks[0] ?? '');
      return Object.fromEntries(configs);
    };
    const said = { own: { mode: 'blocking' }, silent: {} };
    const unblocked = { ...options, mode: 'non-blocking', 'max-buffer-size': '10m' };
    expect(await delivered()).to.deep.equal({ ...said, open: unblocked });
    await ecs('put-account-setting-default', ...setting, '--value', 'blocking');
    expect(await delivered()).to.deep.equal({ ...said, open: { ...options, mode: 'blocking' } });
    await ecs('put-account-setting', ...setting, '--value', 'non-blocking');
    expect(await delivered()).to.deep.equal({ ...said, open: unblocked });
    await ecs('put-account-setting', ...setting, '--value', 'blocking');
    await ecs('put-account-setting-default', ...setting, '--value', 'non-blocking');
    expect(await delivered()).to.deep.equal({ ...said, open: { ...options, mode: 'blocking' } });
    await ecs('delete-account-setting', ...setting);
  });

  it('prints what ECS says of a mistake', async () => {
    const [cluster, unbuilt] = await Promise.all([
      refused('list-tasks', '--cluster', 'none'),
      refused('discover-poll-endpoint'),
    ]);
    expect(cluster).to.contain('(ClusterNotFoundException)').and.to.contain('Cluster not found.');
    expect(unbuilt).to.contain('(UnsupportedFeatureException)').and.to.contain('DiscoverPollEndpoint');
  });

  // Last, since it looks at what the others did.
  it('has answered every command of an operation that this server has', () => {
    const built = Object.keys(ecsRegistry)
      .map((name) => name.replace(/(?<!^)[A-Z]/g, '-$&').toLowerCase())
      .filter((command) => offered.has(command));
    expect(built.length).to.be.greaterThan(30);
    expect(built.filter((command) => !ran.has(command))).to.deep.equal([]);
  });
});

const journey = `
import boto3, os, sys
from botocore.exceptions import ClientError

ecs = boto3.client('ecs', endpoint_url=os.environ['AWS_ENDPOINT_URL_ECS'])
assert ecs.create_cluster(clusterName='py')['cluster']['status'] == 'ACTIVE'
definition = ecs.register_task_definition(family='py', containerDefinitions=[
    {'name': 'app', 'image': 'busybox:1.36', 'memory': 16, 'command': ['sleep', '60'], 'stopTimeout': 1}])
assert definition['taskDefinition']['revision'] == 1
tasks = [t['taskArn'] for t in ecs.run_task(taskDefinition='py', count=2)['tasks']]
quick = {'Delay': 1, 'MaxAttempts': 40}
ecs.get_waiter('tasks_running').wait(tasks=tasks, WaiterConfig=quick)
pages = ecs.get_paginator('list_tasks').paginate(PaginationConfig={'PageSize': 1})
assert sorted(a for page in pages for a in page['taskArns']) == sorted(tasks)
for task in tasks:
    ecs.stop_task(task=task)
ecs.get_waiter('tasks_stopped').wait(tasks=tasks, WaiterConfig=quick)
assert ecs.describe_tasks(tasks=tasks)['tasks'][0]['stopCode'] == 'UserInitiated'
try:
    ecs.run_task(taskDefinition='py', cluster='py')
    sys.exit('a task ran on no instance')
except ecs.exceptions.InvalidParameterException as e:
    assert e.response['Error']['Message'] == 'No Container Instances were found in your cluster.', e
try:
    ecs.describe_task_definition(taskDefinition='none')
    sys.exit('a task definition that is none was described')
except ClientError as e:
    assert e.response['Error']['Code'] == 'ClientException', e
ecs.delete_cluster(cluster='py')
print('done')
`;

describe('the ECS API under boto3, on real agents', function () {
  this.timeout(60_000);
  needs('docker', 'etcd', 'boto3');
  let dev: DevCluster;
  before(async () => {
    dev = await DevCluster.start({ instances: 1 });
  });
  after(async () => {
    await dev?.stop();
  });

  it('makes the journey of a task, with waiters, pages of one and typed exceptions', async () => {
    const { stdout } = await run('python3', ['-c', journey], {
      env: { PATH: process.env.PATH, ...dev.env },
    });
    expect(stdout.trim()).to.equal('done');
  });
});
