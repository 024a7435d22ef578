import { rangeOf } from '@longshore/store';
import type { ControllerDeclaration } from './controller.js';

const everyMs = 2 * 60_000;

/**
 * Compacts etcd to what every live replica had watched five minutes ago: none of them is thrown back to a list, and a
 * replica that has been away for less than that can still resume.
 */
export function compaction(): ControllerDeclaration {
  let compacted = 0;
  return {
    name: 'compaction',
    kinds: [],
    keysOf: () => [],
    allKeys: () => ['compaction'],
    look: async (_key, { store, logger }) => {
      const published = store.list(rangeOf('replica')).map(({ value }) => value.compactable);
      const revision = published.length === 0 ? 0 : Math.min(...published);
      if (revision > compacted) {
        await store.compact(revision);
        compacted = revision;
        logger.info({ revision }, 'store compacted');
      }
      return { commits: [], againInMs: everyMs };
    },
  };
}
