import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { seededRandom } from '@longshore/kit';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { needs } from '../support/needs.js';
import { aDefinition } from './definitions.js';
import { DevCluster } from './dev-cluster.js';

const wanted = 40;
const perCall = 10;

interface Tasks {
  readonly tasks: readonly { readonly taskArn: string; readonly lastStatus: string }[];
}

/** Containers of the engine by the task that they carry in their labels. */
function containersByTask(taskIds: readonly string[]): ReadonlyMap<string, number> {
  const printed = execFileSync('docker', ['ps', '--format', '{{.Label "longshore.task"}}'], {
    encoding: 'utf8',
  });
  const counts = new Map<string, number>();
  for (const task of printed.split('\n'))
    if (taskIds.includes(task)) counts.set(task, (counts.get(task) ?? 0) + 1);
  return counts;
}

describe('40 tasks on three instances, while everything is killed', function () {
  this.timeout(240_000);
  needs('docker', 'etcd');
  let cluster: DevCluster;
  before(async () => {
    cluster = await DevCluster.start({ instances: 3 });
  });
  after(async () => {
    await cluster?.stop();
  });

  it('all arrive, each once, though server, agent and etcd are killed in the middle', async () => {
    const seed = Number(process.env.LONGSHORE_SEED ?? Math.floor(performance.timeOrigin));
    const random = seededRandom(seed);
    const definition = join(cluster.dataDir, 'many.json');
    writeFileSync(definition, aDefinition('many', undefined, { memory: 8 }));
    expect((await cluster.run('apply', definition)).code).to.equal(0);
    const kills = killSchedule(random);
    const killing = Promise.all(kills.map((k) => killAfter(cluster, k.name, k.afterMs)));
    await startAll(cluster, () => ({ seed, kills, said: cluster.said }));
    await killing;
    const tasks = await eventually(
      async () => {
        const all = await cluster.json<Tasks>('ps', '--family', 'many');
        const running = all.tasks.filter((t) => t.lastStatus === 'RUNNING');
        if (running.length !== wanted || all.tasks.length !== wanted)
          throw new Error(`${running.length} of ${all.tasks.length} run`);
        return all.tasks;
      },
      { withinMs: 90_000, everyMs: 500, state: () => ({ seed, kills, said: cluster.said }) },
    );
    const ids = tasks.map((t) => t.taskArn.split('/').at(-1) ?? '');
    const counts = containersByTask(ids);
    expect(counts.size, `seed ${seed}`).to.equal(wanted);
    expect(Math.max(...counts.values()), `seed ${seed}`).to.equal(1);
    for (const { name } of kills) expect(cluster.said).to.include(`${name} ended: SIGKILL`);
  });
});

/**
 * Calls until 40 tasks were placed. A call that was cut off is made again with its token, and starts nothing twice; what
 * found no place (an agent that is away for a moment) is asked for again.
 */
async function startAll(cluster: DevCluster, state: () => unknown): Promise<void> {
  let placed = 0;
  let call = 0;
  await eventually(
    async () => {
      const count = String(Math.min(perCall, wanted - placed));
      const argv = ['--task-definition', 'many', '--count', count, '--client-token', `many-${call}`];
      const answer = await cluster.json<Tasks>('run-task', ...argv);
      call += 1;
      placed += answer.tasks.length;
      if (placed < wanted) throw new Error(`${placed} of ${wanted} placed`);
    },
    { withinMs: 90_000, everyMs: 100, state },
  );
}

interface Kill {
  readonly name: string;
  readonly afterMs: number;
}

/** Each of the three once, within the seconds that the tasks need to start. */
function killSchedule(random: { next(): number }): readonly Kill[] {
  const agent = `agent-${1 + Math.floor(random.next() * 3)}`;
  return ['server', agent, 'etcd'].map((name) => ({ name, afterMs: Math.floor(random.next() * 8000) }));
}

async function killAfter(cluster: DevCluster, name: string, afterMs: number): Promise<void> {
  const dueAt = performance.now() + afterMs;
  await eventually(() => performance.now() >= dueAt, { withinMs: afterMs + 10_000 });
  process.kill(cluster.pidOf(name), 'SIGKILL');
}
