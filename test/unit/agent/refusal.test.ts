import { CodedError } from '@longshore/kit';
import { expect } from 'chai';
import { withWayOut } from '../../../packages/agent/src/session/refusal.js';

describe('a registration that is refused', () => {
  it('names the cluster that is missing and how to make it', () => {
    const refused = withWayOut(new CodedError('ClusterNotFoundException', 'Cluster not found.'), 'blue');
    expect(refused).to.be.instanceOf(CodedError);
    expect((refused as CodedError).message).to.include('longshore create-cluster --cluster-name blue');
    expect((refused as CodedError).code).to.equal('ClusterNotFoundException');
  });

  it('is passed on as it is for any other reason', () => {
    const other = new CodedError('ConflictException', 'belongs to host b');
    expect(withWayOut(other, 'blue')).to.equal(other);
  });
});
