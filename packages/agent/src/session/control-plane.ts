import { type AgentServiceOperations, hasExchange } from '@longshore/model';
import { type AgentLine, agentClient, agentLine, type Channel } from '@longshore/rpc';

type Request<M extends keyof AgentServiceOperations> = AgentServiceOperations[M]['request'];
type Response<M extends keyof AgentServiceOperations> = AgentServiceOperations[M]['response'];

export interface CallBounds {
  readonly signal?: AbortSignal;
  readonly timeoutMs?: number;
}

/** What the agent asks of the control plane. Rejects with a CodedError; `retryable` means: the same again later. */
export interface ControlPlane {
  register(request: Request<'Register'>, bounds?: CallBounds): Promise<Response<'Register'>>;
  poll(request: Request<'Poll'>, bounds?: CallBounds): Promise<Response<'Poll'>>;
  report(request: Request<'Report'>, bounds?: CallBounds): Promise<Response<'Report'>>;
  reportUtilisation(
    request: Request<'ReportUtilisation'>,
    bounds?: CallBounds,
  ): Promise<Response<'ReportUtilisation'>>;
  taskProtection(
    request: Request<'TaskProtection'>,
    bounds?: CallBounds,
  ): Promise<Response<'TaskProtection'>>;
}

/**
 * By the channel: registers by a call of its own, and makes what comes after calls of one stream where the server that
 * answered has that. Every registration opens a stream of its own.
 */
export function controlPlaneOf(channel: Channel): ControlPlane {
  const client = agentClient(channel);
  let line: AgentLine | undefined;
  const open = (): Omit<AgentLine, 'close'> => line ?? client;
  return {
    register: async (request, bounds) => {
      line?.close();
      line = undefined;
      const answer = await client.Register(request, bounds);
      if (answer.protocol && hasExchange(answer.protocol)) line = agentLine(channel);
      return answer;
    },
    poll: (request, bounds) => open().Poll(request, bounds),
    report: (request, bounds) => open().Report(request, bounds),
    reportUtilisation: (request, bounds) => open().ReportUtilisation(request, bounds),
    taskProtection: (request, bounds) => open().TaskProtection(request, bounds),
  };
}
