export * from './placement/held.js';
export { effectiveStrategies } from './placement/ordering.js';
export { place } from './placement/place.js';
export type { Expression, Field, FieldValue, Query, QueryError } from './placement/query/ast.js';
export { attributeValue, matchesQuery } from './placement/query/evaluate.js';
export { compileQuery, describeQueryError, maxQueryLength } from './placement/query/parser.js';
export * from './placement/view.js';
