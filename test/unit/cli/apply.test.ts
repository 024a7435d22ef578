import { expect } from 'chai';
import { differences } from '../../../packages/cli/src/apply/difference.js';
import { readDocuments } from '../../../packages/cli/src/apply/document.js';
import { judgeRollOut } from '../../../packages/cli/src/apply/roll-out.js';
import { settledFile, settledStored } from '../../../packages/cli/src/apply/settled.js';
import { exitCodeOf } from '../../../packages/cli/src/commands/run.js';
import { play, refusal, withFiles } from './support.js';

const web = {
  family: 'web',
  containerDefinitions: [
    { name: 'app', image: 'busybox:1.36', memory: 64, portMappings: [{ containerPort: 80 }] },
  ],
};

/** What ECS answers for `web`. */
const stored = {
  taskDefinitionArn: 'arn:aws:ecs:us-east-1:123456789012:task-definition/web:3',
  family: 'web',
  revision: 3,
  status: 'ACTIVE',
  containerDefinitions: [
    {
      name: 'app',
      image: 'busybox:1.36',
      memory: 64,
      cpu: 0,
      essential: true,
      portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
    },
  ],
};

const none = refusal('ClientException', 'Unable to describe task definition.');

describe('a file to apply', () => {
  const cases: readonly (readonly [string, string, string, string])[] = [
    ['a task definition in JSON', JSON.stringify(web), 'task definition', 'web'],
    [
      'a task definition in YAML',
      'family: web\ncontainerDefinitions:\n  - name: app\n    image: a\n',
      'task definition',
      'web',
    ],
    ['a service', 'serviceName: web\ntaskDefinition: web\ndesiredCount: 2\n', 'service', 'web'],
    [
      'what describe-task-definition prints',
      JSON.stringify({ taskDefinition: stored }),
      'task definition',
      'web',
    ],
  ];
  for (const [name, text, kind, family] of cases)
    it(`is ${name}`, () => {
      const [document] = readDocuments(text, 'f');
      expect(document?.kind).to.equal(kind);
      expect(document?.json[kind === 'service' ? 'serviceName' : 'family']).to.equal(family);
      expect(document?.json).not.to.have.property('revision');
    });

  it('may be several YAML documents', () => {
    const documents = readDocuments(
      'family: a\ncontainerDefinitions: []\n---\nserviceName: b\ntaskDefinition: a\n',
      'f',
    );
    expect(documents.map((d) => d.kind)).to.deep.equal(['task definition', 'service']);
  });

  const faults: readonly (readonly [string, string, string])[] = [
    [
      'an unknown key names the nearest right one',
      JSON.stringify({ family: 'web', container_definitions: [] }),
      'f: container_definitions: no such member: did you mean containerDefinitions?',
    ],
    [
      'an unknown key of a service is not taken for a task definition’s',
      'serviceName: web\ntask_definition: web\ndesiredCount: 1\n',
      'f: task_definition: no such member: did you mean taskDefinition?',
    ],
    ['nothing in it', '', 'f: is empty'],
    ['no structure', '- a\n', 'f: not a task definition or service'],
    ['broken JSON', '{"family": ', 'f: '],
    ['no name', '{"containerDefinitions": []}', 'f: family is missing'],
    [
      'a wrong type',
      '{"family": "a", "containerDefinitions": {}}',
      'f: containerDefinitions: a structure where a list belongs',
    ],
  ];
  for (const [name, text, message] of faults)
    it(`is refused: ${name}`, () => {
      expect(() => readDocuments(text, 'f')).to.throw(message);
    });
});

describe('what differs', () => {
  const same: readonly (readonly [string, object])[] = [
    ['the file that was registered', web],
    [
      'defaults written out',
      {
        ...web,
        volumes: [],
        containerDefinitions: [
          {
            ...web.containerDefinitions[0],
            essential: true,
            cpu: 0,
            environment: [],
            portMappings: [{ containerPort: 80, protocol: 'tcp', hostPort: 0 }],
          },
        ],
      },
    ],
  ];
  const { taskDefinitionArn: _arn, revision: _revision, status: _status, ...asked } = stored;
  for (const [name, json] of same)
    it(`nothing: ${name}`, () => {
      expect(differences(settledStored(asked), settledFile(json as never))).to.deep.equal([]);
    });

  it('nothing: sizes as text, variables in another order', () => {
    const file = (environment: readonly object[], cpu: string): object => ({
      ...web,
      cpu,
      containerDefinitions: [{ ...web.containerDefinitions[0], environment }],
    });
    const a = { name: 'A', value: '1' };
    const b = { name: 'B', value: '2' };
    expect(
      differences(settledFile(file([a, b], '1 vCPU') as never), settledFile(file([b, a], '1024') as never)),
    ).to.deep.equal([]);
  });

  it('an image, by the name of its container', () => {
    const changed = {
      ...web,
      containerDefinitions: [{ ...web.containerDefinitions[0], image: 'busybox:2' }],
    };
    expect(differences(settledStored(asked), settledFile(changed as never))).to.deep.equal([
      { path: 'containerDefinitions[app].image', from: 'busybox:1.36', to: 'busybox:2' },
    ]);
  });

  it('the order of containers, which is the order in which they start', () => {
    const before = { containerDefinitions: [{ name: 'a' }, { name: 'b' }] };
    const after = { containerDefinitions: [{ name: 'b' }, { name: 'a' }] };
    expect(differences(before, after).map((c) => c.path)).to.deep.equal(['containerDefinitions order']);
  });
});

