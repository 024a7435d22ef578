export { checkShape, type FromJsonOptions, firstOwnNumber, fromJson } from './from-json.js';
export { MemberError, type MemberFault } from './member-error.js';
export { valuesOf } from './scalars.js';
export { skeletonOf } from './skeleton.js';
export { type ToJsonOptions, toJson } from './to-json.js';
export type { UnknownMembers } from './walk.js';
