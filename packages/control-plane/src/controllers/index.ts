import { keyOf } from '@longshore/store';
import type { ServerContext } from '../api/server-context.js';
import type { PendingReasons } from '../placement/pending-reasons.js';
import type { StoreSpace } from '../store-space.js';
import { compaction } from './compaction.js';
import type { ControllerContext, ControllerDeclaration } from './controller.js';
import { draining } from './draining.js';
import { instanceHealth } from './instance-health.js';
import { retiredRecords } from './retired-records.js';
import { services } from './services/index.js';
import { stoppedTasks } from './stopped-tasks.js';
import { waitingTasks } from './waiting-tasks.js';

export interface ControllersContext extends ControllerContext {
  readonly context: ServerContext;
  readonly pending: PendingReasons;
  readonly space: Pick<StoreSpace, 'full'>;
}

/** Stopped tasks that are kept of a service or family. */
const stoppedTasksPerGroup = 500;

/**
 * Everything that runs under the leadership. Made anew for each, so that nothing remembered outlives it.
 * The controllers of services and deployments are declared here too.
 */
export function controllersOf(parts: ControllersContext): readonly ControllerDeclaration[] {
  const { config } = parts.context;
  parts.pending.clear();
  return [
    waitingTasks(parts),
    instanceHealth(
      {
        instanceTimeoutMs: config.instanceTimeoutMs,
        replaceAfterMs: config.replaceAfterMs,
        forgetInstanceAfterMs: config.forgetInstanceAfterMs,
        overruled: (cluster) =>
          (parts.store.get(keyOf('cluster', cluster))?.value.resumeReplacingUntilMs ?? 0) >
          parts.clock.wallMs(),
      },
      parts,
    ),
    draining(),
    services({ healthyAfterMs: config.healthyAfterMs, replaceAfterMs: config.replaceAfterMs }, parts),
    stoppedTasks(
      {
        retentionMs: config.stoppedTaskRetentionMs,
        perGroup: stoppedTasksPerGroup,
        inAll: config.stoppedTasksMax,
        pressed: () => parts.space.full !== '',
      },
      parts,
    ),
    retiredRecords(),
    compaction(),
  ];
}
