import { createHash } from 'node:crypto';
import type { Clock, Logger } from '@longshore/kit';
import {
  agentProtocol,
  clientException,
  clusterNotFound,
  clusterReference,
  type InstanceRecord,
  invalidParameter,
  type RegisterRequest,
  type RegisterResponse,
  serverException,
  storeAway,
} from '@longshore/model';
import { keyOf, type Lease, type Store, type Stored } from '@longshore/store';
import type { Pacer } from './pace.js';
import { checkProtocol } from './protocol.js';
import type { Sessions } from './sessions.js';

const attempts = 20;

export interface RegistrationParts {
  readonly store: Store;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly sessions: Sessions;
  readonly pacer: Pacer;
  /** The replica's lease, which sessions hang on; undefined while it has none. */
  readonly lease: () => Lease | undefined;
  readonly replica: string;
  readonly serverVersion: string;
  readonly accountId: string;
  readonly region: string;
  /** The ACTIVE cluster of that name; `default` comes by itself. Throws ClusterNotFoundException. */
  readonly cluster: (name: string, signal: AbortSignal) => Promise<Stored<'cluster'>>;
}

/** Lets agents join: one commit writes the instance, its fence and the session on this replica's lease. */
export class Registrations {
  readonly #parts: RegistrationParts;

  constructor(parts: RegistrationParts) {
    this.#parts = parts;
  }

  async register(request: RegisterRequest, signal: AbortSignal): Promise<RegisterResponse> {
    checkProtocol(request.protocol, request.agentVersion);
    if (!request.resources) throw invalidParameter('Register: resources are missing.');
    if (request.nonce === '') throw invalidParameter('Register: nonce is missing.');
    const reference = clusterReference(request.cluster, this.#parts.accountId);
    if (!reference.ok) throw clusterNotFound();
    const cluster = reference.value;
    const isNew = request.joinAsNew || request.instance === '';
    const instance = isNew ? this.#newId(cluster, request.nonce) : request.instance;
    if (!/^[0-9a-f]{32}$/.test(instance))
      throw invalidParameter('Register: instance is no id of 32 hex digits.');
    for (let attempt = 0; attempt < attempts; attempt++) {
      const session = await this.#attempt(request, { cluster, instance, isNew }, signal);
      if (session === undefined) continue;
      this.#parts.sessions.open({ cluster, instance, session });
      const { logger } = this.#parts;
      logger.info({ cluster, instance, name: request.name, session, isNew }, 'instance registered');
      return this.#answer(cluster, instance, session);
    }
    throw serverException('The registration was overtaken too often: try again.');
  }

  /** The session's id, or undefined where another wrote first. */
  async #attempt(
    request: RegisterRequest,
    joining: { readonly cluster: string; readonly instance: string; readonly isNew: boolean },
    signal: AbortSignal,
  ): Promise<number | undefined> {
    const { store, clock } = this.#parts;
    const { cluster, instance } = joining;
    const lease = this.#parts.lease();
    if (!lease || lease.lost.aborted) throw storeAway('this replica has no lease at the moment: ask another');
    const key = keyOf('instance', cluster, instance);
    const fenceKey = keyOf('fence', cluster, instance);
    const sessionKey = keyOf('session', cluster, instance);
    const ofCluster = await this.#parts.cluster(cluster, signal);
    const known = store.get(key);
    if (known) checkWelcome(known, request, store.epoch);
    else if (!joining.isNew) await this.#checkForgotten(request, cluster, signal);
    const fence = store.get(fenceKey);
    const outcome = await store.commit(
      {
        expect: [
          { key: ofCluster.key, revision: ofCluster.revision },
          { key, revision: known?.revision ?? 0 },
          { key: fenceKey, revision: fence?.revision ?? 0 },
        ],
        write: [
          { put: key, value: instanceRecord(request, known, { nowMs: clock.wallMs(), epoch: store.epoch }) },
          { put: fenceKey, value: { counter: (fence?.value.counter ?? 0) + 1 } },
          {
            put: sessionKey,
            value: { replica: this.#parts.replica, startedAtMs: clock.wallMs() },
            lease,
          },
        ],
      },
      { signal },
    );
    if (outcome.ok) return outcome.revision;
    await store.reached(outcome.conflict.asOf, signal);
    return undefined;
  }

  /**
   * An instance that this store had and has no more was deregistered, and stays so; one of another epoch (etcd was
   * restored or emptied) takes its place again under its old id.
   */
  async #checkForgotten(request: RegisterRequest, cluster: string, signal: AbortSignal): Promise<void> {
    const { store, logger } = this.#parts;
    const { instance } = request;
    await store.barrier(signal);
    if (store.get(keyOf('instance', cluster, instance))) return;
    if (request.epoch === store.epoch) throw deregistered(instance);
    logger.warn({ cluster, instance, epoch: request.epoch }, 'instance of another epoch joins again');
  }

