import { invalidParameter } from '@longshore/model';
import type { Call, OperationContext } from '../operation.js';

/** Whom a setting is for: `root` stands for everybody in the account who has none of their own. */
export interface Principal {
  /** The resource part of the principal's ARN: `root`, `user/NAME`, `role/NAME`. */
  readonly resource: string;
  /** As it stands in a key, which takes no slash. */
  readonly keyName: string;
}

export const root: Principal = principal('root');

function principal(resource: string): Principal {
  return { resource, keyName: encodeURIComponent(resource) };
}

export function callerPrincipal(call: Pick<Call, 'caller'>): Principal {
  return userPrincipal(call.caller.name);
}

/** A caller by its name, as records remember it. */
export function userPrincipal(name: string): Principal {
  return principal(`user/${name || 'anonymous'}`);
}

/** The principal that a request names by ARN; none means the caller. */
export function principalOf(
  arn: string | undefined,
  call: Pick<Call, 'caller'>,
  context: Pick<OperationContext, 'accountId'>,
): Principal {
  if (!arn) return callerPrincipal(call);
  const match = /^arn:aws[a-z-]*:iam::(\d{12}):((?:user|role)\/[\w+=,.@/-]{1,512}|root)$/.exec(arn);
  if (!match || match[1] !== context.accountId)
    throw invalidParameter('principalArn is not the ARN of a user, role or root of this account.');
  return principal(match[2] ?? 'root');
}

export function principalArn({ resource }: Principal, context: Pick<OperationContext, 'accountId'>): string {
  return `arn:aws:iam::${context.accountId}:${resource}`;
}

/** From a key's name back. */
export function principalOfKey(keyName: string): Principal {
  return { resource: decodeURIComponent(keyName), keyName };
}
