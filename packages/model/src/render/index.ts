export * from './cluster.js';
export * from './instance.js';
export * from './task.js';
export * from './task-definition.js';
