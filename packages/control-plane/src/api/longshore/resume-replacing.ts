import { activeCluster } from '../clusters/index.js';
import { decideAndCommit } from '../common/index.js';
import type { LongshoreOperation } from './operation.js';

/** A person's word holds for as long as a large outage takes to be dealt with. */
const overruledMs = 60 * 60_000;

/** Lets replacing go on although more than a third of a cluster's instances fell silent. */
export const resumeReplacing: LongshoreOperation<'ResumeReplacing'> = async (request, call, context) => {
  const { store, clock, logger } = context;
  const { name, stored } = await activeCluster(request.cluster, call, context);
  await decideAndCommit(context, call, () => {
    const present = store.get(stored.key) ?? stored;
    const value = { ...present.value, resumeReplacingUntilMs: clock.wallMs() + overruledMs };
    return {
      commit: {
        expect: [{ key: present.key, revision: present.revision }],
        write: [{ put: present.key, value }],
      },
      answer: undefined,
    };
  });
  logger.warn({ cluster: name, caller: call.caller.name }, 'replacing resumed by a person');
  return {};
};
