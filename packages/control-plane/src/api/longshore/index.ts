import { createAccessKey, deleteAccessKey, listAccessKeys } from './access-keys.js';
import { diagnose } from './diagnose.js';
import { explainPlacement } from './explain-placement.js';
import { explainTask } from './explain-task.js';
import { getUtilisation } from './get-utilisation.js';
import { getVersion } from './get-version.js';
import type { LongshoreRegistry } from './operation.js';
import { reset } from './reset.js';
import { resumeReplacing } from './resume-replacing.js';

export type { LongshoreOperation, LongshoreOperationName, LongshoreRegistry } from './operation.js';

/** The operations of LongshoreService but for the stream of events. */
export const longshoreRegistry: LongshoreRegistry = {
  GetVersion: getVersion,
  GetUtilisation: getUtilisation,
  ExplainPlacement: explainPlacement,
  ExplainTask: explainTask,
  CreateAccessKey: createAccessKey,
  ListAccessKeys: listAccessKeys,
  DeleteAccessKey: deleteAccessKey,
  Reset: reset,
  ResumeReplacing: resumeReplacing,
  Diagnose: diagnose,
};
