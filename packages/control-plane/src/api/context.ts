import { storeAway } from '@longshore/model';
import type { InstanceViews } from '../placement/instance-views.js';
import type { PlacementRounds } from '../placement/rounds.js';
import type { OperationContext } from './operation.js';

/** What operations that place tasks work with, beside the store. */
export interface PlacingContext extends OperationContext {
  readonly views: InstanceViews;
  readonly rounds: PlacementRounds;
  /** Why the store takes no new work; empty while there is room. */
  readonly full: () => string;
}

/** Refuses what makes a nearly full store fuller, as the doors refuse RunTask and CreateService. */
export function checkRoom({ full }: Pick<PlacingContext, 'full'>): void {
  const why = full();
  if (why !== '') throw storeAway(why);
}