describe('apply', () => {
  const registered = {
    taskDefinition: { ...stored, taskDefinitionArn: stored.taskDefinitionArn.replace(':3', ':4') },
  };

  it('registers a family that is new', () =>
    withFiles({ 'web.json': JSON.stringify(web) }, async (dir) => {
      const played = await play(['apply', `${dir}/web.json`, '--output', 'table'], {
        answers: { DescribeTaskDefinition: none, RegisterTaskDefinition: registered },
      });
      expect(played.code, played.err).to.equal(0);
      expect(played.out).to.match(/^task definition web:4: registered\n/);
    }));

  it('registers nothing that is registered already', () =>
    withFiles({ 'web.json': JSON.stringify(web) }, async (dir) => {
      const played = await play(['apply', `${dir}/web.json`], {
        answers: { DescribeTaskDefinition: { taskDefinition: stored } },
      });
      expect(played.calls.map((c) => c.operation)).to.deep.equal(['DescribeTaskDefinition']);
      expect(JSON.parse(played.out)).to.deep.equal({
        applied: [{ kind: 'task definition', name: 'web:3', outcome: 'unchanged', changes: [] }],
      });
    }));

  it('shows with --diff what would change, and does nothing', () =>
    withFiles(
      { 'web.yaml': 'family: web\ncontainerDefinitions: [{name: app, image: new, memory: 64}]' },
      async (dir) => {
        const played = await play(['apply', '--diff', `${dir}/web.yaml`, '--output', 'table'], {
          answers: { DescribeTaskDefinition: { taskDefinition: stored } },
        });
        expect(played.out).to.include('would be registered');
        expect(played.out).to.include('~ containerDefinitions[app].image: "busybox:1.36" -> "new"');
        expect(played.out).to.include('- containerDefinitions[app].portMappings');
        expect(played.calls).to.have.length(1);
        const piped = await play(['apply', '--diff', `${dir}/web.yaml`], {
          answers: { DescribeTaskDefinition: { taskDefinition: stored } },
        });
        expect(JSON.parse(piped.out).applied[0].outcome).to.equal('would be registered');
      },
    ));

  const running = {
    services: [
      {
        serviceName: 'web',
        serviceArn: 'arn:aws:ecs:us-east-1:123456789012:service/default/web',
        status: 'ACTIVE',
        taskDefinition: stored.taskDefinitionArn,
        desiredCount: 2,
        runningCount: 2,
        schedulingStrategy: 'REPLICA',
        deploymentConfiguration: { maximumPercent: 200, minimumHealthyPercent: 100 },
        deployments: [{ id: 'ecs-svc/1', status: 'PRIMARY', rolloutState: 'COMPLETED' }],
      },
    ],
  };
  const service = (more: object): string =>
    JSON.stringify({ serviceName: 'web', taskDefinition: 'web', desiredCount: 2, ...more });

  it('creates a service that is not there, and follows it', () =>
    withFiles({ 's.json': service({}) }, async (dir) => {
      let looks = 0;
      const played = await play(['apply', `${dir}/s.json`], {
        answers: {
          DescribeTaskDefinition: { taskDefinition: stored },
          DescribeServices: () => (looks++ === 0 ? { failures: [{ reason: 'MISSING' }] } : running),
          CreateService: {},
        },
      });
      expect(played.code, played.err).to.equal(0);
      const create = played.calls.find((c) => c.operation === 'CreateService');
      expect(create?.request).to.include({ serviceName: 'web', taskDefinition: 'web:3', desiredCount: 2 });
    }));

  it('changes only what differs of a service', () =>
    withFiles(
      { 's.json': service({ desiredCount: 4, deploymentConfiguration: { maximumPercent: 200 } }) },
      async (dir) => {
        const played = await play(['apply', `${dir}/s.json`, '--no-wait'], {
          answers: {
            DescribeTaskDefinition: { taskDefinition: stored },
            DescribeServices: running,
            UpdateService: {},
          },
        });
        const update = played.calls.find((c) => c.operation === 'UpdateService');
        const asked = Object.entries(update?.request ?? {}).filter(([, v]) => !Array.isArray(v));
        expect(Object.fromEntries(asked)).to.deep.equal({
          cluster: 'default',
          service: 'web',
          desiredCount: 4,
        });
      },
    ));

  it('says what cannot change: 2', () =>
    withFiles({ 's.json': service({ schedulingStrategy: 'DAEMON' }) }, async (dir) => {
      const played = await play(['apply', `${dir}/s.json`], {
        answers: { DescribeTaskDefinition: { taskDefinition: stored }, DescribeServices: running },
      });
      expect(played.code).to.equal(2);
      expect(played.err).to.include('schedulingStrategy cannot change');
    }));
});

