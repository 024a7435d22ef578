import type { ServerContext } from '../api/server-context.js';
import type { PendingReasons } from '../placement/pending-reasons.js';
import type { ControllerContext, ControllerDeclaration } from './controller.js';

export interface ControllersContext extends ControllerContext {
  readonly context: ServerContext;
  readonly pending: PendingReasons;
}

/** Everything that runs under the leadership. Made anew for each, so that nothing remembered outlives it. */
export function controllersOf(_parts: ControllersContext): readonly ControllerDeclaration[] {
  return [];
}
