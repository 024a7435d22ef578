import type { Clock, Random } from '@longshore/kit';
import { codecOf, type EpochRecord } from '@longshore/model';
import { BackendError, refusals } from '../backend.js';
import { endOf } from '../codecs.js';
import { folders } from '../records.js';
import type { StoreStatus } from '../store.js';
import { Endpoint, type EtcdTls, type Service } from './endpoint.js';
import { memberStatus } from './member-status.js';
import { defaultPrefix } from './open.js';
import { putProbe } from './put-probe.js';
import { type Header, type RangeAnswer, type TxnAnswer, Wire } from './wire.js';

export interface MaintenanceOptions {
  /** `http://host:port` or `https://host:port`, one for each member. */
  readonly endpoints: readonly string[];
  readonly prefix?: string;
  readonly tls?: EtcdTls | undefined;
  readonly clock: Clock;
}

export interface StoreAlarm {
  readonly memberId: string;
  /** As etcd names it, in capitals: NOSPACE, CORRUPT. */
  readonly alarm: string;
}

/** A member as the cluster's list has it. */
export interface ListedMember {
  readonly memberId: string;
  /** Empty where it has never started. */
  readonly name: string;
  readonly clientUrls: readonly string[];
}

/** What lies below the prefix, and where etcd stands. */
export interface StoreContents {
  readonly revision: number;
  /** Undefined where no control plane has used this prefix. */
  readonly epoch: EpochRecord | undefined;
  readonly tasks: number;
  readonly stoppedTasks: number;
  /** Replicas of the control plane that live, by name; after a restore those of then, until their leases end. */
  readonly replicas: readonly string[];
}

/** A minute's worth of the history of stopped tasks. */
export interface HistoryLease {
  readonly id: string;
  readonly secondsLeft: number;
  readonly stoppedTasks: number;
}

export interface NewEpoch {
  readonly before: string | undefined;
  readonly now: string;
}

const connectMs = 2_000;
const callMs = 5_000;
/** Compacting and defragmenting take as long as the database is large. */
const longCallMs = 15 * 60_000;
const historyFolder = `${folders.history.folder}/`;
/** Outside what servers watch; nothing lies there but for the moment of a probe. */
const probePath = 'probe';

/**
 * What keeps an etcd in order, without a control plane and without a cache. In the alarm NOSPACE etcd takes no put and
 * grants no lease.
 * Invariant: nothing here needs either, but for `newEpoch` and `refusingPuts`, which make no room.
 */
export class EtcdMaintenance {
  readonly #endpoints: readonly Endpoint[];
  readonly #prefix: string;
  readonly #wire: Wire;

  constructor({ endpoints, prefix = defaultPrefix, tls, clock }: MaintenanceOptions) {
    if (endpoints.length === 0) throw new Error('etcd needs at least one endpoint');
    this.#prefix = prefix;
    this.#wire = new Wire(prefix);
    this.#endpoints = endpoints.map((address) => new Endpoint({ address, tls, clock, connectMs }));
  }

