export * from './arn.js';
export * from './codec.js';
export * from './descriptors.js';
export * from './errors.js';
export type * from './generated/shapes.js';
export * from './generated/shapes.js';
export * from './limits.js';
export * from './timestamp.js';
export * from './walker/index.js';
