import { readFileSync } from 'node:fs';
import { taskStates } from '@longshore/model';
import { expect } from 'chai';

describe('the README of the model', () => {
  it("draws the states as they stand in the code's own table", () => {
    const readme = readFileSync(new URL('../../../packages/model/README.md', import.meta.url), 'utf8');
    expect(readme).to.contain(taskStates.join(' > '));
  });
});
