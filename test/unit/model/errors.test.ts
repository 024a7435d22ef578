import { CodedError } from '@longshore/kit';
import {
  EcsError,
  type EcsErrorName,
  ecsErrors,
  type GrpcCode,
  storeAway,
  toEcsError,
  tokenConflict,
} from '@longshore/model';
import { expect } from 'chai';

describe('exceptions', () => {
  const codes: readonly (readonly [EcsErrorName, GrpcCode])[] = [
    ['ClusterNotFoundException', 'NOT_FOUND'],
    ['ServiceNotFoundException', 'NOT_FOUND'],
    ['TargetNotFoundException', 'NOT_FOUND'],
    ['AccessDeniedException', 'PERMISSION_DENIED'],
    ['ConflictException', 'ABORTED'],
    ['LimitExceededException', 'RESOURCE_EXHAUSTED'],
    ['AttributeLimitExceededException', 'RESOURCE_EXHAUSTED'],
    ['ThrottlingException', 'RESOURCE_EXHAUSTED'],
    ['UnsupportedFeatureException', 'UNIMPLEMENTED'],
    ['ServerException', 'INTERNAL'],
    ['ClientException', 'INVALID_ARGUMENT'],
    ['InvalidParameterException', 'INVALID_ARGUMENT'],
  ];
  for (const [name, code] of codes)
    it(`${name} is ${code} on gRPC`, () => expect(new EcsError(name, 'x').grpc).to.equal(code));

  it('every *NotFoundException is NOT_FOUND', () => {
    for (const [name, kind] of Object.entries(ecsErrors))
      if (name.endsWith('NotFoundException')) expect(kind.grpc, name).to.equal('NOT_FOUND');
  });

  it('says 503 and when to try again while the store is away', () => {
    const error = storeAway('etcd does not answer');
    expect(error).to.include({
      code: 'ServerException',
      httpStatus: 503,
      grpc: 'UNAVAILABLE',
      retryable: true,
    });
    expect(error.retryAfterMs).to.be.greaterThan(0);
  });

  it('names what a token already made', () => {
    expect(tokenConflict(['arn:1'])).to.deep.include({ code: 'ConflictException', resourceIds: ['arn:1'] });
  });

  it('tells a caller nothing of an error that is none of ECS', () => {
    const cause = new Error('password=hunter2');
    const error = toEcsError(cause);
    expect(error.code).to.equal('ServerException');
    expect(error.message).not.to.contain('hunter2');
    expect(error.cause).to.equal(cause);
  });

  it('takes a store that is away for UNAVAILABLE', () => {
    expect(toEcsError(new CodedError('UNAVAILABLE', 'etcd is away', { retryable: true })).grpc).to.equal(
      'UNAVAILABLE',
    );
  });

  it('keeps the name of an exception that already is one of ECS', () => {
    expect(toEcsError(new CodedError('ServerException', 'no answer', { retryable: true }))).to.include({
      code: 'ServerException',
      message: 'no answer',
      retryable: true,
    });
  });
});
