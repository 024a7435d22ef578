import { serviceDescriptor } from '@longshore/model';
import { expect } from 'chai';
import { operations } from '../../../packages/cli/src/operations/catalogue.js';
import { allPages } from '../../../packages/cli/src/operations/paging.js';
import { waiters } from '../../../packages/cli/src/operations/waiters.js';
import { everyCommand, makeProgram } from '../../../packages/cli/src/program.js';
import { membersOf } from '../../../packages/cli/src/words/members.js';
import { away, play, refusal, withFiles } from './support.js';

const program = makeProgram({
  version: '0',
  cliOf: () => {
    throw new Error('nothing runs here');
  },
  write: () => undefined,
  writeError: () => undefined,
});

describe('commands from the contract', () => {
  it('has every operation of the service, each once', () => {
    const words = program.commands.map((c) => c.name());
    for (const operation of operations()) expect(words).to.include(operation.word);
    expect(new Set(words).size).to.equal(words.length);
    expect(operations()).to.have.length(serviceDescriptor('EcsService').methodsArray.length);
  });

  it('has a word for every member of every request', () => {
    for (const operation of operations()) {
      const command = program.commands.find((c) => c.name() === operation.word);
      const words = new Set([...program.options, ...(command?.options ?? [])].map((o) => o.long));
      for (const member of membersOf(operation.request))
        expect(words, `${operation.word} ${member.name}`).to.include(`--${member.word}`);
    }
  });

  it('gives no member the word of an option that every command has, but cluster', () => {
    const taken = new Set(program.options.map((o) => o.long?.slice(2)));
    for (const operation of operations())
      for (const member of membersOf(operation.request))
        if (member.word !== 'cluster')
          expect(taken, `${operation.word} --${member.word}`).not.to.include(member.word);
  });

  it('describes every command', () => {
    for (const command of everyCommand(program))
      if (command.name() !== 'help') expect(command.description(), command.name()).not.to.equal('');
  });
});

