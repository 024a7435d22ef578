import type { SealKey } from '@longshore/aws-api';
import type { Config } from '../config/config.js';
import type { Sessions } from '../dispatcher/sessions.js';
import type { UtilisationMemory } from '../dispatcher/utilisation.js';
import type { PlacingContext } from './context.js';

/** Asks another replica what only it knows. */
export interface Peers {
  /** The utilisation that the replica at this address holds of these instances. */
  utilisation(
    address: string,
    cluster: string,
    instances: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly import('@longshore/model').InstanceUtilisation[]>;
  /** The name of the replica that answers at this address. */
  nameOf(address: string, signal: AbortSignal): Promise<string | undefined>;
}

/** What Longshore's own operations work with. */
export interface ServerContext extends PlacingContext {
  readonly config: Config;
  readonly replica: string;
  readonly version: string;
  readonly sessions: Sessions;
  readonly utilisation: UtilisationMemory;
  readonly peers: Peers;
  /** Undefined: no key file, so no secret can be sealed. */
  readonly sealKey: SealKey | undefined;
}
