import { expect } from 'chai';
import { play } from './support.js';

const prefix = 'arn:aws:ecs:us-east-1:123456789012';
const task = {
  taskArn: `${prefix}:task/default/0123456789abcdef0123456789abcdef`,
  taskDefinitionArn: `${prefix}:task-definition/web:3`,
  containerInstanceArn: `${prefix}:container-instance/default/aaaabbbbccccddddaaaabbbbccccdddd`,
  lastStatus: 'RUNNING',
  desiredStatus: 'RUNNING',
  healthStatus: 'HEALTHY',
  group: 'service:web',
  containers: [
    {
      name: 'app',
      networkBindings: [{ bindIP: '127.0.0.1', hostPort: 61_000, containerPort: 80, protocol: 'tcp' }],
    },
  ],
};
const instance = {
  containerInstanceArn: task.containerInstanceArn,
  ec2InstanceId: 'host-1',
  status: 'ACTIVE',
  agentConnected: true,
  runningTasksCount: 2,
  pendingTasksCount: 1,
  versionInfo: { agentVersion: '0.1.0' },
  attributes: [{ name: 'ecs.availability-zone', value: 'us-east-1a' }],
  registeredResources: [
    { name: 'CPU', integerValue: 2048 },
    { name: 'MEMORY', integerValue: 4000 },
  ],
  remainingResources: [
    { name: 'CPU', integerValue: 1024 },
    { name: 'MEMORY', integerValue: 3000 },
  ],
};
const cluster = {
  ListTasks: (request: { readonly desiredStatus?: string }) => ({
    taskArns: request.desiredStatus === 'RUNNING' ? [task.taskArn] : [],
  }),
  DescribeTasks: { tasks: [task] },
  ListContainerInstances: { containerInstanceArns: [instance.containerInstanceArn] },
  DescribeContainerInstances: { containerInstances: [instance] },
};

/** The lines of a table as cells. */
function cells(text: string): readonly (readonly string[])[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split(/ {2,}/));
}

describe('ps', () => {
  it('shows tasks with place and ports', async () => {
    const { out, code } = await play(['ps'], { answers: cluster, terminal: true });
    expect(code).to.equal(0);
    expect(cells(out)).to.deep.equal([
      ['TASK', 'DEFINITION', 'STATUS', 'HEALTH', 'INSTANCE', 'PORTS', 'AGE', 'GROUP'],
      [
        '0123456789ab',
        'web:3',
        'RUNNING',
        'HEALTHY',
        'host-1',
        '127.0.0.1:61000->80/tcp',
        '-',
        'service:web',
      ],
    ]);
  });

  it('says where a task is going, and that its host is away', async () => {
    const stopping = { ...task, desiredStatus: 'STOPPED', connectivity: 'DISCONNECTED' };
    const answers = { ...cluster, DescribeTasks: { tasks: [stopping] } };
    const { out } = await play(['ps'], { answers, terminal: true });
    expect(out).to.include('RUNNING > STOPPED (disconnected)');
  });

  it('asks for stopped ones with --all, and hands filters on', async () => {
    const { calls } = await play(['ps', '--all', '--family', 'web', '--cluster', 'c'], { answers: cluster });
    const asked = calls.filter((c) => c.operation === 'ListTasks').map((c) => c.request);
    expect(asked.map((r) => [r['desiredStatus'], r['family'], r['cluster']])).to.deep.equal([
      ['RUNNING', 'web', 'c'],
      ['STOPPED', 'web', 'c'],
    ]);
  });

  it('gives JSON to a pipe', async () => {
    const { out } = await play(['ps'], { answers: cluster });
    expect(JSON.parse(out)).to.have.nested.property('tasks[0].taskArn', task.taskArn);
  });

  it('lets no control characters through to the terminal', async () => {
    const answers = { ...cluster, DescribeTasks: { tasks: [{ ...task, group: 'a\u001b[2Jb' }] } };
    const described = await play(['describe', task.taskArn], {
      answers: { ...answers, ExplainTask: { reasons: ['it \u001b[31mbroke'] } },
      terminal: true,
    });
    expect(described.out).not.to.include('\u001b[2J');
  });
});

