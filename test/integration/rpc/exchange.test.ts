import { deferred } from '@longshore/kit';
import { accessDenied, aTaskReport, EcsError, storeAway } from '@longshore/model';
import {
  type AgentLine,
  type Attempt,
  agentLine,
  type ChannelSettings,
  type Handlers,
  type RpcCall,
  type RpcServerOptions,
} from '@longshore/rpc';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { duplexCall } from './bare-http2.js';
import { type Caller, failure, type Rig, setUp, takeDown } from './rig.js';

type AgentHandlers = Handlers<'AgentService', Caller>;

interface LineRig extends Rig {
  line(settings?: Partial<ChannelSettings>): AgentLine;
}

async function setUpLine(
  agent: AgentHandlers,
  options: Partial<RpcServerOptions<Caller>> = {},
): Promise<LineRig> {
  const rig = await setUp({ agent, options: { stopWithinMs: 2000, ...options } });
  return { ...rig, line: (settings = {}) => agentLine(rig.channel({ balance: 'one', ...settings })) };
}

const ids = { cluster: 'default', instance: 'i', session: 7 };
const aPoll = { ...ids, cursor: { epoch: 'e', revision: 3 }, knownDefinitions: [] };
const aReport = { ...ids, sequence: 1, tasks: [], complete: false, orphans: [] };
const pace = { heartbeatMs: 1, reportMs: 2, utilisationMs: 3 };

function pollAnswer(revision: number) {
  const nothing = { assignments: [], unchanged: [], removed: [], definitions: [] };
  return { cursor: { epoch: 'e', revision }, complete: false, ...nothing, pace };
}

/** A handler whose calls wait until they are let go, by hand. */
function gate<T>(answer: T): {
  readonly calls: RpcCall<Caller>[];
  readonly handler: (request: unknown, call: RpcCall<Caller>) => Promise<T>;
  readonly open: () => void;
} {
  const calls: RpcCall<Caller>[] = [];
  const waiting: (() => void)[] = [];
  return {
    calls,
    handler: (_request, call) => {
      calls.push(call);
      return new Promise((resolve, reject) => {
        waiting.push(() => resolve(answer));
        call.signal.addEventListener('abort', () => reject(call.signal.reason as Error), { once: true });
      });
    },
    open: () => {
      for (const resolve of waiting.splice(0)) resolve();
    },
  };
}

