import type { ChannelOptions } from '@grpc/grpc-js';

/** Pings on a connection: how often, and how long an answer may take. Both sides set them (milliseconds). */
export interface KeepAlive {
  readonly timeMs: number;
  readonly timeoutMs: number;
}

/** A peer that died without a word is noticed within 15 s. */
export const defaultKeepAlive: KeepAlive = { timeMs: 10_000, timeoutMs: 5_000 };

export function keepAliveOptions(keepAlive: KeepAlive): ChannelOptions {
  return {
    'grpc.keepalive_time_ms': keepAlive.timeMs,
    'grpc.keepalive_timeout_ms': keepAlive.timeoutMs,
    // An idle agent's connection must be watched too.
    'grpc.keepalive_permit_without_calls': 1,
  };
}