describe('an operation by its words', () => {
  const cases: readonly {
    readonly name: string;
    readonly argv: readonly string[];
    readonly request: Readonly<Record<string, unknown>>;
  }[] = [
    {
      name: 'text, numbers and the cluster',
      argv: ['run-task', '--cluster', 'c', '--task-definition', 'web:3', '--count', '2'],
      request: { cluster: 'c', taskDefinition: 'web:3', count: 2 },
    },
    {
      name: 'lists as repeated words, structures as shorthand',
      argv: ['run-task', '--task-definition', 'web', '--tags', 'key=a,value=1', 'key=b,value=2'],
      request: {
        taskDefinition: 'web',
        tags: [
          { key: 'a', value: '1' },
          { key: 'b', value: '2' },
        ],
      },
    },
    {
      name: 'lists and structures as JSON',
      argv: [
        'run-task',
        '--task-definition',
        'web',
        '--placement-strategy',
        '[{"type":"spread","field":"instanceId"}]',
      ],
      request: { taskDefinition: 'web', placementStrategy: [{ type: 'spread', field: 'instanceId' }] },
    },
    {
      name: 'numbers and flags inside shorthand',
      argv: [
        'update-service',
        '--service',
        's',
        '--deployment-configuration',
        'maximumPercent=150,deploymentCircuitBreaker={enable=true,rollback=false}',
      ],
      request: {
        service: 's',
        deploymentConfiguration: {
          maximumPercent: 150,
          deploymentCircuitBreaker: { enable: true, rollback: false },
        },
      },
    },
    {
      name: 'booleans with and without no-',
      argv: [
        'run-task',
        '--task-definition',
        'web',
        '--enable-ecs-managed-tags',
        '--no-enable-execute-command',
      ],
      request: { taskDefinition: 'web', enableECSManagedTags: true, enableExecuteCommand: false },
    },
    {
      name: 'words over an input',
      argv: [
        'run-task',
        '--cli-input-json',
        '{"taskDefinition":"web","count":5,"cluster":"x"}',
        '--count',
        '1',
      ],
      request: { taskDefinition: 'web', count: 1, cluster: 'x' },
    },
    {
      name: 'an input in YAML',
      argv: ['run-task', '--cli-input-yaml', 'taskDefinition: web\ncount: 3\n'],
      request: { taskDefinition: 'web', count: 3 },
    },
    {
      name: 'a given cluster over an input',
      argv: ['--cluster', 'y', 'run-task', '--cli-input-json', '{"taskDefinition":"web","cluster":"x"}'],
      request: { taskDefinition: 'web', cluster: 'y' },
    },
  ];
  for (const c of cases)
    it(c.name, async () => {
      const word = c.argv.find((a) => a === 'run-task' || a === 'update-service') ?? '';
      const operation = word === 'run-task' ? 'RunTask' : 'UpdateService';
      const played = await play(c.argv, { answers: { [operation]: {} } });
      expect(played.err).to.equal('');
      expect(played.code).to.equal(0);
      expect(strip(played.calls[0]?.request)).to.deep.equal(c.request);
    });

  it('reads file:// where a value may stand', () =>
    withFiles(
      { 'run.json': '{"taskDefinition":"web"}', 'tags.json': '[{"key":"a","value":"1"}]' },
      async (dir) => {
        const argv = [
          'run-task',
          '--cli-input-json',
          `file://${dir}/run.json`,
          '--tags',
          `file://${dir}/tags.json`,
        ];
        const played = await play(argv, { answers: { RunTask: {} } });
        expect(strip(played.calls[0]?.request)).to.deep.equal({
          taskDefinition: 'web',
          tags: [{ key: 'a', value: '1' }],
        });
      },
    ));

  it('answers as aws does: JSON with ISO times, empty lists where ECS sends them', async () => {
    const createdAt = { seconds: 1_900_000_000, nanos: 500_000_000 };
    const played = await play(['run-task', '--task-definition', 'web'], {
      answers: { RunTask: { tasks: [{ taskArn: 'arn', createdAt, tags: [] }], failures: [] } },
    });
    const answer = JSON.parse(played.out) as { readonly tasks: readonly Record<string, unknown>[] };
    expect(answer.tasks[0]?.['createdAt']).to.equal('2030-03-17T17:46:40.500Z');
    expect(answer).to.deep.include({ failures: [] });
  });

  it('prints YAML and an outline on request', async () => {
    const answers = { ListClusters: { clusterArns: ['arn:a', 'arn:b'] } };
    expect((await play(['list-clusters', '--output', 'yaml'], { answers })).out).to.equal(
      'clusterArns:\n  - arn:a\n  - arn:b\n',
    );
    expect((await play(['list-clusters', '--output', 'table'], { answers })).out).to.equal(
      'clusterArns\n  - arn:a\n  - arn:b\n',
    );
  });

  it('prints a skeleton that it would take back, and calls nobody', async () => {
    for (const operation of operations()) {
      const { out, calls, code } = await play([operation.word, '--generate-cli-skeleton']);
      expect(code).to.equal(0);
      expect(calls).to.deep.equal([]);
      const names = Object.keys(JSON.parse(out) as object);
      expect(names).to.deep.equal(membersOf(operation.request).map((m) => m.name));
    }
  });
});

describe('wrong use', () => {
  const cases: readonly (readonly [string, readonly string[], string])[] = [
    ['an unknown command names the nearest', ['run-tsk'], 'run-task'],
    ['an unknown option', ['run-task', '--task-defintion', 'a'], '--task-definition'],
    [
      'an unknown option, with the way out',
      ['store', 'free', '--all'],
      '  longshore store free --help shows',
    ],
    ['a word too many, in our name', ['ps', 'all'], 'longshore: too many arguments'],
    ['a directory for a file', ['run', '/tmp'], '/tmp: is a directory'],
    [
      'a number that is none',
      ['run-task', '--task-definition', 'a', '--count', 'two'],
      'count: "two" where a whole number belongs',
    ],
    [
      'a word that is none of the allowed',
      ['run-task', '--task-definition', 'a', '--launch-type', 'EC'],
      'launchType: EC is none of',
    ],
    ['JSON that is none', ['run-task', '--overrides', '{"a"'], '--overrides: not JSON'],
    ['shorthand that is none', ['run-task', '--tags', 'key'], '--tags: key: column 4'],
    [
      'a file that is not there',
      ['run-task', '--cli-input-json', 'file:///nonexistent.json'],
      '/nonexistent.json: no such file',
    ],
    [
      'an input with an unknown member',
      ['run-task', '--cli-input-json', '{"taskDef":"a"}'],
      'taskDef: no such member',
    ],
    ['two inputs', ['run-task', '--cli-input-json', '{}', '--cli-input-yaml', '{}'], 'give one of them'],
    ['an output format that is none', ['list-clusters', '--output', 'text'], 'json, table, yaml'],
    ['a context that is none', ['--context', 'x', 'list-clusters'], 'context x: no such context'],
  ];
  for (const [name, argv, message] of cases)
    it(`${name}: 2`, async () => {
      const played = await play(argv);
      expect(played.err).to.include(message);
      expect(played.code).to.equal(2);
      expect(played.calls).to.deep.equal([]);
      expect(played.err).not.to.match(/\n\s+at /);
    });
});

