import { needs } from '../support/needs.js';
import { proofsOf } from '../support/proofs.js';

/** Last of its suite by its name. */
describe('what the table of the task definition claims of containers', () => {
  needs('docker');
  proofsOf('integration');
});
