import type { TaskEffect } from './effects.js';
import { type AgentTask, containerOf } from './record.js';

/**
 * How safe the record that tells of an effect must be before it runs. `written`: the next process reads it, whatever
 * becomes of this one. `on disk`: it outlives the machine's power as well.
 */
export type Need = 'nothing' | 'written' | 'on disk';

/**
 * A pull leaves only an image. A container that was made and not started is found by its labels, whatever the journal
 * knows of it, as long as its ports are those that are on disk. A first start must not be forgotten by an agent that
 * dies, since a container that ran and was removed meanwhile would be started anew; after a power cut nothing runs, and
 * what the engine made is still there with its labels.
 */
export function needOf(effect: TaskEffect, record: AgentTask, onDisk: AgentTask | undefined): Need {
  switch (effect.type) {
    case 'pullImage':
      return 'nothing';
    case 'createContainer': {
      const old = onDisk && containerOf(onDisk, effect.container);
      const now = containerOf(record, effect.container);
      return old && old.ports === now?.ports && old.discardedIds === now.discardedIds ? 'nothing' : 'on disk';
    }
    case 'startContainer':
      // A restart is counted before it happens.
      return containerOf(record, effect.container)?.phase === 'CREATED' ? 'written' : 'on disk';
    default:
      return 'on disk';
  }
}

/** Whether it is still to be done: while its record was written, something may have come in between. */
export function isWanted(effect: TaskEffect, record: AgentTask): boolean {
  // A stop is idempotent, and asked for without a note where something runs that should not.
  if (!('container' in effect) || effect.type === 'stopContainer') return true;
  return containerOf(record, effect.container)?.doing === effect.type;
}
