// A process of simulated agents, or of requests: started by `LoadProcess`, told what to do over its IPC channel.
import { messageOf } from '@longshore/kit';
import { ecsClient, openChannel } from '@longshore/rpc';
import { Churn } from './churn-load.js';
import {
  type AgentsOrder,
  addIds,
  type ChurnOrder,
  Durations,
  noFingerprint,
  type Order,
  type RequestsOrder,
  type RequestsTold,
  type Told,
} from './load.js';
import { SimulatedAgents } from './simulated-agents.js';

let tell: () => Told = () => ({ kind: 'ready' });
let crowd: SimulatedAgents | undefined;
const problems: string[] = [];
/** Ids of the tasks that were asked for, where a churn follows. */
const remembered: string[] = [];

function send(message: Told): void {
  process.send?.(message);
}

async function agents(order: AgentsOrder): Promise<void> {
  const agents = new SimulatedAgents(order);
  crowd = agents;
  tell = () => agents.told();
  await agents.join();
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
      const ids = tasks.map((t) => t.taskArn?.slice(-32) ?? '');
      asked = addIds(asked, ids);
      if (order.remember === true) remembered.push(...ids);
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

async function churn(order: ChurnOrder): Promise<void> {
  send(await new Churn(order, remembered.splice(0)).run());
}

/** What is asked of agents that have joined. */
async function ofCrowd(order: Order): Promise<void> {
  if (!crowd) throw new Error(`no agents that could ${order.do}`);
  if (order.do === 'held') return send(crowd.held());
  if (order.do === 'moments') return send({ kind: 'moments', moments: crowd.moments() });
  if (order.do === 'lose') crowd.lose(order.agent);
  if (order.do === 'return') await crowd.return(order.agent);
  send({ kind: 'ready' });
}

async function act(order: Order): Promise<void> {
  switch (order.do) {
    case 'end':
      return process.exit(0);
    case 'tell':
      return send(tell());
    case 'agents':
      return await agents(order);
    case 'requests':
      return await requests(order);
    case 'churn':
      return await churn(order);
    default:
      return await ofCrowd(order);
  }
}

function obey(order: Order): void {
  act(order).catch((thrown: unknown) => {
    process.stderr.write(`${messageOf(thrown)}\n`);
    process.exit(1);
  });
}

process.on('message', obey);
process.on('disconnect', () => process.exit(0));
