export * from './docker-runtime.js';
export type { EngineHost } from './engine-host.js';
export { defaultEngineHost } from './engine-host.js';
export { definitionTables } from './mapping/index.js';
export type { Entry } from './mapping/table.js';
