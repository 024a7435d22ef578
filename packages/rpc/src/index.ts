export type { KeepAlive } from './channel-options.js';
export { type Channel, type ChannelSettings, openChannel } from './client/channel.js';
export {
  type AgentClient,
  agentClient,
  type Client,
  type EcsClient,
  ecsClient,
  type LongshoreClient,
  longshoreClient,
} from './client/clients.js';
export { type Endpoints, parseEndpoints } from './client/endpoints.js';
export { type AgentLine, agentLine } from './client/exchange.js';
export type { CallOptions } from './client/invoke.js';
export type { RequestOf, ResponseOf, ServiceName, ServiceOperations, StreamingMethod } from './contract.js';
export { errorOf, RpcError, type StatusName, statusOf, type WireStatus } from './errors.js';
export type { Attempt, Outcome, RpcCall } from './server/call.js';
export type { Connection } from './server/connections.js';
export { type Handlers, RpcServer, type RpcServerOptions } from './server/rpc-server.js';
export type { ClientTls, ServerTls } from './tls.js';
