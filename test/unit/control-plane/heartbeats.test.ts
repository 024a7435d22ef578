import { FakeClock, silentLogger } from '@longshore/kit';
import { keyOf, type MemoryStore } from '@longshore/store';
import { expect } from 'chai';
import { Heartbeats } from '../../../packages/control-plane/src/dispatcher/heartbeats.js';
import { Pacer } from '../../../packages/control-plane/src/dispatcher/pace.js';
import type { AgentSession, Sessions } from '../../../packages/control-plane/src/dispatcher/sessions.js';
import { openedSession, startedStore, stopStore } from './support/memory-store.js';

const instanceTimeoutMs = 30_000;
const key = keyOf('instance', 'c', 'i');

describe('the heartbeats of agents', () => {
  let clock: FakeClock;
  let store: MemoryStore;
  let sessions: Sessions;
  let session: AgentSession;
  let heartbeats: Heartbeats;
  let line: { receivedBytes: number };

  beforeEach(async () => {
    clock = new FakeClock();
    store = await startedStore(clock);
    ({ sessions, session } = await openedSession(store, clock));
    heartbeats = new Heartbeats({ store, clock, logger: silentLogger, sessions, instanceTimeoutMs });
    await heartbeats.start();
    line = { receivedBytes: 100 };
  });

  afterEach(async () => {
    const stopped = heartbeats.stop();
    await clock.advance(1000);
    await stopped;
    sessions.stop();
    await stopStore(store, clock);
  });

  const isOverdue = (): boolean => (store.get(key)?.value.overdueSinceMs ?? 0) > 0;
  const pass = async (seconds: number, each: (second: number) => void = () => undefined): Promise<void> => {
    for (let second = 1; second <= seconds; second++) {
      each(second);
      await clock.advance(1000);
    }
  };
  const ping = (second: number): void => {
    if (second % 10 === 0) line.receivedBytes += 17;
  };

  it('are the pings on its connection while its poll waits', async () => {
    session.waitsOn(line);
    await pass(200, ping);
    expect(isOverdue()).to.equal(false);
  });

  it('end with them: it is overdue one timeout after the last', async () => {
    session.waitsOn(line);
    await pass(60, ping);
    await pass(29);
    expect(isOverdue()).to.equal(false);
    await pass(5);
    expect(isOverdue()).to.equal(true);
    await pass(3, () => {
      line.receivedBytes += 17;
    });
    expect(isOverdue()).to.equal(false);
  });

  it('end what was written just before', async () => {
    session.waitsOn(line);
    for (let i = 0; i < 400 && !isOverdue(); i++) await clock.advance(100);
    expect(isOverdue()).to.equal(true);
    line.receivedBytes += 17;
    await pass(3);
    expect(isOverdue()).to.equal(false);
  });

  it('are its calls alone while none of its polls waits, whatever comes on its connection', async () => {
    session.waitsOn(line);
    session.waitsOn(undefined);
    await pass(35, ping);
    expect(isOverdue()).to.equal(true);
    sessions.hear({ cluster: 'c', instance: 'i', session: session.id });
    await pass(3);
    expect(isOverdue()).to.equal(false);
  });
});

describe('the pace that agents are told', () => {
  const pacer = (timeoutMs: number, agents = 1): Pacer =>
    new Pacer({ clock: new FakeClock(), instanceTimeoutMs: timeoutMs, agents: () => agents });

  it('has a poll wait for four minutes where pings tell of the agent, else for a third of the timeout', () => {
    expect(pacer(30_000).pollMs(true)).to.equal(240_000);
    expect(pacer(30_000).pollMs(false)).to.equal(10_000);
    expect(pacer(6_000).pollMs(false)).to.equal(2_000);
  });

  it('leaves a timeout to the polls that is too short for pings every 10 s', () => {
    expect(pacer(29_000).pollMs(true)).to.equal(9_666);
  });

  for (const [agents, ms] of [
    [1, 5_000],
    [100, 10_000],
    [400, 40_000],
    [1_000, 60_000],
    [5_000, 60_000],
  ] as const)
    it(`has ${agents} agents say what they use every ${ms / 1000} s`, () => {
      expect(pacer(30_000, agents).pace().utilisationMs).to.equal(ms);
    });
});
