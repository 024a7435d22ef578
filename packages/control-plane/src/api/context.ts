import type { InstanceViews } from '../placement/instance-views.js';
import type { PlacementRounds } from '../placement/rounds.js';
import type { OperationContext } from './operation.js';

/** What operations that place tasks work with, beside the store. */
export interface PlacingContext extends OperationContext {
  readonly views: InstanceViews;
  readonly rounds: PlacementRounds;
}
