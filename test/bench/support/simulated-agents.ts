import type { AgentsOrder, AgentsTold, HeldTold, Moment } from './load.js';
import { SimulatedAgent } from './simulated-agent.js';
import { Witness } from './witness.js';

/** Agents without an engine: they speak the real protocol, and what they are told to run runs at once. */
export class SimulatedAgents {
  readonly #order: AgentsOrder;
  readonly #agents = new Map<number, SimulatedAgent>();
  readonly #witness = new Witness();

  constructor(order: AgentsOrder) {
    this.#order = order;
  }

  /** Resolves when all have registered and their complete reports are committed. */
  async join(): Promise<void> {
    const { first, count } = this.#order;
    const numbers = Array.from({ length: count }, (_, i) => first + i);
    const worker = async (): Promise<void> => {
      for (let n = numbers.pop(); n !== undefined; n = numbers.pop()) {
        const agent = new SimulatedAgent(n, this.#order, this.#witness);
        this.#agents.set(n, agent);
        await agent.join();
        agent.run();
      }
    };
    await Promise.all(Array.from({ length: 32 }, worker));
  }

  told(): AgentsTold {
    return this.#witness.told();
  }

  moments(): readonly Moment[] {
    return this.#witness.moments();
  }

  held(): HeldTold {
    return { kind: 'held', held: [...this.#agents].map(([number, agent]) => [number, agent.held]) };
  }

  /** Does nothing where the agent is in another process. */
  lose(agent: number): void {
    this.#agents.get(agent)?.lose();
  }

  async return(agent: number): Promise<void> {
    await this.#agents.get(agent)?.return();
  }
}