  /** What each named member says of itself; one that does not answer says why. */
  members(): Promise<StoreStatus['members']> {
    return Promise.all(this.#endpoints.map((endpoint) => memberStatus(endpoint)));
  }

  async contents(): Promise<StoreContents> {
    const [epoch, tasks, stopped, replicas] = await Promise.all([
      this.#range({ key: this.#wire.key(folders.epoch.folder) }),
      this.#under(`${folders.task.folder}/`, { count_only: true }),
      this.#under(historyFolder, { count_only: true }),
      this.#under(`${folders.replica.folder}/`, { keys_only: true }),
    ]);
    const [record] = epoch.kvs;
    return {
      revision: Number(epoch.header.revision),
      epoch: record && codecOf('EpochRecord').decode(record.value),
      tasks: Number(tasks.count),
      stoppedTasks: Number(stopped.count),
      replicas: replicas.kvs.map((kv) => this.#wire.record(kv).path.split('/').at(-1) ?? ''),
    };
  }

  async alarms(): Promise<readonly StoreAlarm[]> {
    const { alarms } = await this.#call<AlarmAnswer>('Maintenance', 'alarm', { action: 'Get' });
    return alarms.map(toAlarm);
  }

  /** Takes back what is raised, or of that what `which` names; gives it. etcd raises NOSPACE again with the next put that does not fit. */
  async disarm(which?: string): Promise<readonly StoreAlarm[]> {
    const { alarms } = await this.#call<AlarmAnswer>('Maintenance', 'alarm', { action: 'Get' });
    const wanted = alarms.filter((one) => which === undefined || toAlarm(one).alarm === which);
    for (const { memberID, alarm } of wanted)
      await this.#call('Maintenance', 'alarm', { action: 'Deactivate', memberID, alarm });
    return wanted.map(toAlarm);
  }

  /** All members of the cluster, named or not. */
  async listed(): Promise<readonly ListedMember[]> {
    const { members } = await this.#call<MemberListAnswer>('Cluster', 'memberList', {});
    return members.map(({ ID, name, clientURLs }) => ({ memberId: ID, name, clientUrls: clientURLs }));
  }

  /**
   * The named members that refuse a put of a server's largest size for want of space. Each is asked itself: the quota is
   * held against the size of every member's own file, when it takes a put and once more when it applies anybody's.
   */
  async refusingPuts(): Promise<readonly string[]> {
    const key = this.#wire.key(probePath);
    const refusing: string[] = [];
    for (const endpoint of this.#endpoints) {
      try {
        await endpoint.call('KV', 'txn', putProbe(key), callMs);
      } catch (thrown) {
        if (!(thrown instanceof BackendError && thrown.code === refusals.noSpace)) throw thrown;
        refusing.push(endpoint.address);
      }
    }
    await this.#call('KV', 'deleteRange', { key });
    return refusing;
  }

  /**
   * Forgets what was before `revision`, and resolves when its pages are free at every named member that answers: each
   * compacts by itself, in small steps, and shows the end only to who asks it.
   */
  async compact(revision: number): Promise<void> {
    const asked = await Promise.allSettled(this.#endpoints.map((one) => compactAt(one, revision)));
    const failed = asked.filter((one) => one.status === 'rejected').map((one) => one.reason as unknown);
    const refused = failed.find((thrown) => thrown instanceof BackendError && thrown.fate === 'refused');
    if (refused) throw refused;
    if (failed.length === asked.length) throw failed[0];
  }

  /** Rewrites the file of one member without its free pages. The member answers nothing meanwhile. */
  async defragment(address: string): Promise<void> {
    const endpoint = this.#endpoints.find((one) => one.address === address);
    if (!endpoint) throw new Error(`${address} is none of the endpoints`);
    await endpoint.call('Maintenance', 'defragment', {}, longCallMs);
  }

  /** The leases on which nothing but history hangs, oldest first. */
  async historyLeases(): Promise<readonly HistoryLease[]> {
    const { leases } = await this.#call<{ leases: readonly { ID: string }[] }>('Lease', 'leaseLeases', {});
    const found: HistoryLease[] = [];
    for (const { ID } of leases) {
      const lease = await this.#historyLease(ID);
      if (lease) found.push(lease);
    }
    return found.sort((a, b) => a.secondsLeft - b.secondsLeft);
  }

  /** Deletes what hangs on the lease. One that is gone is no error. */
  async revoke(lease: Pick<HistoryLease, 'id'>): Promise<void> {
    try {
      await this.#call('Lease', 'leaseRevoke', { ID: lease.id });
    } catch (thrown) {
      if (!(thrown instanceof BackendError && thrown.code === refusals.leaseGone)) throw thrown;
    }
  }

  /** Begins another history of the store: what agents run and this store does not list is then theirs to report, not to stop. */
  async newEpoch(random: Random, nowMs: number): Promise<NewEpoch> {
    const key = this.#wire.key(folders.epoch.folder);
    const now = random.hexId();
    const value = codecOf('EpochRecord').encode({ epoch: now, createdAtMs: nowMs });
    let before: string | undefined;
    for (;;) {
      const [found] = (await this.#range({ key })).kvs;
      const present = found && codecOf('EpochRecord').decode(found.value).epoch;
      // The answer to an earlier try was lost, and the try was not.
      if (present === now) return { before, now };
      before = present;
      const compare = [
        { key, result: 'Equal', target: 'Mod', mod_revision: Number(found?.mod_revision ?? 0) },
      ];
      const success = [{ request_put: { key, value } }];
      const answer = await this.#call<TxnAnswer>('KV', 'txn', { compare, success, failure: [] });
      if (answer.succeeded) return { before, now };
    }
  }

  close(): void {
    for (const endpoint of this.#endpoints) endpoint.close();
  }

  /** Undefined where anything else hangs on the lease, or nothing: it may be one that is being filled. */
  async #historyLease(id: string): Promise<HistoryLease | undefined> {
    const answer = await this.#call<LeaseAnswer>('Lease', 'leaseTimeToLive', { ID: id, keys: true });
    const secondsLeft = Number(answer.TTL);
    const under = `${this.#prefix}${historyFolder}`;
    const isHistory = answer.keys.length > 0 && answer.keys.every((key) => key.toString().startsWith(under));
    return isHistory && secondsLeft > 0 ? { id, secondsLeft, stoppedTasks: answer.keys.length } : undefined;
  }

  #under(folder: string, more: object): Promise<RangeAnswer> {
    return this.#range({ key: this.#wire.key(folder), range_end: this.#wire.key(endOf(folder)), ...more });
  }

  #range(payload: object): Promise<RangeAnswer> {
    return this.#call<RangeAnswer>('KV', 'range', payload);
  }

  /** At the first member that answers: all of this may be done twice. */
  async #call<T>(service: Service, method: string, payload: object, withinMs = callMs): Promise<T> {
    let last: unknown;
    for (const endpoint of this.#endpoints) {
      try {
        return await endpoint.call<T>(service, method, payload, withinMs);
      } catch (thrown) {
        if (!(thrown instanceof BackendError) || thrown.fate === 'refused') throw thrown;
        last = thrown;
      }
    }
    throw last;
  }
}

/** The client's names for etcd's alarms are in small letters but for the first. */
interface AlarmAnswer {
  readonly alarms: readonly { readonly memberID: string; readonly alarm: string }[];
}

interface MemberListAnswer {
  readonly members: readonly {
    readonly ID: string;
    readonly name: string;
    readonly clientURLs: readonly string[];
  }[];
}

interface LeaseAnswer {
  readonly header: Header;
  readonly TTL: string;
  readonly keys: readonly Buffer[];
}

/** etcd says that this is done already once that is true, also where another has asked for it. */
async function compactAt(endpoint: Endpoint, revision: number): Promise<void> {
  try {
    await endpoint.call('KV', 'compact', { revision, physical: true }, longCallMs);
  } catch (thrown) {
    if (!(thrown instanceof BackendError && thrown.code === refusals.compacted)) throw thrown;
  }
}

function toAlarm({ memberID, alarm }: AlarmAnswer['alarms'][number]): StoreAlarm {
  return { memberId: memberID, alarm: alarm.toUpperCase() };
}
