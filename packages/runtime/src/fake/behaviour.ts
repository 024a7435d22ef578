import type { ContainerFacts, ContainerSpec, ContainerUsage } from '../driver.js';

/** What a container of the fake engine does. Absent: it starts at once and runs until it is stopped. */
export interface ContainerBehaviour {
  /** The engine's words for a create that it refuses. */
  readonly createError?: string;
  readonly startMs?: number;
  /** The engine's words for a start that fails. */
  readonly startError?: string;
  /** The start fails because somebody outside the engine holds a host port. */
  readonly portClash?: boolean;
  /** It ends by itself this long after its start. */
  readonly exitAfterMs?: number;
  /** With which it ends by itself; 0 where absent. */
  readonly exitCode?: number;
  readonly outOfMemory?: boolean;
  /** How long it takes to end after SIGTERM. `never`: it waits for SIGKILL. */
  readonly stopMs?: number | 'never';
  /** With which it ends after SIGTERM; 143 where absent. */
  readonly stopExitCode?: number;
  /** Its health, by time since its start. Absent: `none`, or `starting` where its definition has a health check. */
  readonly health?: readonly { readonly afterMs: number; readonly status: ContainerFacts['health'] }[];
  readonly log?: string;
  readonly usage?: (uptimeMs: number) => Partial<ContainerUsage>;
}

/** Looked up at create and at each start; `start` counts from 1 (0 at create), so a restart may behave otherwise. */
export type Script = (spec: ContainerSpec, start: number) => ContainerBehaviour;

/** What a pull of an image does. Absent: it succeeds at once. */
export interface PullBehaviour {
  readonly delayMs?: number;
  /** The registry's words. */
  readonly error?: string;
}

/** The same behaviour for all; or by the name of the container definition, `*` for the rest. */
export function scriptOf(byDefinition: Readonly<Record<string, ContainerBehaviour>>): Script {
  return (spec) => byDefinition[spec.definition.name ?? ''] ?? byDefinition['*'] ?? {};
}
