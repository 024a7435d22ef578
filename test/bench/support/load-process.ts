// A process of simulated agents, or of requests: started by `LoadProcess`, told what to do over its IPC channel.
import { messageOf } from '@longshore/kit';
import { ecsClient, openChannel } from '@longshore/rpc';
import {
  type AgentsOrder,
  addIds,
  Durations,
  noFingerprint,
  type Order,
  type RequestsOrder,
  type RequestsTold,
  type Told,
} from './load.js';
import { SimulatedAgents } from './simulated-agents.js';

let tell: () => Told = () => ({ kind: 'ready' });
const problems: string[] = [];

function send(message: Told): void {
  process.send?.(message);
}

async function agents(order: AgentsOrder): Promise<void> {
  const crowd = new SimulatedAgents(order);
  tell = () => crowd.told();
  await crowd.join();
  send({ kind: 'ready' });
}

async function requests(order: RequestsOrder): Promise<void> {
  const client = ecsClient(openChannel({ endpoints: order.endpoints }));
  const calls = new Durations();
  const answers: [number, number][] = [];
  let asked = noFingerprint;
  tell = (): RequestsTold => ({ kind: 'requests', asked, calls: calls.toJSON(), answers, problems });
  const left = inShares(order);
  const worker = async (): Promise<void> => {
    for (let share = left.shift(); share; share = left.shift()) {
      const { family, group, count } = share;
      const startedMs = performance.now();
      const tags = [{ key: 'longshore:count', value: String(count) }];
      const request = { cluster: order.cluster, taskDefinition: family, group, tags };
      const { tasks = [], failures = [] } = await client.RunTask(request, { timeoutMs: 120_000 });
      calls.add(performance.now() - startedMs);
      answers.push([Date.now(), tasks.length]);
      asked = addIds(
        asked,
        tasks.map((t) => t.taskArn?.slice(-32) ?? ''),
      );
      if (tasks.length !== count)
        problems.push(`${tasks.length} tasks of ${count}: ${JSON.stringify(failures).slice(0, 300)}`);
    }
  };
  await Promise.all(Array.from({ length: order.atOnce }, worker));
  send(tell());
}

/** The groups take turns, a call at a time. */
function inShares({ groups, perCall }: RequestsOrder): { family: string; group: string; count: number }[] {
  const left = groups.map((g) => ({ ...g }));
  const shares: { family: string; group: string; count: number }[] = [];
  while (left.some((g) => g.tasks > 0))
    for (const g of left) {
      const count = Math.min(perCall, g.tasks);
      if (count > 0) shares.push({ family: g.family, group: g.group, count });
      g.tasks -= count;
    }
  return shares;
}

function obey(order: Order): void {
  if (order.do === 'end') process.exit(0);
  if (order.do === 'tell') {
    send(tell());
    return;
  }
  const done = order.do === 'agents' ? agents(order) : requests(order);
  done.catch((thrown: unknown) => {
    process.stderr.write(`${messageOf(thrown)}\n`);
    process.exit(1);
  });
}

process.on('message', obey);
process.on('disconnect', () => process.exit(0));
