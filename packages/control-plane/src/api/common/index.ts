export * from './decide.js';
export * from './limits.js';
export * from './look.js';
