import type { PlacementRefusal } from '@longshore/model';
import type { Refusal } from '@longshore/scheduler';

/** A refusal in full, as it travels. */
export function toRefusal(refusal: Refusal): PlacementRefusal {
  return {
    count: refusal.count,
    reason: refusal.reason,
    explanation: refusal.explanation,
    instancesByReason: Object.fromEntries(refusal.instancesByReason),
    couldEverFit: refusal.couldEverFit,
  };
}
