import { unseal } from '@longshore/aws-api';
import { keyOf } from '@longshore/store';
import type { ServerContext } from './api/server-context.js';

/** The secret of an access key; undefined where there is no such key, or nothing to open it with. */
export function secretOfKey(
  context: Pick<ServerContext, 'store' | 'sealKey'>,
  accessKeyId: string,
): string | undefined {
  if (!context.sealKey || !/^[A-Z0-9]{16,128}$/.test(accessKeyId)) return undefined;
  const stored = context.store.get(keyOf('accessKey', accessKeyId));
  return stored && unseal(context.sealKey, stored.value.sealedSecret, accessKeyId);
}
