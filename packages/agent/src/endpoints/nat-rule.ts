import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Lane } from '../engine/lane.js';

/** The address at which containers look for their metadata and credentials, as on ECS. */
export const metadataAddress = '169.254.170.2';

/** One call of iptables on the table nat; gives what it prints. */
export type IpTables = (args: readonly string[]) => Promise<string>;

export const iptables: IpTables = async (args) => {
  const all = ['-w', '5', '-t', 'nat', ...args];
  const { stdout } = await promisify(execFile)('iptables', all, { timeout: 15_000 });
  return stdout;
};

/**
 * 169.254.170.2:80 for the containers behind bridges: a chain of our own in the nat table, entered by one rule.
 * Invariant: nothing but that chain and the rule that enters it is ever touched.
 */
export class NatRule {
  readonly #chain: string;
  readonly #run: IpTables;
  /** One change at a time: each writes the whole chain. */
  readonly #turn = new Lane(1);
  #wanted = new Map<string, { readonly gateway: string; readonly port: number }>();

  constructor(instance: string, run: IpTables = iptables) {
    // Names of chains have at most 28 characters.
    this.#chain = `LONGSHORE-${instance.slice(0, 12)}`;
    this.#run = run;
  }

  /** Sends what comes in on the bridge for the metadata address to the agent. Rejects where iptables does. */
  add(bridge: string, to: { readonly gateway: string; readonly port: number }): Promise<void> {
    this.#wanted.set(bridge, to);
    return this.#turn.run(() => this.#write());
  }

  async #write(): Promise<void> {
    await this.#quietly(['-N', this.#chain]);
    await this.#run(['-F', this.#chain]);
    for (const [name, { gateway, port }] of this.#wanted)
      await this.#run([
        ...`-A ${this.#chain} -i ${name} -p tcp -d ${metadataAddress} --dport 80`.split(' '),
        ...`-j DNAT --to-destination ${gateway}:${port}`.split(' '),
      ]);
    if (!(await this.#quietly(['-C', 'PREROUTING', '-j', this.#chain])))
      await this.#run(['-I', 'PREROUTING', '1', '-j', this.#chain]);
  }

  /** Leaves nothing behind. */
  async remove(): Promise<void> {
    this.#wanted = new Map();
    await this.#quietly(['-D', 'PREROUTING', '-j', this.#chain]);
    await this.#quietly(['-F', this.#chain]);
    await this.#quietly(['-X', this.#chain]);
  }

  /** True where it succeeded: what is there already, or is gone already, is as good. */
  async #quietly(args: readonly string[]): Promise<boolean> {
    return this.#run(args).then(
      () => true,
      () => false,
    );
  }
}
