import { accessDenied } from '@longshore/model';
import type { Caller } from '../api/operation.js';
import { sameToken, type Tokens } from './tokens.js';

const anonymous: Caller = { kind: 'anonymous', name: 'anonymous' };
const client: Caller = { kind: 'client-token', name: 'client' };
const agent: Caller = { kind: 'agent', name: 'agent' };

/**
 * Who carries this bearer token. Without one, anonymous; a token that is neither of ours is AccessDeniedException at
 * once, so that a mistyped one is never taken for none.
 */
export function callerOf(token: string | undefined, tokens: Tokens | undefined): Caller {
  if (token === undefined || !tokens) return anonymous;
  const isClient = sameToken(token, tokens.client);
  const isAgent = sameToken(token, tokens.agent);
  if (isClient) return client;
  if (isAgent) return agent;
  throw accessDenied('The token is not one of this cluster.');
}
