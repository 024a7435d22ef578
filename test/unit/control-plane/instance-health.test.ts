import { FakeClock, seededRandom, silentLogger } from '@longshore/kit';
import { aClusterRecord, anInstanceRecord, aTaskRecord, type InstanceRecord } from '@longshore/model';
import { type CommitRequest, keyOf, type Store } from '@longshore/store';
import { expect } from 'chai';
import { draining } from '../../../packages/control-plane/src/controllers/draining.js';
import { instanceHealth } from '../../../packages/control-plane/src/controllers/instance-health.js';
import { Leader } from '../../../packages/control-plane/src/controllers/leader.js';
import { startedStore } from './support/memory-store.js';

const key = keyOf('instance', 'c', 'i');
const session = keyOf('session', 'c', 'i');
const task = keyOf('task', 'c', 't');

describe('the health of instances under a leader', () => {
  let clock: FakeClock;
  let store: Store;
  let leader: Leader;

  const commit = async (request: CommitRequest): Promise<number> => {
    const done = store.commit(request);
    await clock.advance(5);
    const outcome = await done;
    if (!outcome.ok) throw new Error(`conflict on ${outcome.conflict.key}`);
    return outcome.revision;
  };
  const instance = (): InstanceRecord => {
    const stored = store.get(key);
    if (!stored) throw new Error('the instance is gone');
    return stored.value;
  };
  const change = (given: Partial<InstanceRecord>): Promise<number> =>
    commit({
      expect: [{ key, revision: store.get(key)?.revision ?? 0 }],
      write: [{ put: key, value: anInstanceRecord({ ...store.get(key)?.value, ...given }) }],
    });
  const connect = async (): Promise<void> => {
    const reportedSession = await commit({
      expect: [{ key: session, revision: store.get(session)?.revision ?? 0 }],
      write: [{ put: session, value: { replica: 'a', startedAtMs: 0 } }],
    });
    await change({ reportedSession, overdueSinceMs: 0 });
  };
  const lead = async (): Promise<void> => {
    leader = new Leader({
      store,
      clock,
      random: seededRandom(2),
      logger: silentLogger,
      replica: 'a',
      controllers: (context) => [
        instanceHealth(
          {
            instanceTimeoutMs: 30_000,
            replaceAfterMs: 60_000,
            forgetInstanceAfterMs: 3_600_000,
            overruled: () => false,
          },
          context,
        ),
        draining(),
      ],
    });
    await leader.start();
    await clock.advance(200);
  };
  const endLeading = async (): Promise<void> => {
    const stopped = leader.stop();
    await clock.advance(500);
    await stopped;
  };

  beforeEach(async () => {
    clock = new FakeClock();
    store = await startedStore(clock);
    const cluster = keyOf('cluster', 'c');
    await commit({
      expect: [{ key: cluster, revision: 0 }],
      write: [
        { put: cluster, value: aClusterRecord() },
        { put: key, value: anInstanceRecord() },
        { put: task, value: aTaskRecord({ instance: 'i', lastStatus: 'RUNNING' }) },
      ],
    });
    await connect();
    await lead();
  });

  afterEach(async () => {
    await endLeading();
    const closed = store.stop();
    await clock.advance(5000);
    await closed;
  });

  const vanish = (): Promise<number> =>
    commit({
      expect: [{ key: session, revision: store.get(session)?.revision ?? 0 }],
      write: [{ delete: session }],
    });

  it('marks lost whose session vanished for long enough, and leaves its tasks as they are', async () => {
    await vanish();
    await clock.advance(88_000);
    expect(instance().lostSinceMs).to.equal(0);
    await clock.advance(4000);
    expect(instance().lostSinceMs).to.be.greaterThan(0);
    expect(store.tasks.get('c', 't')).to.include({ lastStatus: 'RUNNING', desiredStatus: 'RUNNING' });
  });

  it('takes the mark away once the agent is back', async () => {
    await vanish();
    await clock.advance(95_000);
    await connect();
    await clock.advance(1500);
    expect(instance().lostSinceMs).to.equal(0);
  });

  it('keeps the mark when the leadership changes', async () => {
    await vanish();
    await clock.advance(95_000);
    const since = instance().lostSinceMs;
    await endLeading();
    await lead();
    await clock.advance(40_000);
    expect(instance().lostSinceMs).to.equal(since);
  });

  it('makes the tasks of an instance that was lost for very long STOPPED, and says so', async () => {
    await vanish();
    await clock.advance(95_000 + 3_600_000);
    const record = store.tasks.get('c', 't');
    expect(record).to.include({ lastStatus: 'STOPPED', acknowledged: true });
    expect(record && store.tasks.record(record).stoppedReason).to.match(/^Container instance i lost since /);
    expect(record && store.tasks.record(record).stopCode).to.equal('InfrastructureHealth');
  });

  it('stops the pending service tasks of an instance that drains, and no other', async () => {
    const put = async (id: string, given: Parameters<typeof aTaskRecord>[0]): Promise<void> => {
      const at = keyOf('task', 'c', id);
      await commit({
        expect: [{ key: at, revision: 0 }],
        write: [{ put: at, value: aTaskRecord({ instance: 'i', ...given }) }],
      });
    };
    await put('pending', { service: 'web', lastStatus: 'PENDING' });
    await put('running', { service: 'web', lastStatus: 'RUNNING' });
    await put('alone', { lastStatus: 'PENDING' });
    await change({ status: 'DRAINING' });
    await clock.advance(500);
    const desired = ['pending', 'running', 'alone'].map((id) => store.tasks.get('c', id)?.desiredStatus);
    expect(desired).to.deep.equal(['STOPPED', 'RUNNING', 'RUNNING']);
  });
});
