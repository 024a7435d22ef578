export * from './codec.js';
export * from './descriptors.js';
export type * from './generated/shapes.js';
export * from './generated/shapes.js';
export * from './timestamp.js';
