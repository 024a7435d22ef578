import type { ChannelOptions } from '@grpc/grpc-js';

/** Pings on a connection: how often, and how long an answer may take. Both sides set them (milliseconds). */
export interface KeepAlive {
  readonly timeMs: number;
  readonly timeoutMs: number;
}

/**
 * A server that died without a word is noticed within 20 s, and one that is only busy is not left by all of its agents at
 * once, who would keep it busier still; to the server these pings are an agent's heartbeat.
 */
export const clientKeepAlive: KeepAlive = { timeMs: 10_000, timeoutMs: 10_000 };

/**
 * A client that died without a word is let go of within 130 s: nothing waits for that (an agent's silence is noticed by what
 * does not come), and there are many of them.
 */
export const serverKeepAlive: KeepAlive = { timeMs: 120_000, timeoutMs: 10_000 };

export function keepAliveOptions(keepAlive: KeepAlive): ChannelOptions {
  return {
    'grpc.keepalive_time_ms': keepAlive.timeMs,
    'grpc.keepalive_timeout_ms': keepAlive.timeoutMs,
    // An idle agent's connection must be watched too.
    'grpc.keepalive_permit_without_calls': 1,
    // Nobody asks channelz, and it counts every message and call.
    'grpc.enable_channelz': 0,
  };
}
