export * from './cluster.js';
export * from './instance.js';
export * from './service.js';
export * from './service-deployment.js';
export * from './task.js';
export * from './task-definition.js';
export * from './task-set.js';
