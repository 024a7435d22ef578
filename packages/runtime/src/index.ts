export * from './deadlines.js';
export * from './docker/index.js';
export * from './driver.js';
export * from './errors.js';
export * from './fake/index.js';
export * from './pause/index.js';
