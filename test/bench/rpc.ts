import { Client, credentials, Metadata, Server, ServerCredentials } from '@grpc/grpc-js';
import { silentLogger } from '@longshore/kit';
import { codecOf, type ReportUtilisationRequest, type ReportUtilisationResponse } from '@longshore/model';
import { agentClient, openChannel, RpcServer } from '@longshore/rpc';
import type { BenchOptions, Figures } from './main.js';
import { inTurns, median, ratioOf, round, setUp } from './support/figures.js';

export const description =
  'a unary call through our server and client beside bare grpc-js, by processor time';

const bar = 1.2;

const request: ReportUtilisationRequest = {
  cluster: 'default',
  instance: '0123456789abcdef0123456789abcdef',
  session: 4711,
  host: undefined,
  containers: [],
  pulls: [],
};
const response: ReportUtilisationResponse = {
  pace: { heartbeatMs: 60_000, reportMs: 0, utilisationMs: 50_000 },
};

interface Side {
  call(): Promise<ReportUtilisationResponse>;
  close(): Promise<void>;
}

/** `--pairs`, `--calls` a turn, `--at-once`. */
export async function run(options: BenchOptions): Promise<Figures> {
  const short = options.short === true;
  const pairs = numberOf(options.pairs, short ? 1 : 9);
  const calls = numberOf(options.calls, short ? 200 : 4000);
  const atOnce = numberOf(options.atOnce, 16);
  console.log(
    `rpc on ${setUp()}: ${calls} calls a turn, ${atOnce} at once, server and client in one process`,
  );
  const [ours, bare] = [await openOurs(), await openBare()];
  try {
    const turn = (side: Side) => (): Promise<number> => microsACall(side, calls, atOnce);
    for (const side of [ours, bare]) await turn(side)();
    const measured = await inTurns(pairs, turn(ours), turn(bare));
    const ratio = ratioOf(measured);
    const [oursMicros, bareMicros] = [0, 1].map((i) =>
      round(median(measured.map((pair) => pair[i] ?? 0)), 1),
    );
    console.log(`  a call: ${oursMicros} us of processor, bare ${bareMicros} us`);
    console.log(`  ratio ${ratio.median} (${ratio.lowest} to ${ratio.highest}), bar ${bar}`);
    return { pairs, calls, atOnce, oursMicros, bareMicros, rpcRatioToBare: ratio };
  } finally {
    await Promise.all([ours.close(), bare.close()]);
  }
}

async function microsACall(side: Side, calls: number, atOnce: number): Promise<number> {
  const before = process.cpuUsage();
  let left = calls;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const { pace } = await side.call();
      if (pace?.utilisationMs !== 50_000) throw new Error('the answer is another than the server gave');
    }
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
  const { user, system } = process.cpuUsage(before);
  return (user + system) / calls;
}

async function openOurs(): Promise<Side> {
  const server = new RpcServer({
    listen: { host: '127.0.0.1', port: 0 },
    authorize: () => undefined,
    logger: silentLogger,
    stopWithinMs: 100,
  });
  server.serve('AgentService', { ReportUtilisation: async () => response });
  await server.start();
  const channel = openChannel({ endpoints: [`127.0.0.1:${server.port}`], balance: 'one' });
  const client = agentClient(channel);
  return {
    call: () => client.ReportUtilisation(request),
    close: async () => {
      channel.close();
      await server.stop();
    },
  };
}

async function openBare(): Promise<Side> {
  const path = '/longshore.v1.AgentService/ReportUtilisation';
  const [asked, answered] = [codecOf('ReportUtilisationRequest'), codecOf('ReportUtilisationResponse')];
  const encode = (value: ReportUtilisationRequest): Buffer => Buffer.from(asked.encode(value));
  const server = new Server();
  server.addService(
    {
      ReportUtilisation: {
        path,
        requestStream: false,
        responseStream: false,
        requestSerialize: encode,
        requestDeserialize: (bytes: Buffer) => asked.decode(bytes),
        responseSerialize: (value: ReportUtilisationResponse) => Buffer.from(answered.encode(value)),
        responseDeserialize: (bytes: Buffer) => answered.decode(bytes),
      },
    },
    {
      ReportUtilisation: (_call: unknown, done: (error: null, value: unknown) => void) =>
        done(null, response),
    },
  );
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const decode = (bytes: Buffer): ReportUtilisationResponse => answered.decode(bytes);
  return {
    call: () =>
      new Promise((resolve, reject) =>
        client.makeUnaryRequest(path, encode, decode, request, new Metadata(), {}, (error, value) =>
          error || !value ? reject(error ?? new Error('no answer')) : resolve(value),
        ),
      ),
    close: async () => {
      client.close();
      server.forceShutdown();
    },
  };
}

function numberOf(option: BenchOptions[string] | undefined, otherwise: number): number {
  return typeof option === 'number' ? option : otherwise;
}
