import type { TestEtcd } from '../../support/etcd.js';
import type { BenchCluster, BenchServer } from './cluster.js';
import type { Crowd } from './crowd.js';
import { round } from './figures.js';
import { untilSettled } from './settle.js';
import type { Watched } from './watched-tasks.js';

export type Incident = 'follower' | 'leader' | 'etcd' | 'instance';

export interface Stage {
  readonly cluster: BenchCluster;
  readonly crowd: Crowd;
  readonly watched: Watched;
}

type Seen = Readonly<Record<string, number>>;

/** RunTask goes out so often after an incident, for so long. */
const probeEveryMs = 25;
const probeForMs = 1000;

/** Each leaves the cluster as it found it, and throws where a task was lost or doubled. */
export const incidents: Readonly<Record<Incident, (stage: Stage) => Promise<Seen>>> = {
  follower: async (stage) => {
    const follower = (await split(stage.cluster)).followers[0];
    if (!follower) throw new Error('there is no follower: give --servers 2 or more');
    return await serverKilled(stage, follower);
  },
  leader: async (stage) => serverKilled(stage, (await split(stage.cluster)).leader),
  etcd: async (stage) => {
    const { cluster } = stage;
    if (cluster.etcds.length < 3) throw new Error('etcd without one member needs three: give --etcds 3');
    const member = await leaderOf(cluster.etcds);
    return await standing(
      stage,
      () => member.kill(),
      () => member.run(),
    );
  },
  instance: instanceLost,
};

function serverKilled(stage: Stage, server: BenchServer): Promise<Seen> {
  return standing(
    stage,
    () => server.program.end('SIGKILL'),
    () => server.startAgain(),
  );
}

/** Something of the control plane goes away and comes back; no task of before has a reason to end. */
async function standing(stage: Stage, away: () => Promise<void>, back: () => Promise<void>): Promise<Seen> {
  const { watched } = stage;
  const before = await watched.held();
  const sinceMs = stopwatch();
  await away();
  const placed = watched.oneMore().then(sinceMs);
  const probes = await probe(watched, sinceMs);
  const byService = await placed;
  await watched.untilAllRun();
  const allRunMs = sinceMs();
  await watched.audit(before);
  await back();
  return {
    nextPlacementMs: Math.max(byService, probes.firstMs),
    nextServiceTaskMs: byService,
    nextRunTaskMs: probes.firstMs,
    runTaskWorstMs: probes.worstMs,
    allRunMs,
  };
}

/** Single tasks, asked for while nobody has noticed yet: when the first has its place, how long the worst takes. */
async function probe(
  watched: Watched,
  sinceMs: () => number,
): Promise<{ readonly firstMs: number; readonly worstMs: number }> {
  let firstMs = Number.POSITIVE_INFINITY;
  let worstMs = 0;
  const one = async (): Promise<void> => {
    const askedMs = sinceMs();
    await watched.runOne();
    firstMs = Math.min(firstMs, sinceMs());
    worstMs = Math.max(worstMs, sinceMs() - askedMs);
  };
  const calls: Promise<void>[] = [];
  while (sinceMs() < probeForMs) {
    calls.push(one());
    await new Promise((resolve) => setTimeout(resolve, probeEveryMs));
  }
  await Promise.all(calls);
  return { firstMs, worstMs };
}

/** The host of an agent goes down, its services' tasks run elsewhere, it comes back and the surplus goes. */
async function instanceLost({ crowd, watched }: Stage): Promise<Seen> {
  const lost = 0;
  const before = await watched.held();
  const others = await watched.held(lost);
  await crowd.moments();
  const sinceMs = stopwatch();
  await crowd.lose(lost);
  await untilSettled(
    async () => ((await crowd.moments()).some((m) => m.times > 0) ? undefined : 'no task was replaced'),
    { everyMs: 20, stuckAfterMs: 120_000 },
  );
  const firstMs = sinceMs();
  await watched.untilAllRun();
  const allRunMs = sinceMs();
  await watched.audit(others, lost);
  const returned = stopwatch();
  await crowd.return(lost);
  await watched.untilAllRun();
  await watched.audit([]);
  return {
    tasksLost: before.size - others.size,
    nextPlacementMs: firstMs,
    allRunMs,
    firstToAllRunMs: allRunMs - firstMs,
    settledAfterReturnMs: returned(),
  };
}

async function split({
  servers,
}: BenchCluster): Promise<{ readonly leader: BenchServer; readonly followers: readonly BenchServer[] }> {
  const leaders: BenchServer[] = [];
  await untilSettled(async () => {
    leaders.length = 0;
    for (const server of servers) if (await server.leads()) leaders.push(server);
    return leaders.length === 1 ? undefined : `${leaders.length} servers lead`;
  });
  const [leader] = leaders;
  if (!leader) throw new Error('no server leads');
  return { leader, followers: servers.filter((server) => server !== leader) };
}

async function leaderOf(members: readonly TestEtcd[]): Promise<TestEtcd> {
  for (const member of members) {
    const answer = await fetch(`${member.endpoint}/v3/maintenance/status`, { method: 'POST', body: '{}' });
    const { header, leader } = (await answer.json()) as {
      readonly header: { readonly member_id: string };
      readonly leader: string;
    };
    if (header.member_id === leader) return member;
  }
  throw new Error('no member of etcd leads');
}

function stopwatch(): () => number {
  const startedMs = performance.now();
  return () => round(performance.now() - startedMs);
}
