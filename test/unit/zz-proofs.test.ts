import { expect } from 'chai';
import { type Claim, claimsOf, proofsOf, type Ran, unproved } from '../support/proofs.js';

describe('a claim of the table of the task definition', () => {
  const claim: Claim = { member: 'ContainerDefinition.user', proof: 'shapes the process' };
  const ran = (state: Ran['state'], title = claim.proof): Ran => ({ title, state });
  const cases: readonly (readonly [string, readonly Ran[], RegExp | undefined])[] = [
    ['holds where its proof passed', [ran('passed')], undefined],
    ['does not hold where no test has that title', [ran('passed', 'another')], /there is no such test/],
    ['does not hold where the proof failed', [ran('failed')], /it failed/],
    ['does not hold where the proof was skipped or comes later', [ran(undefined)], /it did not run/],
    ['does not hold where one of two of that title failed', [ran('passed'), ran('failed')], /it failed/],
  ];
  for (const [name, tests, fault] of cases)
    it(name, () => {
      const found = unproved([claim], tests);
      expect(found).to.have.length(fault === undefined ? 0 : 1);
      if (fault) expect(found[0]).to.match(fault).and.to.contain(claim.member);
    });

  it('is judged in one suite or the other', () => {
    expect(claimsOf('unit').map((c) => c.member)).to.include('PortMapping.appProtocol');
    expect(claimsOf('integration').map((c) => c.member)).to.include('ContainerDefinition.essential');
  });
});

/** Last of its suite by its name. */
describe('what the table of the task definition claims of the control plane', () => {
  proofsOf('unit');
});
