export { linkTarget, prerequisitesOf } from './neighbours.js';
export * from './overrides.js';
export { type PortRange, portRangeOf } from './ports.js';
export { fargateSizes, isFargateSize } from './task-size.js';