describe('instances', () => {
  it('shows what they have left', async () => {
    const { out } = await play(['instances'], { answers: cluster, terminal: true });
    expect(cells(out)[1]).to.deep.equal([
      'host-1',
      'aaaabbbbcccc',
      'ACTIVE',
      'connected',
      'us-east-1a',
      '2+1',
      '1024/2048',
      '3000/4000',
      '0.1.0',
      '-',
    ]);
  });

  it('shows what is wrong with one', async () => {
    const sick = {
      ...instance,
      agentConnected: false,
      healthStatus: {
        overallStatus: 'IMPAIRED',
        details: [
          { type: 'CONTAINER_RUNTIME', status: 'IMPAIRED', statusReason: 'disk 93 % full (limit 90)' },
        ],
      },
    };
    const answers = { ...cluster, DescribeContainerInstances: { containerInstances: [sick] } };
    const { out } = await play(['instances'], { answers, terminal: true });
    expect(out).to.include('disk 93 % full (limit 90); the agent does not answer');
  });
});

describe('stop', () => {
  const answers = {
    ...cluster,
    StopTask: {},
    DescribeTasks: { tasks: [{ ...task, lastStatus: 'STOPPED' }] },
  };

  it('takes the first digits of an id', async () => {
    const { calls, code } = await play(['stop', '0123', '--yes'], { answers });
    expect(code).to.equal(0);
    const stopped = calls.find((c) => c.operation === 'StopTask');
    expect(stopped?.request).to.include({
      task: '0123456789abcdef0123456789abcdef',
      reason: 'stopped by longshore stop',
    });
  });

  it('asks a person first, with the ids', async () => {
    const { questions, calls } = await play(['stop', '0123'], { answers, person: { says: false } });
    expect(questions).to.deep.equal(['stop 1 task (0123456789ab)?']);
    expect(calls.map((c) => c.operation)).not.to.include('StopTask');
  });

  it('refuses digits that begin no id, or two', async () => {
    expect((await play(['stop', 'ff'], { answers })).err).to.include('task ff: there is none');
    const two = { ListTasks: { taskArns: [task.taskArn, `${task.taskArn.slice(0, -1)}0`] } };
    expect((await play(['stop', '0123'], { answers: { ...answers, ...two } })).err).to.include('2 begin so');
  });

  it('wants to know which: 2', async () => {
    expect((await play(['stop'], { answers })).code).to.equal(2);
  });
});

describe('drain', () => {
  const states: string[] = [];
  const answers = {
    ...cluster,
    UpdateContainerInstancesState: (request: { readonly status: string }) => {
      states.push(request.status);
      return {};
    },
  };

  it('finds a machine by its name and waits until the tasks of services are gone', async () => {
    let looks = 0;
    const played = await play(['drain', 'host-1'], {
      answers: { ...answers, ListTasks: () => ({ taskArns: looks++ === 0 ? [task.taskArn] : [] }) },
    });
    expect(played.code, played.err).to.equal(0);
    expect(played.err).to.equal('waiting for host-1 to drain: 1 service tasks left, 0 standalone\n');
    expect(states.splice(0)).to.deep.equal(['DRAINING']);
  });

  it('takes it back with --undo, without a question', async () => {
    const played = await play(['drain', '--undo', 'host-1'], { answers, person: { says: false } });
    expect(played.code).to.equal(0);
    expect(states.splice(0)).to.deep.equal(['ACTIVE']);
  });

  it('passes on why it was refused: 1', async () => {
    const refused = { UpdateContainerInstancesState: { failures: [{ arn: 'x/host', reason: 'INACTIVE' }] } };
    const played = await play(['drain', 'host-1'], { answers: { ...answers, ...refused } });
    expect(played.code).to.equal(1);
    expect(played.err).to.include('INACTIVE');
  });
});

