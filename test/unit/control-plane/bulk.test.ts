import { FakeClock, LazyAbortController } from '@longshore/kit';
import { aTaskRecord, type PollResponse, type TaskRecord } from '@longshore/model';
import { keyOf, type MemoryStore, type TaskSummary } from '@longshore/store';
import { expect } from 'chai';
import { Bulk } from '../../../packages/control-plane/src/dispatcher/bulk.js';
import { Departures } from '../../../packages/control-plane/src/dispatcher/departures.js';
import { Pacer } from '../../../packages/control-plane/src/dispatcher/pace.js';
import { Polls } from '../../../packages/control-plane/src/dispatcher/poll.js';
import { AgentSession, type Sessions } from '../../../packages/control-plane/src/dispatcher/sessions.js';
import { agentTurns } from '../../../packages/control-plane/src/dispatcher/turns.js';
import { committed, openedSession, startedStore, stopStore } from './support/memory-store.js';

describe('tasks that services start in a rush of placements', () => {
  let clock: FakeClock;
  let store: MemoryStore;
  let sessions: Sessions;
  let session: AgentSession;
  let polls: Polls;
  let isRush: boolean;
  let cursor: PollResponse['cursor'];
  let answer: PollResponse | undefined;
  const line = { receivedBytes: 1 };

  const add = (id: string, record: Partial<TaskRecord>): Promise<number> => {
    const key = keyOf('task', 'c', id);
    const task = aTaskRecord({ instance: 'i', desiredStatus: 'RUNNING', ...record });
    return committed(store, clock, { expect: [{ key, revision: 0 }], write: [{ put: key, value: task }] });
  };
  const addOfService = (id: string): Promise<number> => add(id, { service: 'web', deployment: '1' });

  const poll = (): void => {
    answer = undefined;
    const { cluster, instance, id } = session;
    const request = { cluster, instance, session: id, cursor, knownDefinitions: [] };
    void polls.poll(request, new LazyAbortController(), { connection: line }).then((given) => {
      answer = given;
      cursor = given.cursor;
    });
  };
  const told = (): readonly string[] | undefined => answer?.assignments.map((a) => a.task).sort();

  beforeEach(async () => {
    clock = new FakeClock();
    store = await startedStore(clock);
    ({ sessions, session } = await openedSession(store, clock));
    const pacer = new Pacer({ clock, instanceTimeoutMs: 30_000, agents: () => 1 });
    const turns = agentTurns(clock);
    const departures = new Departures(store);
    polls = new Polls({ store, clock, sessions, departures, pacer, isRush: () => isRush, turns });
    isRush = false;
    cursor = undefined;
    poll();
    await clock.advance(1000);
    expect(told()).to.deep.equal([]);
    isRush = true;
    poll();
  });

  afterEach(async () => {
    polls.stop();
    sessions.stop();
    await clock.advance(1000);
    await stopStore(store, clock);
  });

  it('are told together once it is over', async () => {
    await addOfService('t1');
    await clock.advance(10_000);
    await addOfService('t2');
    await clock.advance(10_000);
    expect(answer).to.equal(undefined);
    isRush = false;
    await clock.advance(500);
    expect(told()).to.deep.equal(['t1', 't2']);
  });

  it('are told along with a task that nobody lets wait', async () => {
    await addOfService('t1');
    await clock.advance(1000);
    expect(answer).to.equal(undefined);
    await add('t2', {});
    await clock.advance(100);
    expect(told()).to.deep.equal(['t1', 't2']);
  });

  it('are told along with a stop', async () => {
    isRush = false;
    const revision = await addOfService('t1');
    await clock.advance(100);
    expect(told()).to.deep.equal(['t1']);
    poll();
    isRush = true;
    await addOfService('t2');
    await clock.advance(1000);
    expect(answer).to.equal(undefined);
    const key = keyOf('task', 'c', 't1');
    const stopped = aTaskRecord({ instance: 'i', service: 'web', desiredStatus: 'STOPPED' });
    await committed(store, clock, { expect: [{ key, revision }], write: [{ put: key, value: stopped }] });
    await clock.advance(100);
    expect(told()).to.deep.equal(['t1', 't2']);
  });

  it('hold back no stop whose answer was lost', async () => {
    isRush = false;
    const revision = await addOfService('t1');
    await clock.advance(100);
    const known = cursor;
    poll();
    const key = keyOf('task', 'c', 't1');
    const stopped = aTaskRecord({ instance: 'i', service: 'web', desiredStatus: 'STOPPED' });
    await committed(store, clock, { expect: [{ key, revision }], write: [{ put: key, value: stopped }] });
    await clock.advance(100);
    expect(told()).to.deep.equal(['t1']);
    isRush = true;
    await addOfService('t2');
    cursor = known;
    poll();
    await clock.advance(100);
    expect(told()).to.deep.equal(['t1', 't2']);
  });

  for (const acknowledged of [true, false])
    it(
      acknowledged
        ? 'have left with the next news where the agent knew of the end'
        : 'have left at once where it did not',
      async () => {
        isRush = false;
        const key = keyOf('task', 'c', 't1');
        const revision = await add('t1', { lastStatus: 'STOPPED', desiredStatus: 'STOPPED', acknowledged });
        await clock.advance(100);
        poll();
        await committed(store, clock, { expect: [{ key, revision }], write: [{ delete: key }] });
        await clock.advance(1000);
        expect(answer?.removed).to.deep.equal(acknowledged ? undefined : ['t1']);
        if (!acknowledged) return;
        await add('t2', {});
        await clock.advance(100);
        expect(told()).to.deep.equal(['t2']);
        expect(answer?.removed).to.deep.equal(['t1']);
      },
    );

  it('are told after two minutes though it goes on; polls between end at their time and lose nothing', async () => {
    await clock.advance(180_000);
    await addOfService('t1');
    await clock.advance(61_000);
    expect(told()).to.deep.equal([]);
    poll();
    await clock.advance(50_000);
    expect(answer).to.equal(undefined);
    await clock.advance(10_000);
    expect(told()).to.deep.equal(['t1']);
  });
});

