import type { Ask, Place } from './ask.js';

/**
 * Beyond this a transaction only loses more when it meets a conflict: 20 instances with 5 tasks each were the best in
 * a bare loop on etcd.
 */
const mostOps = 120;

/** A task that was given a place and waits to be committed. */
export interface Unit {
  readonly ask: Ask;
  /** Index into the ask's tasks. */
  readonly task: number;
  readonly place: Place;
}

/** Tasks that are committed together. Invariant: no two transactions of a round share an instance or a whole ask. */
export interface Transaction {
  readonly units: Unit[];
  readonly instances: Set<string>;
}

export interface Packed {
  readonly transactions: readonly Transaction[];
  /** What found no room beside the others: it goes with the next round. */
  readonly postponed: readonly Unit[];
}

interface Open extends Transaction {
  /** Where this one was merged into another. */
  into: Open | undefined;
  expects: number;
  writes: number;
}

/**
 * Splits a round into transactions that share no key, each within etcd's limits. Tasks of one instance, and of one
 * whole ask, go together; what would make a transaction too large is postponed, and so is an ask that claims what
 * another of this round claims: two requests under one client token make the same tasks.
 */
export function packTransactions(bundles: readonly (readonly Unit[])[], opsPerTransaction: number): Packed {
  const limit = Math.min(opsPerTransaction, mostOps);
  const byInstance = new Map<string, Open>();
  const all: Open[] = [];
  const postponed: Unit[] = [];
  const claims = new Claims();
  let filling: Open | undefined;
  for (const bundle of bundles) {
    if (bundle.some(({ ask }) => claims.isClaimed(ask))) {
      postponed.push(...bundle);
      continue;
    }
    const names = namesOf(bundle);
    const touched = new Set(
      names
        .map((name) => byInstance.get(name))
        .filter((t) => t !== undefined)
        .map(rootOf),
    );
    const fresh = names.filter((name) => !byInstance.has(name)).length;
    const size = sizeOf(bundle, fresh);
    // A bundle of new instances joins the transaction that is being filled.
    if (touched.size === 0 && filling && fits([rootOf(filling)], size, limit)) touched.add(rootOf(filling));
    if (!fits([...touched], size, limit)) {
      if (touched.size > 0) {
        postponed.push(...bundle);
        continue;
      }
    }
    for (const { ask } of bundle) claims.add(ask);
    const target = merge([...touched], all);
    target.units.push(...bundle);
    target.expects += size.expects;
    target.writes += size.writes;
    for (const name of names) {
      target.instances.add(name);
      byInstance.set(name, target);
    }
    filling = target;
  }
  return { transactions: all.filter((t) => !t.into), postponed };
}

/** The keys that each ask expects to be absent, for it is about to write them or stands for who does. */
class Claims {
  readonly #owners = new Map<string, Ask>();
  readonly #keys = new Map<Ask, readonly string[]>();

  isClaimed(ask: Ask): boolean {
    return this.#keysOf(ask).some((key) => (this.#owners.get(key) ?? ask) !== ask);
  }

  add(ask: Ask): void {
    for (const key of this.#keysOf(ask)) this.#owners.set(key, ask);
  }

  #keysOf(ask: Ask): readonly string[] {
    let keys = this.#keys.get(ask);
    if (!keys) {
      keys = ask.expect.flatMap((e) =>
        'key' in e && 'revision' in e && e.revision === 0 ? [e.key.path] : [],
      );
      this.#keys.set(ask, keys);
    }
    return keys;
  }
}

/** Of the instances, each once. All of a bundle are mostly of one. */
function namesOf(bundle: readonly Unit[]): readonly string[] {
  const names: string[] = [];
  let last: Unit | undefined;
  for (const unit of bundle) {
    const isSame = last?.place.instance === unit.place.instance && last.ask.cluster === unit.ask.cluster;
    if (!isSame) names.push(`${unit.ask.cluster}/${unit.place.instance}`);
    last = unit;
  }
  return names.length > 1 ? [...new Set(names)] : names;
}

function sizeOf(
  bundle: readonly Unit[],
  fences: number,
): { readonly expects: number; readonly writes: number } {
  const asks = new Set(bundle.map((u) => u.ask));
  let expects = fences + bundle.length;
  for (const ask of asks) expects += ask.expect.length;
  return { expects, writes: fences + bundle.length };
}

function fits(
  open: readonly Open[],
  size: { readonly expects: number; readonly writes: number },
  limit: number,
): boolean {
  const expects = open.reduce((sum, t) => sum + t.expects, size.expects);
  const writes = open.reduce((sum, t) => sum + t.writes, size.writes);
  return expects <= limit && writes <= limit;
}

function merge(open: readonly Open[], all: Open[]): Open {
  const [target, ...others] = open;
  if (!target) {
    const made: Open = { units: [], instances: new Set(), into: undefined, expects: 0, writes: 0 };
    all.push(made);
    return made;
  }
  for (const other of others) {
    target.units.push(...other.units.splice(0));
    for (const name of other.instances) target.instances.add(name);
    target.expects += other.expects;
    target.writes += other.writes;
    other.into = target;
  }
  return target;
}

function rootOf(open: Open): Open {
  let root = open;
  while (root.into) root = root.into;
  return root;
}
