import { messageOf } from '@longshore/kit';
import type { StoreStatus } from '../store.js';
import type { Endpoint } from './endpoint.js';
import type { Header } from './wire.js';

interface StatusAnswer {
  readonly header: Header;
  readonly version: string;
  readonly dbSize: string;
  /** 0 from an etcd older than 3.4. */
  readonly dbSizeInUse: string;
  readonly leader: string;
  readonly errors: readonly string[];
}

/** What one member says of itself; an unreachable one says why. */
export async function memberStatus(endpoint: Endpoint): Promise<StoreStatus['members'][number]> {
  try {
    const answer = await endpoint.call<StatusAnswer>('Maintenance', 'status', {}, 3_000);
    const { header, version, dbSize, dbSizeInUse, leader, errors } = answer;
    return {
      endpoint: endpoint.address,
      memberId: header.member_id,
      version,
      dbBytes: Number(dbSize),
      dbBytesInUse: Number(dbSizeInUse) || Number(dbSize),
      leader: leader === header.member_id,
      ...(errors.length > 0 && { error: errors.join('; ') }),
    };
  } catch (thrown) {
    const nothing = { version: '', dbBytes: 0, dbBytesInUse: 0, leader: false };
    return { endpoint: endpoint.address, ...nothing, error: messageOf(thrown) };
  }
}