  /** From the nonce, so that an agent whose answer was lost finds its instance instead of making a second. */
  #newId(cluster: string, nonce: string): string {
    const text = JSON.stringify(['instance', this.#parts.accountId, cluster, nonce]);
    return createHash('sha256').update(text).digest('hex').slice(0, 32);
  }

  #answer(cluster: string, instance: string, session: number): RegisterResponse {
    return {
      instance,
      cluster,
      session,
      protocol: agentProtocol,
      serverVersion: this.#parts.serverVersion,
      accountId: this.#parts.accountId,
      region: this.#parts.region,
      pace: this.#parts.pacer.pace(),
      epoch: this.#parts.store.epoch,
    };
  }
}

function checkWelcome(known: Stored<'instance'>, request: RegisterRequest, epoch: string): void {
  const { nonces, name, status } = known.value;
  if (status === 'DEREGISTERING') throw deregistered(request.instance);
  if (nonces.length === 0) return;
  // Both come from before a restore: it is the store that was rolled back. Once, for then the record is of this epoch.
  if (known.value.epoch !== epoch && request.epoch !== epoch) return;
  if (nonces.includes(request.nonce) || nonces.includes(request.previousNonce)) return;
  // A cloned machine, or one whose disk was rolled back, holds neither.
  throw clientException(
    `container instance ${request.instance} belongs to host ${name}: this data directory is a copy or was rolled ` +
      'back. Start the agent with an empty data directory, or with --join-as-new',
  );
}

function deregistered(instance: string): Error {
  return clientException(
    `container instance ${instance} was deregistered: start the agent with an empty data directory, or with ` +
      '--join-as-new',
  );
}

function instanceRecord(
  request: RegisterRequest,
  known: Stored<'instance'> | undefined,
  now: { readonly nowMs: number; readonly epoch: string },
): InstanceRecord {
  const base: InstanceRecord = known?.value ?? {
    name: '',
    agentVersion: '',
    agentHash: '',
    dockerVersion: '',
    agentAttributes: [],
    nonces: [],
    registeredAtMs: now.nowMs,
    protocolMinor: 0,
    address: '',
    customAttributes: [],
    status: 'ACTIVE',
    tags: request.tags,
    capacityProviderName: '',
    lostSinceMs: 0,
    overdueSinceMs: 0,
    impairedReason: '',
    reportedSession: 0,
    version: 0,
    epoch: now.epoch,
  };
  return {
    ...base,
    name: request.name,
    agentVersion: request.agentVersion,
    agentHash: request.agentHash,
    dockerVersion: request.dockerVersion,
    agentAttributes: request.attributes,
    resources: request.resources,
    // Invariant: only the newest is held, so that an older copy of the disk, which has the one before, is refused.
    nonces: [request.nonce],
    protocolMinor: request.protocol?.minor ?? 0,
    epoch: now.epoch,
    // A new session: heard now, and closed to placements until its complete report is committed.
    overdueSinceMs: 0,
    version: base.version + 1,
  };
}
