import { type ChannelOptions, Client } from '@grpc/grpc-js';
import { type Clock, leanHttp2, type Random, systemClock, systemRandom } from '@longshore/kit';
import { clientKeepAlive, type KeepAlive, keepAliveOptions } from '../channel-options.js';
import { type ClientTls, channelCredentials } from '../tls.js';
import { parseEndpoints } from './endpoints.js';
import { registerNames, scheme } from './resolver.js';

export interface ChannelSettings {
  /** `host:port`, or with `http://` or `https://` before it; several are replicas of one control plane. */
  readonly endpoints: readonly string[];
  /** Sent with every call as `authorization: Bearer`; a function is asked at each call, so that a file may change. */
  readonly token?: string | (() => string | undefined) | undefined;
  /** Absent: TLS with Node's authorities where an endpoint says https, else plain text. */
  readonly tls?: ClientTls | undefined;
  /** `spread` (clients): every call to the next replica. `one` (agents): one connection, to a replica by chance. */
  readonly balance?: 'spread' | 'one';
  /** Sent with every call: the region that ARNs in answers carry. */
  readonly region?: string | undefined;
  /** Filled into requests that have a `cluster` member and do not say. */
  readonly cluster?: string | undefined;
  /** How long calls that may be sent again are, while nothing answers; 5 s is a server's restart. 0: never. */
  readonly retryForMs?: number;
  readonly keepAlive?: KeepAlive;
  readonly clock?: Clock;
  readonly random?: Random;
}

/**
 * What a server may send before it hears that it was read. With HTTP/2's 64 KiB a connection carries as much in a turn of
 * both event loops: where a busy server takes half a second for one, answers wait behind each other for half a minute.
 */
const flowWindowBytes = 2 ** 20;

const hidden = Symbol('grpc client');

/** Connections to a control plane; made on the first call, shared by the clients that are made of it. */
export interface Channel {
  readonly settings: ChannelSettings;
  readonly clock: Clock;
  readonly random: Random;
  /** Ends connections at once; calls that run end as CANCELLED. */
  close(): void;
}

interface OpenChannel extends Channel {
  readonly [hidden]: Client;
}

/** Throws an Error where an endpoint is malformed or a TLS file cannot be read. Does not connect yet. */
export function openChannel(settings: ChannelSettings): Channel {
  const endpoints = parseEndpoints(settings.endpoints);
  if (endpoints.secure === false && settings.tls)
    throw new Error(`endpoints ${endpoints.addresses.join(',')} say http, and TLS files are given`);
  const tls = settings.tls ?? (endpoints.secure ? {} : undefined);
  registerNames();
  leanHttp2();
  const target = `${scheme}:${endpoints.addresses.join(',')}`;
  const credentials = channelCredentials(tls, hostOf(endpoints.addresses[0]));
  const client = new Client(target, credentials, channelOptions(settings, tls));
  const channel: OpenChannel = {
    settings,
    clock: settings.clock ?? systemClock,
    random: settings.random ?? systemRandom,
    close: () => client.close(),
    [hidden]: client,
  };
  return channel;
}

/** grpc-js' client of a channel, for this package alone. */
export function grpcClientOf(channel: Channel): Client {
  return (channel as OpenChannel)[hidden];
}

function channelOptions(settings: ChannelSettings, tls: ClientTls | undefined): ChannelOptions {
  const balancing =
    settings.balance === 'one' ? { pick_first: { shuffleAddressList: true } } : { round_robin: {} };
  return {
    ...keepAliveOptions(settings.keepAlive ?? clientKeepAlive),
    'grpc.service_config': JSON.stringify({ loadBalancingConfig: [balancing] }),
    'grpc.max_receive_message_length': 64 * 1024 * 1024,
    'grpc-node.flow_control_window': flowWindowBytes,
    'grpc.max_send_message_length': -1,
    'grpc.initial_reconnect_backoff_ms': 200,
    'grpc.max_reconnect_backoff_ms': 5_000,
    // A session is one connection: never share it with another channel of the process.
    'grpc.use_local_subchannel_pool': 1,
    ...(tls?.serverName === undefined ? {} : nameOverride(tls.serverName)),
  };
}

/** `10.0.0.1:7400` and `[::1]:7400` without port and brackets. */
function hostOf(address = ''): string {
  return address.replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1');
}

function nameOverride(serverName: string): ChannelOptions {
  return { 'grpc.ssl_target_name_override': serverName, 'grpc.default_authority': serverName };
}
