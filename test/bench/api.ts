import { ecsClient, longshoreClient, openChannel } from '@longshore/rpc';
import { ServerProcess } from '../integration/control-plane/server-process.js';
import { eventually } from '../support/eventually.js';
import { SimAgent } from '../unit/control-plane/support/sim-agent.js';
import type { BenchOptions, Figures } from './main.js';
import { inTurns, median, percentile, round, setUp } from './support/figures.js';
import { PresignedCall } from './support/presigned.js';

export const description =
  'the ECS API beside gRPC: overhead of a call, DescribeTasks a second; client on the same cores';

/** What the ECS API may cost over gRPC, and what one replica must answer. */
const bars = { overheadMs: 2, describe100PerSecond: 200, describe1PerSecond: 2000 } as const;

interface Sizes {
  readonly pairs: number;
  readonly callsATurn: number;
  readonly loadMs: number;
}

/** `--pairs`, `--calls-a-turn`, `--load-ms`; `--short` checks the answers and holds no bar. */
export async function run(options: BenchOptions): Promise<Figures> {
  const short = options.short === true;
  const sizes: Sizes = {
    pairs: numberOf(options.pairs, short ? 1 : 9),
    callsATurn: numberOf(options.callsATurn, short ? 20 : 200),
    loadMs: numberOf(options.loadMs, short ? 200 : 4000),
  };
  const stage = await Stage.open();
  try {
    console.log(`the ECS API on ${setUp()}, one replica, client on the same cores, every call signed`);
    const one = await overhead(stage, 1, sizes);
    const hundred = await overhead(stage, 100, sizes);
    const describe100PerSecond = await load(stage, 100, 8, sizes.loadMs);
    const describe1PerSecond = await load(stage, 1, 16, sizes.loadMs);
    const figures = { overheadMs: one, overheadOf100Ms: hundred, describe100PerSecond, describe1PerSecond };
    if (!short) hold(figures);
    return { ...sizes, ...figures };
  } finally {
    await stage.close();
  }
}

function hold(figures: {
  readonly overheadMs: number;
  readonly describe100PerSecond: number;
  readonly describe1PerSecond: number;
}): void {
  const missed = [
    figures.overheadMs > bars.overheadMs && `overhead over ${bars.overheadMs} ms`,
    figures.describe100PerSecond < bars.describe100PerSecond &&
      `under ${bars.describe100PerSecond} of 100 tasks a second`,
    figures.describe1PerSecond < bars.describe1PerSecond &&
      `under ${bars.describe1PerSecond} of one task a second`,
  ].filter((m) => m !== false);
  if (missed.length > 0) throw new Error(`missed: ${missed.join('; ')}`);
}

/** A server of its own process, an agent in its head, and 100 tasks. */
class Stage {
  readonly server: ServerProcess;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly tasks: readonly string[];
  readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
  readonly ecs: ReturnType<typeof ecsClient>;
  readonly #close: () => Promise<void>;

  private constructor(
    parts: Pick<Stage, 'server' | 'grpcPort' | 'httpPort' | 'tasks' | 'credentials' | 'ecs'> & {
      readonly close: () => Promise<void>;
    },
  ) {
    this.server = parts.server;
    this.grpcPort = parts.grpcPort;
    this.httpPort = parts.httpPort;
    this.tasks = parts.tasks;
    this.credentials = parts.credentials;
    this.ecs = parts.ecs;
    this.#close = parts.close;
  }

  static async open(): Promise<Stage> {
    const flags = ['--memory-store', '--grpc-listen=127.0.0.1:0', '--http-listen=127.0.0.1:0'];
    const server = new ServerProcess({ flags, http: '' });
    server.run();
    const portOf = (door: string): number =>
      Number(new RegExp(`"${door}":"127\\.0\\.0\\.1:(\\d+)"`).exec(server.log)?.[1] ?? 0);
    await eventually(() => portOf('http') > 0, { withinMs: 30_000, state: () => server.log });
    const [grpcPort, httpPort] = [portOf('grpc'), portOf('http')];
    const endpoint = `127.0.0.1:${grpcPort}`;
    const channel = openChannel({ endpoints: [endpoint] });
    const ecs = ecsClient(channel);
    await ecs.CreateCluster({});
    const agent = await new SimAgent({
      endpoint,
      resources: { cpuUnits: 100_000, memoryMiB: 100_000 },
    }).start();
    const close = async (): Promise<void> => {
      await agent.stop();
      channel.close();
      await server.end('SIGTERM');
    };
    const { accessKeyId = '', secretAccessKey = '' } = await longshoreClient(channel).CreateAccessKey({
      description: 'bench',
    });
    const tasks = await hundredTasks(ecs);
    return new Stage({
      server,
      grpcPort,
      httpPort,
      tasks,
      credentials: { accessKeyId, secretAccessKey },
      ecs,
      close,
    });
  }

