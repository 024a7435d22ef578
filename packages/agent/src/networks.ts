import { createHash } from 'node:crypto';
import { type RuntimeDriver, RuntimeError } from '@longshore/runtime';
import type { Config } from './config/config.js';
import { labels } from './engine/names.js';
import { clashingRoute, networkOf, readRoutes } from './host/routes.js';

/** A network of the engine that tasks are put on. */
export interface TaskNetwork {
  readonly name: string;
  readonly gateway: string;
  /** The name of its bridge on the host. */
  readonly bridge: string;
}

export interface TaskNetworksParts {
  readonly driver: RuntimeDriver;
  readonly config: Config;
  /** Where tasks in awsvpc mode have their addresses; empty: nowhere. */
  readonly awsvpcNetwork: string;
  readonly instance: () => string;
}

/** The networks that tasks are put on, made on first use. */
export class TaskNetworks {
  readonly addresses: AddressBook;
  readonly #driver: RuntimeDriver;
  readonly #config: Config;
  readonly #awsvpcNetwork: string;
  readonly #instance: () => string;
  readonly #made = new Map<string, Promise<TaskNetwork>>();

  constructor({ driver, config, awsvpcNetwork, instance }: TaskNetworksParts) {
    this.#driver = driver;
    this.#config = config;
    this.#awsvpcNetwork = awsvpcNetwork;
    this.#instance = instance;
    this.addresses = new AddressBook(awsvpcNetwork);
  }

  /** Of tasks in bridge mode: Docker's own network, or one of ours where other agents share the engine. */
  bridge(): Promise<TaskNetwork> {
    return this.#once(`bridge ${this.#instance()}`, async () => {
      if (this.#config.sharedEngine) return this.#createShared();
      const { bridgeGateway } = await this.#driver.engine();
      return { name: 'bridge', gateway: bridgeGateway, bridge: 'docker0' };
    });
  }

  /** Of tasks in awsvpc mode, with the addresses of LONGSHORE_AWSVPC_CIDR. */
  awsvpc(): Promise<TaskNetwork> {
    return this.#once(`awsvpc ${this.#instance()}`, async () => {
      try {
        return await this.#createAwsvpc();
      } catch (thrown) {
        if (!(thrown instanceof RuntimeError) || thrown.retryable) throw thrown;
        const message = `LONGSHORE_AWSVPC_CIDR ${this.#awsvpcNetwork}: ${thrown.message}`;
        throw new RuntimeError('CannotCreateNetworkError', message, { cause: thrown });
      }
    });
  }

  async #createAwsvpc(): Promise<TaskNetwork> {
    const create = (): Promise<TaskNetwork> =>
      this.#create('longshore-awsvpc', awsvpcBridge(this.#instance()), this.#awsvpcNetwork);
    const made = await create();
    if (isWithin(made.gateway, this.#awsvpcNetwork)) return made;
    // The variable has changed since it was made: the engine refuses to remove it while tasks are on it.
    await this.#driver.removeNetwork(made.name);
    return create();
  }

  /**
   * A network of a known, small size: the engine hands out whole /16 by itself, has some thirty of them, and soon sits
   * on the addresses of tasks in awsvpc mode.
   */
  async #createShared(): Promise<TaskNetwork> {
    const bridge = `ls${shortened(this.#instance())}`;
    for (const subnet of sharedSubnets(this.#instance())) {
      if (clashingRoute(subnet, readRoutes(), bridge)) continue;
      try {
        return await this.#create('longshore', bridge, subnet);
      } catch (thrown) {
        // Taken by a network that has no route yet: the next.
        if (!(thrown instanceof RuntimeError) || thrown.retryable) throw thrown;
      }
    }
    return this.#create('longshore', bridge);
  }

  async #create(prefix: string, bridge: string, subnet?: string): Promise<TaskNetwork> {
    const name = `${prefix}-${shortened(this.#instance())}`;
    const made = await this.#driver.createNetwork({
      name,
      subnet,
      bridge,
      labels: { [labels.instance]: this.#instance() },
    });
    return { name, gateway: made.gateway, bridge: made.bridge };
  }

  /** What failed is tried again by the next who asks. */
  #once(key: string, make: () => Promise<TaskNetwork>): Promise<TaskNetwork> {
    const known = this.#made.get(key);
    if (known) return known;
    const making = make();
    this.#made.set(key, making);
    making.catch(() => this.#made.delete(key));
    return making;
  }
}

/** The bridge of an instance's tasks in awsvpc mode. */
export function awsvpcBridge(instance: string): string {
  return `lv${shortened(instance)}`;
}

/** Eight of the 256 parts of 10.213.0.0/16, the same ones for the same instance. Pure. */
export function sharedSubnets(instance: string): readonly string[] {
  const start = createHash('sha256').update(instance).digest()[0] ?? 0;
  return Array.from({ length: 8 }, (_, i) => `10.213.${(start + i * 37) % 256}.0/24`);
}

/** Names of interfaces have at most 15 characters. */
function shortened(instance: string): string {
  return instance.slice(0, 12);
}

/** Addresses of tasks in awsvpc mode. Invariant: held from the assignment until the task is forgotten. */
export class AddressBook {
  readonly #addresses: readonly string[];
  readonly #holders = new Map<string, string>();

  constructor(cidr: string) {
    this.#addresses = addressesOf(cidr);
  }

  assign(task: string): string | undefined {
    const free = this.#addresses.find((a) => !this.#holders.has(a));
    if (free !== undefined) this.#holders.set(free, task);
    return free;
  }

  hold(task: string, address: string): void {
    if (address !== '') this.#holders.set(address, task);
  }

  release(task: string): void {
    for (const [address, holder] of this.#holders) if (holder === task) this.#holders.delete(address);
  }
}

/** The addresses of a network but its own, the first (its gateway) and the last (broadcast). */
export function addressesOf(cidr: string): readonly string[] {
  if (cidr === '') return [];
  const start = networkOf(cidr);
  const size = 2 ** (32 - Number(cidr.split('/')[1] ?? 24));
  const first = Math.floor(start / size) * size;
  return Array.from({ length: Math.max(0, size - 3) }, (_, i) => dotted(first + 2 + i));
}

/** The first address of a network with its length, as the engine gives it to the network's bridge. */
export function gatewayOf(cidr: string): string {
  const bits = Number(cidr.split('/')[1] ?? 24);
  const size = 2 ** (32 - bits);
  return `${dotted(Math.floor(networkOf(cidr) / size) * size + 1)}/${bits}`;
}

function isWithin(address: string, cidr: string): boolean {
  const size = 2 ** (32 - Number(cidr.split('/')[1] ?? 32));
  return Math.floor(networkOf(address) / size) === Math.floor(networkOf(cidr) / size);
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