describe('the line of an agent', () => {
  afterEach(async () => {
    await takeDown();
  });

  it('carries calls of all kinds by one stream, and answers each when it is ready', async () => {
    const poll = gate(pollAnswer(4));
    let reported: unknown;
    const rig = await setUpLine({
      Poll: poll.handler,
      Report: async (request) => {
        reported = request;
        return { acks: [{ task: 't', outcome: 'OUTCOME_COMMITTED' }], pace };
      },
      ReportUtilisation: async () => ({ pace }),
      TaskProtection: async ({ task }) => ({ failure: { arn: task, reason: 'MISSING' } }),
    });
    const line = rig.line();
    const polled = line.Poll(aPoll);
    const answer = await line.Report(aReport);
    expect(answer).to.deep.equal({ acks: [{ task: 't', outcome: 'OUTCOME_COMMITTED' }], pace });
    expect(reported).to.deep.include(aReport);
    const used = { ...ids, containers: [], pulls: [] };
    expect(await line.ReportUtilisation(used)).to.deep.equal({ pace });
    const { failure: missing } = await line.TaskProtection({ ...ids, task: 'x' });
    expect(missing).to.include({ arn: 'x', reason: 'MISSING' });
    poll.open();
    expect(await polled).to.deep.include({ cursor: { epoch: 'e', revision: 4 }, pace });
    expect(new Set(rig.outcomes.map(({ peer }) => peer)).size).to.equal(1);
    expect(new Set(rig.outcomes.map(({ requestId }) => requestId)).size).to.equal(4);
    expect(rig.outcomes.map(({ operation, code }) => `${operation} ${code}`)).to.deep.equal([
      'Report OK',
      'ReportUtilisation OK',
      'TaskProtection OK',
      'Poll OK',
    ]);
  });

  it('reads what has to wait when its turn comes, and the rest meanwhile', async () => {
    const turn = deferred<void>();
    let asked = 0;
    const turnToRead = (operation: string, bytes: number): Promise<void> | undefined => {
      if (operation !== 'Report' || bytes < 2000) return undefined;
      asked++;
      return turn.promise;
    };
    const sizes: number[] = [];
    const rig = await setUpLine(
      {
        Report: async ({ tasks }) => {
          sizes.push(tasks.length);
          return { acks: [], pace };
        },
        ReportUtilisation: async () => ({ pace }),
      },
      { turnToRead },
    );
    const line = rig.line();
    const tasks = Array.from({ length: 100 }, (_, n) => aTaskReport({ task: `${n}`.padStart(32, '0') }));
    const large = line.Report({ ...aReport, tasks });
    await line.Report(aReport);
    await line.ReportUtilisation({ ...ids, containers: [], pulls: [] });
    expect({ asked, sizes }).to.deep.equal({ asked: 1, sizes: [0] });
    turn.resolve();
    await large;
    expect(sizes).to.deep.equal([0, 100]);
  });

  it('gives each call its own error, whole, and goes on', async () => {
    const rig = await setUpLine({
      Poll: () => Promise.reject(new EcsError('ConflictException', 'session 7 is over: größer')),
      Report: () => Promise.reject(storeAway('etcd does not answer')),
      ReportUtilisation: () => Promise.reject(new TypeError('secret of the house')),
    });
    const line = rig.line();
    expect(await failure(line.Poll(aPoll))).to.deep.include({
      code: 'ConflictException',
      status: 'ABORTED',
      message: 'session 7 is over: größer',
      answered: true,
      retryable: false,
    });
    expect(await failure(line.Report(aReport))).to.include({ status: 'UNAVAILABLE', retryAfterMs: 1000 });
    const inside = await failure(line.ReportUtilisation({ ...ids, containers: [], pulls: [] }));
    expect(inside).to.include({ code: 'ServerException', message: 'An internal error occurred.' });
    const missing = await failure(line.TaskProtection({ ...ids, task: 'x' }));
    expect(missing.code).to.equal('UnsupportedFeatureException');
    expect(new Set(rig.outcomes.map(({ peer }) => peer)).size).to.equal(1);
  });

  it('ends no line for an answer that cannot be written', async () => {
    const rig = await setUpLine({
      Poll: async () => ({ ...pollAnswer(1), assignments: 'none' }) as never,
      Report: async () => ({ acks: [], pace }),
    });
    const line = rig.line();
    expect((await failure(line.Poll(aPoll))).code).to.equal('ServerException');
    await line.Report(aReport);
    const wrong = { ...aReport, tasks: 'none' } as never;
    const refused = await line.Report(wrong).catch((thrown: unknown) => thrown);
    expect(refused).to.be.instanceOf(TypeError);
    await line.Report(aReport);
  });

  it('asks the door at every call, and goes on with a token that changed', async () => {
    const attempts: Attempt[] = [];
    const valid = new Set(['first']);
    let token = 'first';
    const rig = await setUpLine(
      { Report: async () => ({ acks: [], pace }) },
      {
        authorize: (attempt) => {
          attempts.push(attempt);
          if (!valid.has(attempt.token ?? '')) throw accessDenied('no');
          return { token: attempt.token };
        },
      },
    );
    const line = rig.line({ token: () => token });
    await line.Report(aReport);
    expect(attempts.map(({ operation }) => operation)).to.deep.equal(['Exchange', 'Report']);
    valid.clear();
    expect((await failure(line.Report(aReport))).code).to.equal('AccessDeniedException');
    valid.add('second');
    token = 'second';
    await line.Report(aReport);
    expect(attempts.at(-1)).to.include({ operation: 'Report', token: 'second' });
  });

  it('lets nobody open a line whom the door refuses', async () => {
    const rig = await setUpLine(
      { Report: async () => ({ acks: [], pace }) },
      {
        authorize: () => {
          throw accessDenied('no');
        },
      },
    );
    expect((await failure(rig.line().Report(aReport))).code).to.equal('AccessDeniedException');
    expect(rig.outcomes.map(({ operation }) => operation)).to.deep.equal(['Exchange']);
  });

  it('answers what a token that was replaced has asked for', async () => {
    const poll = gate(pollAnswer(4));
    let token = 'first';
    const rig = await setUpLine({ Poll: poll.handler, Report: async () => ({ acks: [], pace }) });
    const line = rig.line({ token: () => token });
    const polled = line.Poll(aPoll);
    await eventually(() => expect(poll.calls).to.have.length(1));
    token = 'second';
    await line.Report(aReport);
    poll.open();
    expect((await polled).cursor).to.deep.equal({ epoch: 'e', revision: 4 });
    // The line before has ended by itself once all was answered.
    await eventually(() =>
      expect(rig.outcomes.map((o) => `${o.operation} ${o.code}`)).to.include('Exchange OK'),
    );
  });

  it('rejects with the reason of a caller who goes, and with the deadline of one who waits no longer', async () => {
    const poll = gate(pollAnswer(4));
    const rig = await setUpLine({ Poll: poll.handler, Report: async () => ({ acks: [], pace }) });
    const line = rig.line();
    const controller = new AbortController();
    const gone = line.Poll(aPoll, { signal: controller.signal }).catch((thrown: Error) => thrown.message);
    await eventually(() => expect(poll.calls).to.have.length(1));
    controller.abort(new Error('enough'));
    expect(await gone).to.equal('enough');
    expect(await failure(line.Poll(aPoll, { timeoutMs: 20 }))).to.include({ status: 'DEADLINE_EXCEEDED' });
    // Their answers come, and are nobody's.
    poll.open();
    await line.Report(aReport);
  });

  it('tells the server that its agent has gone', async () => {
    const poll = gate(pollAnswer(4));
    const rig = await setUpLine({ Poll: poll.handler });
    const line = rig.line();
    const polled = failure(line.Poll(aPoll));
    await eventually(() => expect(poll.calls).to.have.length(1));
    expect(poll.calls[0]?.connection?.receivedBytes).to.be.greaterThan(0);
    line.close();
    expect(await polled).to.include({ status: 'UNAVAILABLE', retryable: true });
    await eventually(() => expect(poll.calls[0]?.signal.aborted).to.equal(true));
  });

  it('is opened anew by the next call when the server was lost', async () => {
    const poll = gate(pollAnswer(4));
    const first = await setUpLine({ Poll: poll.handler });
    const { port } = first.server;
    const line = first.line();
    const polled = failure(line.Poll(aPoll));
    await eventually(() => expect(poll.calls).to.have.length(1));
    await first.server.stop();
    expect((await polled).retryable).to.equal(true);
    await setUpLine({ Report: async () => ({ acks: [], pace }) }, { listen: { host: '127.0.0.1', port } });
    await eventually(() => line.Report(aReport));
  });

  it('ends when a server stops: polls are answered, what comes then is sent elsewhere', async () => {
    const report = gate({ acks: [], pace });
    const drained: RpcCall<Caller>[] = [];
    const rig = await setUpLine({
      Poll: (_request, call) =>
        new Promise((resolve) => {
          drained.push(call);
          call.draining.addEventListener('abort', () => resolve(pollAnswer(9)), { once: true });
        }),
      Report: report.handler,
    });
    const line = rig.line();
    const polled = line.Poll(aPoll);
    const reported = line.Report(aReport);
    await eventually(() => expect([drained.length, report.calls.length]).to.deep.equal([1, 1]));
    const stopped = rig.server.stop();
    expect((await polled).cursor).to.deep.equal({ epoch: 'e', revision: 9 });
    expect(await failure(line.Poll(aPoll))).to.include({ status: 'UNAVAILABLE', retryable: true });
    expect(drained).to.have.length(1);
    report.open();
    expect(await reported).to.deep.equal({ acks: [], pace });
    await stopped;
  });

  it('takes no more calls at once than it has room for, and loses none', async () => {
    let [running, most] = [0, 0];
    const rig = await setUpLine({
      Report: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise((resolve) => setImmediate(resolve));
        running -= 1;
        return { acks: [], pace };
      },
    });
    const line = rig.line();
    await Promise.all(Array.from({ length: 500 }, () => line.Report(aReport)));
    expect(most).to.be.within(2, 32);
    expect(rig.outcomes).to.have.length(500);
  });

  it('carries answers far larger than the window of a stream', async () => {
    const unchanged = Array.from({ length: 40_000 }, (_, i) => `${i}`.padStart(32, '0'));
    const rig = await setUpLine({ Poll: async () => ({ ...pollAnswer(1), unchanged }) });
    const line = rig.line();
    const [one, other] = await Promise.all([line.Poll(aPoll), line.Poll(aPoll)]);
    expect(one.unchanged).to.deep.equal(unchanged);
    expect(other.unchanged).to.have.length(unchanged.length);
  });

  it('lets what waits on a stream go when garbage ends it', async () => {
    const poll = gate(pollAnswer(4));
    const rig = await setUpLine({ Poll: poll.handler, Report: async () => ({ acks: [], pace }) });
    // Field 2 of call 5 is a request to Poll, of nothing; what comes after it is no message.
    const path = '/longshore.v1.AgentService/Exchange';
    const answer = await duplexCall(rig.server.port, path, [8, 5, 18, 0], [15]);
    expect(answer.status).to.equal('3');
    await eventually(() => expect(poll.calls[0]?.signal.aborted).to.equal(true));
    poll.open();
    await rig.line().Report(aReport);
  });

  for (const { what, message, status, says } of [
    { what: 'no message', message: [15], status: '3', says: '' },
    { what: 'a call of nothing', message: [8, 5], status: '0', says: 'The request is no AgentCall.' },
    // Number 5, and a report whose one byte begins a member that does not end.
    {
      what: 'half a report',
      message: [8, 5, 26, 1, 10],
      status: '0',
      says: 'The request is no ReportRequest.',
    },
    { what: 'a report that is cut off', message: [8, 5, 26, 9, 10], status: '3', says: '' },
  ])
    it(`survives ${what} on its stream`, async () => {
      const rig = await setUpLine({ Report: async () => ({ acks: [], pace }) });
      const answer = await duplexCall(rig.server.port, '/longshore.v1.AgentService/Exchange', message);
      expect(answer.status).to.equal(status);
      expect(answer.body).to.include(says);
      await rig.line().Report(aReport);
    });
});