describe('describe', () => {
  it('says why a task waits', async () => {
    const played = await play(['describe', '0123'], {
      answers: {
        ...cluster,
        ExplainTask: { reasons: ['3 container instances lack memory (need 2048 MiB)'] },
      },
      terminal: true,
    });
    expect(played.out).to.include('why\n  3 container instances lack memory');
  });

  it('shows the last lines of a container that stopped', async () => {
    const played = await play(['describe', task.taskArn], {
      answers: { ...cluster, ExplainTask: { logTails: { app: 'one\ntwo\n' } } },
      terminal: true,
    });
    expect(played.out).to.include('last lines of app\n  - one\n  - two\n');
  });

  const service = {
    serviceName: 'web',
    status: 'ACTIVE',
    desiredCount: 2,
    runningCount: 1,
    events: [{ message: '(service web) has started 1 tasks.' }],
  };
  it('finds a service by its name, an instance where there is none', async () => {
    const found = await play(['describe', 'web'], {
      answers: { DescribeServices: { services: [service] } },
      terminal: true,
    });
    expect(found.out).to.include('1 running, 0 pending, 2 desired').and.include('has started 1 tasks');
    const other = await play(['describe', 'host-1'], {
      answers: { ...cluster, DescribeServices: {} },
      terminal: true,
    });
    expect(other.out).to.include('ec2InstanceId');
  });

  it('says what a definition holds that has no effect yet', async () => {
    const taskDefinition = {
      taskDefinitionArn: task.taskDefinitionArn,
      family: 'web',
      taskRoleArn: 'arn:aws:iam::1:role/x',
    };
    const played = await play(['describe', 'web:3'], {
      answers: { DescribeTaskDefinition: { taskDefinition } },
      terminal: true,
    });
    expect(played.out).to.include('note: taskRoleArn is kept, but tasks get no credentials yet');
  });

  it('ends with 1 where there is no such thing', async () => {
    const unknown = Object.assign(new Error('Unable to describe task definition.'), {
      name: 'ClientException',
    });
    const played = await play(['describe', 'nothing'], {
      answers: { ...cluster, DescribeServices: {}, DescribeTaskDefinition: unknown },
    });
    expect(played.code).to.equal(1);
    expect(played.err).to.include('nothing: no task, service, instance or task definition');
  });
});

describe('explain', () => {
  it('takes the words of run-task, says where tasks would go and why not, and starts nothing', async () => {
    const played = await play(['explain', '--task-definition', 'web', '--count', '3'], {
      answers: {
        ...cluster,
        ExplainPlacement: {
          containerInstances: [instance.containerInstanceArn, instance.containerInstanceArn],
          refusals: [
            {
              count: 1,
              reason: 'RESOURCE:MEMORY',
              explanation: 'needs 64 MiB',
              instancesByReason: { 'RESOURCE:MEMORY': 1 },
              couldEverFit: true,
            },
          ],
        },
      },
      terminal: true,
    });
    expect(played.code, played.err).to.equal(0);
    expect(cells(played.out)[1]).to.deep.equal(['host-1', '    2'].map((c) => c.trim()));
    expect(played.out).to.include(
      '1 task would find no place: RESOURCE:MEMORY: needs 64 MiB\n  1 instance: RESOURCE:MEMORY\n',
    );
    expect(played.calls.map((c) => c.operation)).not.to.include('RunTask');
  });
});

describe('version', () => {
  it('says which of the servers does not answer', async () => {
    const GetVersion = {
      replica: 'one',
      serverVersion: '0.1.0',
      replicas: [
        { replica: 'one', version: '0.1.0', leader: false, answers: true },
        { replica: 'two', version: '0.1.0', leader: true, answers: false },
        { replica: 'of-before', version: '0.0.9' },
      ],
    };
    const { out } = await play(['version'], { answers: { GetVersion }, terminal: true });
    expect(out).to.match(/^server +0\.1\.0 {2}one$/m);
    expect(out).to.match(/^server +0\.1\.0 {2}two \(leader\), not answering$/m);
    expect(out).to.match(/^server +0\.0\.9 {2}of-before$/m);
  });
});

describe('top', () => {
  it('shows hosts and containers, a core in use as 100 %', async () => {
    const host = {
      cpuUnits: 1536,
      memoryMiB: 2048,
      memoryTotalMiB: 4096,
      diskUsedBytes: 50,
      diskTotalBytes: 100,
    };
    const containers = [
      {
        task: '0123456789abcdef0123456789abcdef',
        container: 'app',
        cpuUnits: 102.4,
        memoryMiB: 12,
        memoryLimitMiB: 64,
      },
    ];
    const played = await play(['top', '--once'], {
      answers: { GetUtilisation: { instances: [{ name: 'host-1', ageMs: 900, host, containers }] } },
      terminal: true,
    });
    expect(played.out).to.match(/^host-1 +150\.0 % +2048\/4096 MiB/m);
    expect(played.out).to.match(/^0123456789ab +app +host-1 +10\.0 % +12\/64 MiB/m);
  });
});

describe('delete', () => {
  it('deletes with force and waits until the service is INACTIVE', async () => {
    const statuses = ['DRAINING', 'INACTIVE'];
    const played = await play(['delete', 'web', '--yes'], {
      answers: {
        DeleteService: {},
        DescribeServices: () => ({ services: [{ serviceName: 'web', status: statuses.shift() }] }),
      },
    });
    expect(played.code, played.err).to.equal(0);
    expect(played.calls[0]?.request).to.include({ service: 'web', force: true });
  });
});