describe('a roll-out', () => {
  const deployment = (id: string, more: object): object => ({ id, status: 'PRIMARY', ...more });
  const service = (more: object): never =>
    ({ serviceName: 'web', desiredCount: 2, runningCount: 2, ...more }) as never;
  const cases: readonly (readonly [string, never, string])[] = [
    [
      'one deployment, all running: done',
      service({ deployments: [deployment('a', { rolloutState: 'COMPLETED' })] }),
      'done',
    ],
    [
      'still in progress: again',
      service({ deployments: [deployment('a', { rolloutState: 'IN_PROGRESS' })] }),
      'again',
    ],
    [
      'an old one still draining: again',
      service({ deployments: [deployment('a', {}), { id: 'b', status: 'ACTIVE' }] }),
      'again',
    ],
    ['too few: again', service({ runningCount: 1, deployments: [deployment('a', {})] }), 'again'],
    ['failed: never', service({ deployments: [deployment('a', { rolloutState: 'FAILED' })] }), 'never'],
    ['rolled back to another: never', service({ deployments: [deployment('b', {})] }), 'never'],
  ];
  for (const [name, seen, is] of cases)
    it(name, () => {
      expect(judgeRollOut(seen, 'a').is).to.equal(is);
    });
});

describe('run', () => {
  const task = (
    exitCode: number | undefined,
    stoppedReason = 'Essential container in task exited',
  ): object => ({
    tasks: [
      {
        taskArn: 'arn:aws:ecs:us-east-1:123456789012:task/default/0123456789abcdef0123456789abcdef',
        lastStatus: 'STOPPED',
        stoppedReason,
        containers: [{ name: 'app', ...(exitCode !== undefined && { exitCode }) }],
      },
    ],
  });
  const runs = (described: object): Record<string, object> => ({
    DescribeTaskDefinition: { taskDefinition: stored },
    RunTask: task(undefined),
    DescribeTasks: described,
  });
  const cases: readonly (readonly [string, object, number])[] = [
    ['ends with 0 when the first essential container did', task(0), 0],
    ['ends with its exit code', task(3), 3],
    ['ends with 5 when it never ran', task(undefined, 'CannotPullContainerError: no such image'), 5],
  ];
  for (const [name, described, code] of cases)
    it(name, () =>
      withFiles({ 'web.json': JSON.stringify(web) }, async (dir) => {
        const played = await play(['run', `${dir}/web.json`, '--wait'], { answers: runs(described) });
        expect(played.code, played.err).to.equal(code);
      }),
    );

  it('ends with 1 and the reason when no instance has room', () =>
    withFiles({ 'web.json': JSON.stringify(web) }, async (dir) => {
      const played = await play(['run', `${dir}/web.json`], {
        answers: { ...runs({}), RunTask: { tasks: [], failures: [{ reason: 'RESOURCE:MEMORY' }] } },
      });
      expect(played.code).to.equal(1);
      expect(played.err).to.include('RESOURCE:MEMORY');
      expect(played.err).to.include('longshore explain');
    }));

  it('means the first container that is essential, in the definition’s order', () => {
    const definition = {
      containerDefinitions: [{ name: 'init', essential: false }, { name: 'app' }, { name: 'log' }],
    };
    const containers = [
      { name: 'log', exitCode: 1 },
      { name: 'init', exitCode: 2 },
      { name: 'app', exitCode: 7 },
    ];
    expect(exitCodeOf({ containers } as never, definition)).to.equal(7);
  });
});
