export * from './placement/view.js';