  presigned(tasks: number, sockets: number): Promise<PresignedCall> {
    const input = { tasks: this.tasks.slice(0, tasks) };
    const { httpPort: port, credentials } = this;
    return PresignedCall.sign({ port, operation: 'DescribeTasks', input, credentials, sockets });
  }

  async close(): Promise<void> {
    await this.#close();
  }
}

async function hundredTasks(ecs: ReturnType<typeof ecsClient>): Promise<readonly string[]> {
  const containerDefinitions = [{ name: 'app', image: 'busybox', memory: 16 }];
  await ecs.RegisterTaskDefinition({ family: 'web', containerDefinitions });
  const arns: string[] = [];
  for (let call = 0; call < 10; call++) {
    const { tasks = [] } = await ecs.RunTask({ taskDefinition: 'web', count: 10 });
    arns.push(...tasks.map((t) => t.taskArn ?? ''));
  }
  await eventually(async () => {
    const { tasks = [] } = await ecs.DescribeTasks({ tasks: arns });
    return tasks.length === 100 && tasks.every((t) => t.lastStatus === 'RUNNING');
  });
  return arns;
}

function expectTasks(answer: unknown, count: number): void {
  const { tasks } = answer as { readonly tasks?: readonly unknown[] };
  if (tasks?.length !== count) throw new Error(`${tasks?.length} tasks of ${count} were described`);
}

/** The median of calls one after the other, by HTTP less by gRPC, over turns. */
async function overhead(stage: Stage, count: number, sizes: Sizes): Promise<number> {
  const call = await stage.presigned(count, 1);
  const input = { tasks: stage.tasks.slice(0, count) };
  const medianMs = async (act: () => Promise<unknown>): Promise<number> => {
    const took: number[] = [];
    for (let i = 0; i < sizes.callsATurn; i++) {
      const startedMs = performance.now();
      expectTasks(await act(), count);
      took.push(performance.now() - startedMs);
    }
    return median(took);
  };
  const http = () => medianMs(() => call.send());
  const grpc = () => medianMs(() => stage.ecs.DescribeTasks(input));
  await Promise.all([http(), grpc()]);
  const pairs = await inTurns(sizes.pairs, http, grpc);
  call.close();
  const over = round(median(pairs.map(([a, b]) => a - b)), 3);
  const httpMs = round(median(pairs.map(([a]) => a)), 3);
  const grpcMs = round(median(pairs.map(([, b]) => b)), 3);
  console.log(
    `  DescribeTasks of ${count}: HTTP ${httpMs} ms, gRPC ${grpcMs} ms, overhead ${over} ms (bar ${bars.overheadMs})`,
  );
  return over;
}

/** Answers a second with `atOnce` calls under way. */
async function load(stage: Stage, count: number, atOnce: number, ms: number): Promise<number> {
  const call = await stage.presigned(count, atOnce);
  const took: number[] = [];
  const startedMs = performance.now();
  const sender = async (): Promise<void> => {
    for (let now = performance.now(); now - startedMs < ms; now = performance.now()) {
      expectTasks(await call.send(), count);
      took.push(performance.now() - now);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, sender));
  const perSecond = round(took.length / ((performance.now() - startedMs) / 1000));
  call.close();
  const [p50, p99] = [round(percentile(took, 50), 1), round(percentile(took, 99), 1)];
  console.log(`  DescribeTasks of ${count}, ${atOnce} at once: ${perSecond}/s, p50 ${p50} ms, p99 ${p99} ms`);
  return perSecond;
}

function numberOf(option: BenchOptions[string] | undefined, otherwise: number): number {
  return typeof option === 'number' ? option : otherwise;
}
