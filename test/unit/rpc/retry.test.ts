import { seededRandom } from '@longshore/kit';
import { EcsError, storeAway } from '@longshore/model';
import { errorOf, statusOf } from '@longshore/rpc';
import { expect } from 'chai';
import { isRepeatable, nextAttemptMs } from '../../../packages/rpc/src/client/retry.js';

const away = errorOf({ status: 'UNAVAILABLE', message: 'no connection', details: undefined });
const told = errorOf(statusOf(storeAway('etcd is away', { retryAfterMs: 2_000 })));
const refused = errorOf(statusOf(new EcsError('ClientException', 'no')));
const unclear = errorOf(statusOf(new EcsError('ServerException', 'half done')));
const late = errorOf({ status: 'DEADLINE_EXCEEDED', message: 'late', details: undefined });

function next(error: Error, repeatable: boolean, elapsedMs = 0): number | undefined {
  return nextAttemptMs(error, { attempt: 0, elapsedMs, retryForMs: 5_000, repeatable }, seededRandom(1));
}

describe('sending a call again', () => {
  const cases = [
    { name: 'happens where nothing answers and it does no harm', error: away, repeatable: true, again: true },
    { name: 'does not happen where it might do a thing twice', error: away, repeatable: false, again: false },
    {
      name: 'happens with any call where the server asks for it',
      error: told,
      repeatable: false,
      again: true,
    },
    { name: 'does not happen after a refusal', error: refused, repeatable: true, again: false },
    { name: 'does not happen after a failure half way', error: unclear, repeatable: true, again: false },
    { name: 'does not happen after the deadline', error: late, repeatable: true, again: false },
  ];
  for (const c of cases)
    it(c.name, () => expect(next(c.error, c.repeatable) !== undefined).to.equal(c.again));

  it('waits at least as long as the server asks for', () => expect(next(told, false)).to.equal(2_000));

  it('ends', () => expect(next(away, true, 5_000)).to.equal(undefined));
});

describe('isRepeatable', () => {
  for (const [operation, request, expected] of [
    ['DescribeTasks', {}, true],
    ['ListTasks', {}, true],
    ['RunTask', { clientToken: 't' }, true],
    ['RunTask', {}, false],
    ['StopTask', {}, false],
    ['CreateService', { clientToken: 't' }, false],
    ['DeleteCluster', {}, false],
  ] as const)
    it(`says ${expected} of ${operation} ${JSON.stringify(request)}`, () =>
      expect(isRepeatable(operation, request)).to.equal(expected));
});
