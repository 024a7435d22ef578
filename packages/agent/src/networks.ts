import { createHash } from 'node:crypto';
import { type RuntimeDriver, RuntimeError } from '@longshore/runtime';
import type { Config } from './config/config.js';
import { labels } from './engine/names.js';
import { clashingRoute, readRoutes } from './host/routes.js';

/** A network of the engine that tasks are put on. */
export interface TaskNetwork {
  readonly name: string;
  readonly gateway: string;
  /** The name of its bridge on the host. */
  readonly bridge: string;
}

/** The networks that tasks are put on, made on first use. */
export class TaskNetworks {
  readonly addresses: AddressBook;
  readonly #driver: RuntimeDriver;
  readonly #config: Config;
  readonly #instance: () => string;
  readonly #made = new Map<string, Promise<TaskNetwork>>();

  constructor(driver: RuntimeDriver, config: Config, instance: () => string) {
    this.#driver = driver;
    this.#config = config;
    this.#instance = instance;
    this.addresses = new AddressBook(config.awsvpcCidr);
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
        const bridge = awsvpcBridge(this.#instance());
        return await this.#create('longshore-awsvpc', bridge, this.#config.awsvpcCidr);
      } catch (thrown) {
        if (!(thrown instanceof RuntimeError) || thrown.retryable) throw thrown;
        const message = `LONGSHORE_AWSVPC_CIDR ${this.#config.awsvpcCidr}: ${thrown.message}`;
        throw new RuntimeError('CannotCreateNetworkError', message, { cause: thrown });
      }
    });
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
  const [base = '', bits = '24'] = cidr.split('/');
  const octets = base.split('.').map(Number);
  const start = octets.reduce((sum, o) => sum * 256 + o, 0);
  const size = 2 ** (32 - Number(bits));
  const first = Math.floor(start / size) * size;
  return Array.from({ length: Math.max(0, size - 3) }, (_, i) => dotted(first + 2 + i));
}

function dotted(address: number): string {
  return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join('.');
}
