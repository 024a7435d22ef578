import type { CallOptions, NetworkSpec, VolumeSpec } from '../driver.js';
import { RuntimeError } from '../errors.js';
import { labelFilter } from './containers.js';
import type { Call, EngineClient } from './engine-client.js';
import { statusOf } from './engine-error.js';

const bridgeName = 'com.docker.network.bridge.name';

interface InspectedNetwork {
  readonly Id: string;
  readonly Name: string;
  readonly Options?: Readonly<Record<string, string>> | null;
  readonly IPAM?: {
    readonly Config?: readonly { readonly Gateway?: string; readonly Subnet?: string }[] | null;
  };
}

export interface MadeNetwork {
  readonly id: string;
  readonly gateway: string;
  readonly bridge: string;
}

export async function findNetwork(call: Call, name: string): Promise<MadeNetwork | undefined> {
  const found = await call.json<InspectedNetwork>({
    path: `/networks/${encodeURIComponent(name)}`,
    accept: [404],
  });
  if (!found) return undefined;
  const ipv4 = found.IPAM?.Config?.find((c) => c.Subnet !== undefined && !c.Subnet.includes(':'));
  return {
    id: found.Id,
    // Some engines write the prefix behind the address, some nothing: then it is the subnet's first.
    gateway: (ipv4?.Gateway ?? firstAddress(ipv4?.Subnet ?? '')).replace(/\/\d+$/, ''),
    bridge: found.Options?.[bridgeName] ?? `br-${found.Id.slice(0, 12)}`,
  };
}

/** 172.18.0.0/16: 172.18.0.1. Empty where it is no IPv4 network. */
export function firstAddress(subnet: string): string {
  const bytes = (subnet.split('/')[0] ?? '').split('.').map(Number);
  if (bytes.length !== 4 || bytes.some(Number.isNaN)) return '';
  return [...bytes.slice(0, 3), (bytes[3] ?? 0) + 1].join('.');
}

/** Networks and volumes of the engine. */
export class DockerNetworks {
  readonly #client: EngineClient;

  constructor(client: EngineClient) {
    this.#client = client;
  }

  create(spec: NetworkSpec, options: CallOptions): Promise<MadeNetwork> {
    return this.#client.call('createNetwork', 'CannotCreateNetworkError', options, async (call) => {
      const known = await findNetwork(call, spec.name);
      if (known) return known;
      try {
        await call.json({ method: 'POST', path: '/networks/create', body: bodyOf(spec), weight: 'heavy' });
      } catch (thrown) {
        // Another one made it in between.
        if (statusOf(thrown) !== 409) throw thrown;
      }
      const made = await findNetwork(call, spec.name);
      if (!made) throw new RuntimeError('CannotCreateNetworkError', `network ${spec.name} is gone again`);
      return made;
    });
  }

  remove(name: string, options: CallOptions): Promise<void> {
    return this.#client.call('removeNetwork', 'RuntimeError', options, async (call) => {
      const path = `/networks/${encodeURIComponent(name)}`;
      await call.json({ method: 'DELETE', path, accept: [404], weight: 'heavy' });
    });
  }

  createVolume(spec: VolumeSpec, options: CallOptions): Promise<void> {
    return this.#client.call('createVolume', 'CannotCreateVolumeError', options, async (call) => {
      const body = {
        Name: spec.name,
        Driver: spec.driver ?? 'local',
        DriverOpts: spec.driverOptions,
        Labels: spec.labels,
      };
      await call.json({ method: 'POST', path: '/volumes/create', body, weight: 'heavy' });
    });
  }

  hasVolume(name: string, options: CallOptions): Promise<boolean> {
    return this.#client.call('hasVolume', 'RuntimeError', options, async (call) => {
      const found = await call.json({ path: `/volumes/${encodeURIComponent(name)}`, accept: [404] });
      return found !== undefined;
    });
  }

  removeVolume(name: string, options: CallOptions): Promise<void> {
    return this.#client.call('removeVolume', 'RuntimeError', options, async (call) => {
      const path = `/volumes/${encodeURIComponent(name)}`;
      await call.json({ method: 'DELETE', path, accept: [404], weight: 'heavy' });
    });
  }

  listVolumes(labels: Readonly<Record<string, string>>, options: CallOptions): Promise<readonly string[]> {
    return this.#client.call('listVolumes', 'RuntimeError', options, async (call) => {
      const query = { filters: JSON.stringify({ label: labelFilter(labels) }) };
      const found = await call.json<{ Volumes?: readonly { Name: string }[] | null }>({
        path: '/volumes',
        query,
      });
      return (found?.Volumes ?? []).map((v) => v.Name);
    });
  }
}

function bodyOf(spec: NetworkSpec): object {
  return {
    Name: spec.name,
    CheckDuplicate: true,
    Driver: 'bridge',
    Internal: spec.internal ?? false,
    Labels: spec.labels,
    ...(spec.subnet !== undefined && { IPAM: { Driver: 'default', Config: [{ Subnet: spec.subnet }] } }),
    Options: spec.bridge === undefined ? {} : { [bridgeName]: spec.bridge },
  };
}