describe('polls of many agents on one server', () => {
  it('leave no listener on what they share', async () => {
    const clock = new FakeClock();
    const settledAfter = async <T>(ms: number, answers: readonly Promise<T>[]): Promise<readonly T[]> => {
      await clock.advance(ms);
      return await Promise.all(answers);
    };
    const store = await startedStore(clock);
    const { sessions } = await openedSession(store, clock);
    const many = Array.from({ length: 12 }, (_, n) =>
      sessions.open({ cluster: 'c', instance: `i${n}`, session: 1 }),
    );
    const pacer = new Pacer({ clock, instanceTimeoutMs: 30_000, agents: () => many.length });
    const turns = agentTurns(clock);
    const departures = new Departures(store);
    const polls = new Polls({ store, clock, sessions, departures, pacer, isRush: () => false, turns });
    const listening = new Set<() => void>();
    const draining = new (class extends LazyAbortController {
      override listen(listener: () => void): void {
        listening.add(listener);
      }
      override unlisten(listener: () => void): void {
        listening.delete(listener);
      }
    })();
    const poll = async ({ cluster, instance, id }: AgentSession) => {
      const request = { cluster, instance, session: id, cursor: undefined, knownDefinitions: [] };
      return await polls.poll(request, new LazyAbortController(), { draining });
    };
    const first = await settledAfter(1000, many.map(poll));
    const answers = many.map(async (session, i) => {
      const cursor = first[i]?.cursor;
      const { cluster, instance, id } = session;
      return await polls.poll(
        { cluster, instance, session: id, cursor, knownDefinitions: [] },
        new LazyAbortController(),
        { draining },
      );
    });
    await clock.advance(1000);
    expect(listening.size).to.equal(many.length);
    await settledAfter(60_000, answers);
    expect(listening.size).to.equal(0);
    polls.stop();
    sessions.stop();
    await stopStore(store, clock);
  });
});

describe('the end of a rush', () => {
  it('has agents told in turns, none while reports wait', async () => {
    const clock = new FakeClock();
    let isRush = true;
    let isBusy = false;
    const bulk = new Bulk(
      clock,
      () => isRush,
      () => isBusy,
    );
    const woken: string[] = [];
    const after = { service: 'web', desiredStatus: 'RUNNING' } as TaskSummary;
    for (let i = 0; i < 5; i++) {
      const session = new AgentSession({ cluster: 'c', instance: `i${i}`, session: 1 }, 0);
      session.wake = () => woken.push(session.instance);
      for (let n = 0; n < 100; n++) session.changed.add(`t${n}`);
      expect(bulk.hold(session, { before: undefined, after, isIdle: true })).to.equal(true);
    }
    await clock.advance(1000);
    expect(woken).to.deep.equal([]);
    isRush = false;
    await clock.advance(250);
    expect(woken).to.deep.equal(['i0', 'i1']);
    isBusy = true;
    await clock.advance(1000);
    expect(woken).to.have.length(2);
    isBusy = false;
    await clock.advance(50);
    expect(woken).to.deep.equal(['i0', 'i1', 'i2', 'i3', 'i4']);
    bulk.stop();
  });
});