describe('what is no control plane', () => {
  it('is told from one that is away, without gRPC’s own words', async () => {
    const { code, err } = await play(['list-clusters'], {
      answers: { ListClusters: away('round_robin: No connection established. Last error: null') },
    });
    expect(code).to.equal(3);
    expect(err)
      .to.contain('something listens there')
      .and.to.contain('7401 is HTTP')
      .and.not.contain('round_robin');
  });
});

describe('exit codes', () => {
  it('1: refused by the server, with the exception and its message', async () => {
    const played = await play(['delete-cluster', '--cluster', 'x'], {
      answers: { DeleteCluster: refusal('ClusterNotFoundException', 'Cluster not found.') },
    });
    expect(played.code).to.equal(1);
    expect(played.err).to.equal('longshore: ClusterNotFoundException: Cluster not found.\n');
  });

  it('3: not reachable, with the way out', async () => {
    const played = await play(['list-clusters'], { answers: { ListClusters: away() } });
    expect(played.code).to.equal(3);
    expect(played.err).to.include('longshore dev');
  });

  it('3: a control plane that is there but whose store is away sends nobody to another address', async () => {
    const refusal = Object.assign(away(), { answered: true });
    const played = await play(['list-clusters'], { answers: { ListClusters: refusal } });
    expect(played.code).to.equal(3);
    expect(played.err).to.include('longshore doctor').and.not.include('longshore dev');
  });

  it('0: help and version', async () => {
    for (const argv of [['--help'], ['run-task', '--help'], ['--version'], ['help', 'ps']])
      expect((await play(argv)).code, argv.join(' ')).to.equal(0);
  });

  it('2: no command at all', async () => {
    expect((await play([])).code).to.equal(2);
  });
});

describe('taking something away', () => {
  const answers = { DeleteCluster: {} };
  it('asks a person and does nothing on no', async () => {
    const played = await play(['delete-cluster', '--cluster', 'x'], { answers, person: { says: false } });
    expect(played.questions).to.deep.equal(['delete-cluster (cluster x)?']);
    expect(played.calls).to.deep.equal([]);
    expect(played.code).to.equal(2);
  });

  it('does it on yes', async () => {
    const played = await play(['delete-cluster', '--cluster', 'x'], { answers, person: { says: true } });
    expect(played.calls).to.have.length(1);
  });

  it('does not ask with --yes', async () => {
    const played = await play(['delete-cluster', '--cluster', 'x', '--yes'], {
      answers,
      person: { says: false },
    });
    expect(played.questions).to.deep.equal([]);
    expect(played.calls).to.have.length(1);
  });

  it('does not ask where nobody sits', async () => {
    expect((await play(['delete-cluster', '--cluster', 'x'], { answers })).calls).to.have.length(1);
  });
});

