export * from './behaviour.js';
export * from './fake-runtime.js';
export type { Fault } from './faults.js';
export { Timeline } from './timeline.js';
