import { connect } from 'node:net';
import { type Component, type Logger, messageOf } from '@longshore/kit';
import type { AgentTask } from '../engine/record.js';
import type { TaskNetwork, TaskNetworks } from '../networks.js';
import { endpointId } from './endpoint-id.js';
import { type Handler, HttpEndpoint } from './http-endpoint.js';
import { metadataAddress, NatRule } from './nat-rule.js';
import { OutputRule } from './output-rule.js';

export interface EndpointsParts {
  readonly ports: { readonly introspection: number; readonly metadata: number; readonly metrics: number };
  readonly offHostIntrospection: boolean;
  readonly handlers: {
    readonly introspection: Handler;
    readonly metadata: Handler;
    readonly metrics: Handler;
  };
  readonly networks: TaskNetworks;
  /** May change iptables: root. */
  readonly mayNat: boolean;
  readonly logger: Logger;
}

const loopback = '127.0.0.1';

/**
 * Where containers and people ask the agent. An address that can not be listened on is said once and costs nothing
 * else: tasks run without it.
 */
export class Endpoints implements Component {
  readonly name = 'endpoints';
  readonly #parts: EndpointsParts;
  readonly #introspection: HttpEndpoint;
  readonly #metadata: HttpEndpoint;
  readonly #metrics: HttpEndpoint;
  readonly #reachable = new Map<string, Promise<string | undefined>>();
  #nat: NatRule | undefined;
  #output: OutputRule | undefined;
  #host: Promise<string> | undefined;
  #stopped = false;

  constructor(parts: EndpointsParts) {
    this.#parts = parts;
    this.#introspection = new HttpEndpoint('introspection', parts.handlers.introspection, parts.logger);
    this.#metadata = new HttpEndpoint('metadata', parts.handlers.metadata, parts.logger);
    this.#metrics = new HttpEndpoint('metrics', parts.handlers.metrics, parts.logger);
  }

  async start(): Promise<void> {
    const { ports, offHostIntrospection } = this.#parts;
    const everywhere = offHostIntrospection ? '0.0.0.0' : loopback;
    await this.#listen(this.#introspection, everywhere, ports.introspection);
    await this.#listen(this.#metadata, loopback, ports.metadata);
    await this.#listen(this.#metrics, loopback, ports.metrics);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    // A rule that is being written now must not outlive the one that takes it away.
    await Promise.allSettled([...this.#reachable.values(), this.#host]);
    await this.#nat?.remove();
    await this.#output?.remove();
    await Promise.all([this.#introspection.stop(), this.#metadata.stop(), this.#metrics.stop()]);
  }

  /** The variables by which a container finds the endpoint; none where it can not reach it. */
  async variables(
    task: AgentTask,
    container: string,
    instance: string,
  ): Promise<Readonly<Record<string, string>>> {
    const base = await this.#baseFor(task, instance);
    if (base === undefined) return {};
    const id = endpointId(task.id, container);
    return {
      ECS_CONTAINER_METADATA_URI: `${base}/v3/${id}`,
      ECS_CONTAINER_METADATA_URI_V4: `${base}/v4/${id}`,
      ECS_AGENT_URI: `${base}/api/${id}`,
    };
  }

  /** Makes the endpoint reachable from a network: after a restart for containers that run on. */
  async reach(network: TaskNetwork, instance: string): Promise<string | undefined> {
    const known = this.#reachable.get(network.name);
    if (known) return known;
    const reaching = this.#reach(network, instance);
    this.#reachable.set(network.name, reaching);
    return reaching;
  }

  /** As `reach`, for what runs on the host's own network. */
  reachHost(instance: string): Promise<string> {
    this.#host ??= this.#reachHost(instance);
    return this.#host;
  }

  async #reachHost(instance: string): Promise<string> {
    const { ports, mayNat, logger } = this.#parts;
    const direct = `http://${loopback}:${ports.metadata}`;
    if (!mayNat || this.#stopped) return direct;
    const rule = new OutputRule(instance);
    this.#output = rule;
    try {
      if (!(await rule.claim(ports.metadata))) return direct;
      // A host without a route to it never sends it, rule or no rule.
      if (await connects(metadataAddress, 80)) return `http://${metadataAddress}`;
      await rule.remove();
    } catch (thrown) {
      logger.warn({ error: messageOf(thrown) }, 'no rule for 169.254.170.2, tasks in host mode get loopback');
    }
    return direct;
  }

  async #baseFor(task: AgentTask, instance: string): Promise<string | undefined> {
    const { ports, networks } = this.#parts;
    if (ports.metadata === 0) return undefined;
    switch (task.definition.networkMode ?? 'bridge') {
      case 'host':
        return this.reachHost(instance);
      case 'none':
        return undefined;
      case 'awsvpc':
        return this.reach(await networks.awsvpc(), instance);
      default:
        return this.reach(await networks.bridge(), instance);
    }
  }

  async #reach(network: TaskNetwork, instance: string): Promise<string | undefined> {
    const { ports, mayNat, logger } = this.#parts;
    if (this.#stopped) return undefined;
    if (!(await this.#listen(this.#metadata, network.gateway, ports.metadata))) return undefined;
    if (!this.#parts.offHostIntrospection)
      await this.#listen(this.#introspection, network.gateway, ports.introspection);
    const direct = `http://${network.gateway}:${ports.metadata}`;
    if (!mayNat) return direct;
    try {
      this.#nat ??= new NatRule(instance);
      await this.#nat.add(network.bridge, { gateway: network.gateway, port: ports.metadata });
      return `http://${metadataAddress}`;
    } catch (thrown) {
      logger.warn(
        { error: messageOf(thrown) },
        'no rule for 169.254.170.2, containers get the address of the bridge',
      );
      return direct;
    }
  }

  async #listen(endpoint: HttpEndpoint, host: string, port: number): Promise<boolean> {
    if (port === 0) return false;
    try {
      await endpoint.listen(host, port);
      return true;
    } catch (thrown) {
      this.#parts.logger.error({ host, port, error: messageOf(thrown) }, 'endpoint does not listen');
      return false;
    }
  }
}

function connects(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: 1_000 });
    const end = (answer: boolean) => () => {
      socket.destroy();
      resolve(answer);
    };
    socket.once('connect', end(true)).once('error', end(false)).once('timeout', end(false));
  });
}
