import type { InstanceUtilisation } from '@longshore/model';
import { type Channel, longshoreClient, openChannel } from '@longshore/rpc';
import type { Peers } from './api/server-context.js';

const askMs = 2000;
/** Somebody waits for the whole answer, and most that do not answer within this are dead. */
const lookMs = 1000;

/** Other replicas by gRPC, with the clients' token. Channels are made on first use and kept. */
export class RpcPeers implements Peers {
  readonly #token: string | undefined;
  readonly #secure: boolean;
  readonly #channels = new Map<string, Channel>();

  constructor(token: string | undefined, secure: boolean) {
    this.#token = token;
    this.#secure = secure;
  }

  async utilisation(
    address: string,
    cluster: string,
    instances: readonly string[],
    signal: AbortSignal,
  ): Promise<readonly InstanceUtilisation[]> {
    const client = longshoreClient(this.#channel(address));
    const request = { cluster, containerInstances: instances };
    const answer = await client.GetUtilisation(request, { signal, timeoutMs: askMs });
    return answer.instances ?? [];
  }

  async nameOf(address: string, signal: AbortSignal): Promise<string | undefined> {
    const client = longshoreClient(this.#channel(address));
    return (await client.GetVersion({ ownOnly: true }, { signal, timeoutMs: lookMs })).replica;
  }

  close(): void {
    for (const channel of this.#channels.values()) channel.close();
    this.#channels.clear();
  }

  #channel(address: string): Channel {
    let channel = this.#channels.get(address);
    if (!channel) {
      const endpoint = `${this.#secure ? 'https' : 'http'}://${address}`;
      channel = openChannel({ endpoints: [endpoint], token: this.#token });
      this.#channels.set(address, channel);
    }
    return channel;
  }
}
