import { seededRandom, systemClock } from '@longshore/kit';
import { expect } from 'chai';
import { eventually } from '../support/eventually.js';
import { needs } from '../support/needs.js';
import { differences, startedTwice, unkept } from './audit.js';
import { Auditor } from './auditor.js';
import { agentNames, ChaosCluster, serverNames } from './cluster.js';
import { DockerWatch, runningOn } from './docker-watch.js';
import { EtcdReader } from './etcd-reader.js';
import { endings, Load, service, wishesOf } from './load.js';
import { type Planned, scheduleOf } from './schedule.js';

/** Replay one with LONGSHORE_SEED; LONGSHORE_CHAOS_SECONDS makes it longer. */
const seed = Number(process.env.LONGSHORE_SEED ?? Math.floor(performance.timeOrigin) % 1_000_000);
const lastsMs = Number(process.env.LONGSHORE_CHAOS_SECONDS ?? 60) * 1_000;
const wishCount = 30;
const calmWithinMs = 60_000;

describe(`two servers, three agents and etcd, killed, frozen and cut off (LONGSHORE_SEED=${seed})`, function () {
  this.timeout(lastsMs + 240_000);
  needs('docker', 'etcd');
  let cluster: ChaosCluster;
  let reader: EtcdReader;
  let watch: DockerWatch;
  let instances: readonly string[] = [];
  let failed = true;

  before(async () => {
    cluster = await ChaosCluster.start();
    reader = new EtcdReader(cluster.etcd.endpoint);
    watch = new DockerWatch();
  });

  after(async () => {
    watch?.stop();
    reader?.close();
    await cluster?.stop(instances, failed);
    if (failed && cluster)
      process.stdout.write(`logs: ${cluster.folder}; again with LONGSHORE_SEED=${seed}\n`);
  });

  it('lose no task, run none twice, over-commit nothing, and in the end all say the same', async () => {
    const random = seededRandom(seed);
    const schedule = scheduleOf(random, { servers: serverNames, agents: agentNames }, lastsMs);
    const wishes = wishesOf(random, wishCount, lastsMs * 0.9);
    await cluster.untilThreeInstances();
    instances = [...(await reader.snapshot()).instances.keys()].map((name) => name.split('/')[1] ?? '');
    const giveUp = AbortSignal.timeout(lastsMs + 20_000);
    const load = new Load(cluster.ecs, giveUp);
    await load.register();
    const auditor = new Auditor(reader);
    auditor.start();

    const asking = Promise.all(wishes.map((wish) => load.fulfil(wish)));
    await Promise.all(schedule.map((planned) => suffer(cluster, planned)));
    await asking;

    const promised = [...load.promised.values()];
    await eventually(
      async () => {
        const now = await reader.snapshot();
        const found = [...differences(promised, endings, now, runningOn(instances)), ...unkept(service, now)];
        if (found.length > 0) throw new Error(`seed ${seed}:\n${found.join('\n')}`);
      },
      { withinMs: calmWithinMs, everyMs: 1_000 },
    );
    await auditor.stop();
    const known = await reader.snapshot();
    const names = new Set([...known.tasks.keys(), ...known.history.keys()].map((name) => name.split('/')[1]));
    const ours = new Map([...watch.starts].filter(([task]) => names.has(task)));
    process.stdout.write(
      `    ${promised.length} tasks promised, ${names.size} made, ${ours.size} started; ` +
        `${auditor.seen.looks} looks, ${auditor.seen.placed} placements audited\n`,
    );
    const problems = [...load.problems, ...auditor.problems, ...startedTwice(ours), ...cluster.surprises];
    expect(problems, `seed ${seed}`).to.deep.equal([]);
    expect((await reader.snapshot()).instances.size, 'no agent joined anew').to.equal(agentNames.length);
    // It must have been able to fail.
    expect(watch.whole, 'the engine told every start').to.equal(true);
    expect(ours.size, 'tasks that were seen to start').to.be.above(wishCount / 2);
    expect(auditor.seen.looks).to.be.above(lastsMs / 2_000);
    expect(auditor.seen.placed).to.be.above(0);
    expect(schedule.length).to.be.above(lastsMs / 4_000);
    failed = false;
  });
});

async function suffer(cluster: ChaosCluster, planned: Planned): Promise<void> {
  await systemClock.sleep(planned.atMs);
  const { fault, forMs } = planned;
  process.stdout.write(
    `    ${(planned.atMs / 1000).toFixed(1)} s ${fault.kind} ${fault.target} for ${forMs} ms\n`,
  );
  await cluster.suffer(planned);
}
