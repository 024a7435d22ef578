import { FakeClock, LazyAbortController, silentLogger } from '@longshore/kit';
import { aTaskRecord, type PollResponse } from '@longshore/model';
import type { Connection } from '@longshore/rpc';
import { keyOf, type MemoryStore } from '@longshore/store';
import { expect } from 'chai';
import { Departures } from '../../../packages/control-plane/src/dispatcher/departures.js';
import { Heartbeats } from '../../../packages/control-plane/src/dispatcher/heartbeats.js';
import { Pacer } from '../../../packages/control-plane/src/dispatcher/pace.js';
import { Polls } from '../../../packages/control-plane/src/dispatcher/poll.js';
import type { AgentSession, Sessions } from '../../../packages/control-plane/src/dispatcher/sessions.js';
import { agentTurns } from '../../../packages/control-plane/src/dispatcher/turns.js';
import { committed, openedSession, startedStore, stopStore } from './support/memory-store.js';

const instanceTimeoutMs = 30_000;

describe('a poll that waits', () => {
  let clock: FakeClock;
  let store: MemoryStore;
  let sessions: Sessions;
  let session: AgentSession;
  let pacer: Pacer;
  let polls: Polls;
  let gone: LazyAbortController;
  let draining: LazyAbortController;
  let knownDefinitions: readonly string[];
  let cursor: PollResponse['cursor'];

  /** What became of it, once anything did. */
  const poll = (connection?: Connection): { answer?: PollResponse; thrown?: unknown } => {
    const { cluster, instance, id } = session;
    const request = { cluster, instance, session: id, cursor, knownDefinitions: [...knownDefinitions] };
    const outcome: { answer?: PollResponse; thrown?: unknown } = {};
    void polls.poll(request, gone, { draining, connection }).then(
      (answer) => {
        outcome.answer = answer;
      },
      (thrown: unknown) => {
        outcome.thrown = thrown;
      },
    );
    return outcome;
  };
  const start = (id: string): Promise<number> => {
    const key = keyOf('task', 'c', id);
    const task = aTaskRecord({ instance: 'i', desiredStatus: 'RUNNING' });
    return committed(store, clock, { expect: [{ key, revision: 0 }], write: [{ put: key, value: task }] });
  };

  beforeEach(async () => {
    clock = new FakeClock();
    store = await startedStore(clock);
    ({ sessions, session } = await openedSession(store, clock));
    pacer = new Pacer({ clock, instanceTimeoutMs, agents: () => 1 });
    const departures = new Departures(store);
    const turns = agentTurns(clock);
    polls = new Polls({ store, clock, sessions, departures, pacer, isRush: () => false, turns });
    gone = new LazyAbortController();
    draining = new LazyAbortController();
    knownDefinitions = ['web:1', 'web:2'];
    cursor = undefined;
    const first = poll();
    await clock.advance(10);
    cursor = first.answer?.cursor;
    expect(cursor?.revision).to.be.greaterThan(0);
  });

  afterEach(async () => {
    polls.stop();
    sessions.stop();
    await stopStore(store, clock);
  });

  it('keeps the pings of its connection as heartbeats when it has taken the place of another', async () => {
    const heartbeats = new Heartbeats({ store, clock, logger: silentLogger, sessions, instanceTimeoutMs });
    await heartbeats.start();
    const line = { receivedBytes: 1 };
    const older = poll({ receivedBytes: 1 });
    poll(line);
    await clock.advance(10);
    expect(older.answer?.cursor).to.deep.equal(cursor);
    for (let second = 0; second < 90; second += 10) {
      line.receivedBytes += 17;
      await clock.advance(10_000);
    }
    expect(store.get(keyOf('instance', 'c', 'i'))?.value.overdueSinceMs).to.equal(0);
    const stopped = heartbeats.stop();
    await clock.advance(5000);
    await stopped;
  });

  it('leaves nothing in its session when it is answered, or its caller goes', async () => {
    const answered = poll();
    await start('aa');
    await clock.advance(10);
    expect(answered.answer?.assignments.map((a) => a.task)).to.deep.equal(['aa']);
    expect(session.waiting).to.equal(undefined);
    cursor = answered.answer?.cursor;
    const left = poll();
    await clock.advance(10);
    expect(session.waiting).to.not.equal(undefined);
    gone.abort(new Error('the caller has gone'));
    await clock.advance(10);
    expect(left.thrown).to.have.property('message', 'the caller has gone');
    expect(session.waiting).to.equal(undefined);
  });

  it('is answered without news when the server stops, and the cursor stays', async () => {
    const waiting = poll();
    await clock.advance(10);
    draining.abort(new Error('stopping'));
    await clock.advance(10);
    expect(waiting.answer).to.deep.include({ cursor, assignments: [], complete: false });
    const next = poll();
    await clock.advance(10);
    expect(next.answer?.cursor).to.deep.equal(cursor);
  });

  it('gathers where agents are many: more news do not end that sooner, and are told together', async () => {
    const waiting = poll();
    await clock.advance(10);
    while (pacer.gatherMs() < 400) pacer.exchanged();
    await start('aa');
    await clock.advance(100);
    await start('bb');
    await clock.advance(100);
    expect(waiting).to.deep.equal({});
    await clock.advance(1000);
    expect(waiting.answer?.assignments.map((a) => a.task).sort()).to.deep.equal(['aa', 'bb']);
  });

  it('that gathers fails at once when its session is over', async () => {
    const waiting = poll();
    await clock.advance(10);
    while (pacer.gatherMs() < 400) pacer.exchanged();
    await start('aa');
    sessions.endAll();
    await clock.advance(10);
    expect(waiting.thrown).to.have.property('code', 'ConflictException');
  });

  it('waits for what its agent has heard of elsewhere, and tells an agent that is ahead for long to ask another', async () => {
    const revision = store.watched + 1;
    cursor = { epoch: store.epoch, revision };
    const ahead = poll();
    await clock.advance(500);
    expect(ahead).to.deep.equal({});
    for (const id of ['aa', 'bb']) {
      await start(id);
      await clock.advance(10);
    }
    expect(ahead.answer?.assignments).to.have.length(1);
    expect(ahead.answer?.cursor?.revision).to.be.at.least(revision);
    cursor = { epoch: store.epoch, revision: store.watched + 100 };
    const farAhead = poll();
    await clock.advance(3000);
    expect(String((farAhead.thrown as Error).message)).to.contain('ask another');
    expect(session.waiting).to.equal(undefined);
  });

  it('has the list of known definitions that the one before had, where they are the same', () => {
    const known = session.knows(['web:1', 'web:2']);
    expect(session.knows(['web:1', 'web:2'])).to.equal(known);
    expect(session.knows(['web:1', 'web:3'])).to.deep.equal(['web:1', 'web:3']);
    expect(session.knows([])).to.deep.equal([]);
  });
});
