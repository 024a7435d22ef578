import { setFlagsFromString } from 'node:v8';

/**
 * Before anything is made. V8 notes which places of the code make what grows old, and makes the next ones there old at
 * once. While a cluster fills up, what calls make grows old, for thousands wait; and from then on every answer was
 * garbage that only a full collection takes: a third of what made those necessary, with 5,000 instances.
 */
export function keepGarbageYoung(): void {
  setFlagsFromString('--no-allocation-site-pretenuring');
}
