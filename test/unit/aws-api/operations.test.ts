import * as sdk from '@aws-sdk/client-ecs';
import { ecsOperations } from '@longshore/aws-api';
import { expect } from 'chai';

describe('the operations of ECS', () => {
  it('are those of the pinned SDK', () => {
    const commands = Object.keys(sdk).filter((n) => /^[A-Z]\w+Command$/.test(n));
    const names = commands.map((n) => n.replace(/Command$/, '')).filter((n) => n !== '$');
    expect([...ecsOperations.keys()].sort()).to.deep.equal(names.sort());
  });
});
