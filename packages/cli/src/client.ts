import {
  type Channel,
  type ClientTls,
  type EcsClient,
  ecsClient,
  type LongshoreClient,
  longshoreClient,
  openChannel,
} from '@longshore/rpc';

export { type CallOptions, type EcsClient, type LongshoreClient, RpcError } from '@longshore/rpc';

export interface ConnectOptions {
  /** `host:port`, `https://host:port`, or several of them: the replicas of one control plane. Default 127.0.0.1:7400. */
  readonly endpoint?: string | readonly string[];
  /** The client token of the control plane; a function is asked at each call. */
  readonly token?: string | (() => string | undefined);
  /** PEM files; without them an `https://` endpoint is checked against Node's own authorities. */
  readonly tls?: ClientTls;
  /** The region that ARNs in answers carry; absent: the server's. */
  readonly region?: string;
  /** For requests that name no cluster; absent: `default`, as ECS has it. */
  readonly cluster?: string;
}

/** A control plane: `ecs` has ECS's operations under their own names, `longshore` what Longshore adds. */
export interface LongshoreConnection {
  readonly ecs: EcsClient;
  readonly longshore: LongshoreClient;
  readonly close: () => void;
}

/**
 * Connects to a control plane by gRPC. Nothing is sent before the first call; connections come back by themselves.
 *
 *     const { ecs, close } = connect({ endpoint: '127.0.0.1:7400', cluster: 'blue' });
 *     const { tasks } = await ecs.RunTask({ taskDefinition: 'web:3', count: 2 });
 *
 * Calls end after 30 s unless `timeoutMs` says otherwise. Reads, and RunTask under its clientToken (made where absent),
 * are sent again while the control plane is away; all else only when the server says that it did nothing.
 * Every call throws RpcError: `code` is ECS's exception (`ClusterNotFoundException`), or `UNAVAILABLE`.
 */
export function connect(options: ConnectOptions = {}): LongshoreConnection {
  const { endpoint = '127.0.0.1:7400', token, tls, region, cluster } = options;
  const endpoints = typeof endpoint === 'string' ? [endpoint] : endpoint;
  const channel: Channel = openChannel({ endpoints, token, tls, region, cluster });
  return { ecs: ecsClient(channel), longshore: longshoreClient(channel), close: () => channel.close() };
}