describe('pages', () => {
  const items = Array.from({ length: 25 }, (_, i) => `arn:${i}`);
  const ask = (request: Readonly<Record<string, unknown>>): Promise<Readonly<Record<string, unknown>>> => {
    const size = Number(request['maxResults'] ?? 10);
    const at = Number(request['nextToken'] ?? 0);
    const page = items.slice(at, at + size);
    return Promise.resolve({
      taskArns: page,
      ...(at + size < items.length && { nextToken: String(at + size) }),
    });
  };

  it('are asked for until the last, and given as one', async () => {
    expect(await allPages(ask, {}, {})).to.deep.equal({ taskArns: items });
    expect(await allPages(ask, {}, { pageSize: 7 })).to.deep.equal({ taskArns: items });
  });

  it('stop at max-items, and go on from there without loss or repetition', async () => {
    for (const maxItems of [1, 4, 10, 11, 24, 25, 26]) {
      const seen: unknown[] = [];
      let startingToken: string | undefined;
      do {
        const part = await allPages(ask, {}, { maxItems, ...(startingToken && { startingToken }) });
        seen.push(...(part['taskArns'] as readonly unknown[]));
        startingToken = part['nextToken'] as string | undefined;
      } while (startingToken);
      expect(seen, `max-items ${maxItems}`).to.deep.equal(items);
    }
  });

  it('are asked for through the command, one page with --no-paginate', async () => {
    const answers = {
      ListTasks: (request: { readonly nextToken?: string }) =>
        request.nextToken ? { taskArns: ['b'] } : { taskArns: ['a'], nextToken: 'more' },
    };
    const all = await play(['list-tasks'], { answers });
    expect(JSON.parse(all.out)).to.deep.equal({ taskArns: ['a', 'b'] });
    const one = await play(['list-tasks', '--no-paginate'], { answers });
    expect(JSON.parse(one.out)).to.deep.equal({ taskArns: ['a'], nextToken: 'more' });
  });

  it('refuse a token of another command', async () => {
    const played = await play(['list-tasks', '--starting-token', 'nonsense'], { answers: { ListTasks: {} } });
    expect(played.code).to.equal(2);
  });
});

describe('wait', () => {
  it('has every waiter of ECS’s SDK', async () => {
    const sdk = await import('@aws-sdk/client-ecs');
    const words = Object.keys(sdk)
      .filter((name) => name.startsWith('waitUntil'))
      .map((name) =>
        name
          .slice('waitUntil'.length)
          .replace(/([a-z])([A-Z])/g, '$1-$2')
          .toLowerCase(),
      );
    expect(waiters.map((w) => w.word).toSorted()).to.deep.equal(words.toSorted());
  });

  const tasks = (...statuses: readonly string[]): object => ({
    tasks: statuses.map((lastStatus, i) => ({ taskArn: `a/${i}`, lastStatus, stoppedReason: 'it broke' })),
  });
  it('looks until it is there: 0', async () => {
    const answers = [tasks('PENDING', 'RUNNING'), tasks('RUNNING', 'RUNNING')];
    const played = await play(['wait', 'tasks-running', '--tasks', 'a', 'b'], {
      answers: { DescribeTasks: () => answers.shift() ?? {} },
    });
    expect(played.code).to.equal(0);
    expect(played.calls).to.have.length(2);
    expect(played.err).to.equal('waiting for tasks running: 1 PENDING, 1 RUNNING\n');
  });

  it('ends at once when it can never be: 5', async () => {
    const played = await play(['wait', 'tasks-running', '--tasks', 'a'], {
      answers: { DescribeTasks: tasks('STOPPED') },
    });
    expect(played.code).to.equal(5);
    expect(played.err).to.include('it broke');
  });

  it('gives up in the end: 4', async () => {
    const played = await play(['wait', 'tasks-running', '--tasks', 'a', '--timeout', '0.01'], {
      answers: { DescribeTasks: tasks('PENDING') },
    });
    expect(played.code).to.equal(4);
  });

  it('goes on while the server is away', async () => {
    const answers: (object | Error)[] = [away(), tasks('RUNNING')];
    const played = await play(['wait', 'tasks-running', '--tasks', 'a'], {
      answers: {
        DescribeTasks: () => {
          const answer = answers.shift() ?? {};
          if (answer instanceof Error) throw answer;
          return answer;
        },
      },
    });
    expect(played.code).to.equal(0);
  });
});

/** A request without the lists that the walker fills in. */
function strip(request: Record<string, unknown> | undefined): unknown {
  return JSON.parse(
    JSON.stringify(request, (_key, value: unknown) =>
      Array.isArray(value) && value.length === 0 ? undefined : value,
    ),
  );
}
