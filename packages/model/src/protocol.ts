import type { ProtocolVersion } from './generated/shapes.js';

/**
 * The version of agent.proto that this code speaks. Agents and servers of the same major version understand each
 * other while their minor versions differ by one at most.
 */
export const agentProtocol: ProtocolVersion = { major: 1, minor: 1 };

/** Whether who speaks this version takes calls by Exchange. */
export function hasExchange({ minor }: ProtocolVersion): boolean {
  return minor >= 1;
}
