import { CodedError } from '@longshore/kit';
import { EcsError, type EcsErrorName, ecsErrors, MemberError } from '@longshore/model';
import { errorOf, statusOf } from '@longshore/rpc';
import { expect } from 'chai';

describe('statusOf and errorOf', () => {
  for (const code of Object.keys(ecsErrors) as EcsErrorName[])
    it(`carry ${code} over the wire and back`, () => {
      const sent = new EcsError(code, `about ${code}`, { retryAfterMs: 1500 });
      const { code: name, message, status, retryAfterMs } = errorOf(statusOf(sent));
      const expected = {
        name: code,
        message: `about ${code}`,
        status: ecsErrors[code].grpc,
        retryAfterMs: 1500,
      };
      expect({ name, message, status, retryAfterMs }).to.deep.equal(expected);
    });

  it('name the member that was refused', () => {
    const error = new MemberError('InvalidParameterException', 'tags[0].key', 'tags[0].key is long');
    expect(errorOf(statusOf(error))).to.include({ member: 'tags[0].key', status: 'INVALID_ARGUMENT' });
  });

  it('make a store that is away UNAVAILABLE with a time to come again', () => {
    const error = errorOf(statusOf(new CodedError('UNAVAILABLE', 'etcd is away')));
    expect(error).to.include({ status: 'UNAVAILABLE', retryable: true, message: 'etcd is away' });
    expect(error.retryAfterMs).to.be.greaterThan(0);
  });

  it('take a status of somebody else for what it says', () => {
    const wires = [undefined, Buffer.from('garbage'), Buffer.alloc(3, 0xff)];
    for (const details of wires) {
      const error = errorOf({ status: 'UNAVAILABLE', message: 'proxy', details });
      expect(error).to.include({ code: 'UNAVAILABLE', answered: false, retryable: true, message: 'proxy' });
    }
  });
});
