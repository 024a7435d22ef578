import { type IpTables, iptables, metadataAddress } from './nat-rule.js';

/** What all such chains begin with: at most one agent of a machine owns the address. */
const prefix = 'LONGSHORE-OUT-';

/**
 * 169.254.170.2:80 for what runs on the host's own network: a chain of our own, entered from OUTPUT, which sends it to
 * the agent on loopback. Invariant: the first such chain in OUTPUT owns the address; an agent that finds another's
 * before its own takes its own away again.
 */
export class OutputRule {
  readonly #chain: string;
  readonly #run: IpTables;

  constructor(instance: string, run: IpTables = iptables) {
    // Names of chains have at most 28 characters.
    this.#chain = `${prefix}${instance.slice(0, 12)}`;
    this.#run = run;
  }

  /** True where the address is this agent's from now on. Rejects where iptables does. */
  async claim(port: number): Promise<boolean> {
    const owner = await this.#owner();
    if (owner !== undefined && owner !== this.#chain) return false;
    await this.#quietly(['-N', this.#chain]);
    await this.#run(['-F', this.#chain]);
    const match = `-p tcp -d ${metadataAddress} --dport 80`.split(' ');
    await this.#run(['-A', this.#chain, ...match, ...`-j REDIRECT --to-ports ${port}`.split(' ')]);
    if (!(await this.#quietly(['-C', 'OUTPUT', '-j', this.#chain])))
      await this.#run(['-A', 'OUTPUT', '-j', this.#chain]);
    // Two that began at once have both appended: the first in order stays.
    if ((await this.#owner()) === this.#chain) return true;
    await this.remove();
    return false;
  }

  /** Leaves nothing behind. */
  async remove(): Promise<void> {
    await this.#quietly(['-D', 'OUTPUT', '-j', this.#chain]);
    await this.#quietly(['-F', this.#chain]);
    await this.#quietly(['-X', this.#chain]);
  }

  async #owner(): Promise<string | undefined> {
    const rules = await this.#run(['-S', 'OUTPUT']);
    return new RegExp(`-j (${prefix}[0-9a-f]+)`).exec(rules)?.[1];
  }

  /** True where it succeeded: what is there already, or is gone already, is as good. */
  async #quietly(args: readonly string[]): Promise<boolean> {
    return this.#run(args).then(
      () => true,
      () => false,
    );
  }
}
