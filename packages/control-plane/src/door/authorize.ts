import { accessDenied } from '@longshore/model';
import type { Caller } from '../api/operation.js';

export type ServiceName = 'EcsService' | 'LongshoreService' | 'AgentService';

/** An operation by its name on the wire. */
export interface OperationRef {
  readonly service: ServiceName;
  readonly name: string;
}

/** What a call is about, as far as its request says. */
export interface Resource {
  readonly cluster?: string | undefined;
  readonly instance?: string | undefined;
}

/** Answers whether a caller may; the place where policies and certificates go later. */
export type Authorize = (caller: Caller, operation: OperationRef, resource: Resource) => void;

/**
 * The door before every operation on both wires. Throws AccessDeniedException.
 * The first policy: access keys and the client token may all; the agents' token may the agent service, for the
 * instance that its session belongs to (the dispatcher holds the session to the instance). Anonymous callers may all
 * where the server was started without tokens, and nothing else.
 */
export function doorPolicy(options: { readonly anonymousMayAll: boolean }): Authorize {
  return (caller, operation) => {
    switch (caller.kind) {
      case 'access-key':
      case 'client-token':
        return;
      case 'agent':
        if (operation.service === 'AgentService') return;
        throw accessDenied(`An agent's token may not call ${operation.name}.`);
      case 'anonymous':
        if (options.anonymousMayAll) return;
        throw accessDenied(`${operation.name} needs a token: authorization: Bearer TOKEN.`);
    }
  };
}
