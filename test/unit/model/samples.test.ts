import { definitionOf, EcsError, fromJson, type TaskDefinition } from '@longshore/model';
import { expect } from 'chai';
import { samples } from '../../support/samples.js';

function register(json: Readonly<Record<string, unknown>>): TaskDefinition | Error {
  try {
    return definitionOf(fromJson('RegisterTaskDefinitionRequest', json, { unknownMembers: 'refuse' }));
  } catch (thrown) {
    return thrown as Error;
  }
}

describe('task definitions as people run them on ECS', () => {
  for (const { name, json, refused } of samples)
    it(refused === undefined ? `${name}: taken` : `${name}: refused, by the name ${refused}`, () => {
      const answer = register(json);
      if (refused === undefined) {
        expect(answer).not.to.be.instanceOf(Error);
        return;
      }
      expect(answer).to.be.instanceOf(Error);
      expect((answer as Error).message).to.contain(refused);
      if (answer instanceof EcsError) expect(answer.name).to.equal('ClientException');
    });
});
