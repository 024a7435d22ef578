import type { AgentServiceOperations } from '@longshore/model';
import type { AgentClient } from '@longshore/rpc';

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

export function controlPlaneOf(client: AgentClient): ControlPlane {
  return {
    register: (request, bounds) => client.Register(request, bounds),
    poll: (request, bounds) => client.Poll(request, bounds),
    report: (request, bounds) => client.Report(request, bounds),
    reportUtilisation: (request, bounds) => client.ReportUtilisation(request, bounds),
    taskProtection: (request, bounds) => client.TaskProtection(request, bounds),
  };
}
