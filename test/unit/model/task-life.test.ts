import {
  aContainerRecord,
  aTaskRecord,
  aTaskReport,
  codecOf,
  containerRank,
  containerStates,
  containerStatusValues,
  type KeyValuePair,
  mergeReport,
  newAttachments,
  type ReportStamp,
  type TaskRecord,
  type TaskReport,
  taskRank,
  taskStates,
  taskStatusValues,
  unchanged,
} from '@longshore/model';
import { expect } from 'chai';
import fc from 'fast-check';

const first: ReportStamp = { session: 1, sequence: 1 };

function merged(record: TaskRecord, report: TaskReport, stamp: ReportStamp = first): TaskRecord {
  const result = mergeReport(record, report, stamp);
  if (result === unchanged) throw new Error('unchanged');
  return result;
}

describe('the order of states', () => {
  it('knows every state of the contract', () => {
    expect([...taskStates].sort()).to.deep.equal([...taskStatusValues].sort());
    expect([...containerStates].sort()).to.deep.equal([...containerStatusValues].sort());
  });

  it('ranks what is no state below all', () => {
    expect(taskRank('UNSET')).to.be.below(taskRank('PROVISIONING'));
    expect(containerRank('UNSET')).to.be.below(containerRank('PENDING'));
  });
});

describe('mergeReport', () => {
  it('moves a task forward and counts its version', () => {
    const after = merged(aTaskRecord({ version: 3 }), aTaskReport({ lastStatus: 'RUNNING', startedAtMs: 5 }));
    expect(after).to.include({ lastStatus: 'RUNNING', startedAtMs: 5, version: 4 });
  });

  it('never moves a task back', () => {
    const record = aTaskRecord({ lastStatus: 'RUNNING' });
    expect(mergeReport(record, aTaskReport({ lastStatus: 'PENDING' }), first)).to.equal(unchanged);
  });

  it('says unchanged for a report that brings nothing', () => {
    const report = aTaskReport({
      lastStatus: 'RUNNING',
      containers: [aContainerRecord({ lastStatus: 'RUNNING' })],
    });
    const record = merged(aTaskRecord(), report);
    expect(mergeReport(record, report, first)).to.equal(unchanged);
    expect(mergeReport(record, report, { session: 2, sequence: 9 })).to.equal(unchanged);
  });

  it('does not take absent and undefined for a difference', () => {
    const codec = codecOf('TaskRecord');
    const record = codec.decode(
      codec.encode(merged(aTaskRecord(), aTaskReport({ containers: [aContainerRecord()] }))),
    );
    const report = aTaskReport({ containers: [{ ...aContainerRecord(), exitCode: undefined }] });
    expect(mergeReport(record, report, first)).to.equal(unchanged);
  });

  it('keeps a container forward within a run, and takes a later run whole', () => {
    const stopped = aContainerRecord({
      lastStatus: 'STOPPED',
      exitCode: 1,
      runtimeId: 'a',
      healthStatus: 'UNHEALTHY',
    });
    const record = aTaskRecord({ lastStatus: 'RUNNING', containers: [stopped] });
    const late = aTaskReport({ containers: [aContainerRecord({ lastStatus: 'RUNNING', runtimeId: 'a' })] });
    expect(merged(record, late).containers[0]).to.include({ lastStatus: 'STOPPED', exitCode: 1 });
    const again = aContainerRecord({ lastStatus: 'RUNNING', runtimeId: 'b', restartCount: 1 });
    expect(merged(record, aTaskReport({ containers: [again] })).containers).to.deep.equal([again]);
  });

  it('ignores an earlier run', () => {
    const second = aContainerRecord({ lastStatus: 'PENDING', restartCount: 2 });
    const record = aTaskRecord({ lastStatus: 'RUNNING', containers: [second] });
    const report = aTaskReport({
      containers: [aContainerRecord({ lastStatus: 'STOPPED', restartCount: 1, exitCode: 1 })],
    });
    expect(mergeReport(record, report, first)).to.equal(unchanged);
  });

  it('takes health from the newest report alone', () => {
    const healthy = merged(aTaskRecord(), aTaskReport({ healthStatus: 'HEALTHY' }), {
      session: 2,
      sequence: 5,
    });
    const older = aTaskReport({ healthStatus: 'UNHEALTHY' });
    expect(mergeReport(healthy, older, { session: 2, sequence: 4 })).to.equal(unchanged);
    expect(mergeReport(healthy, older, { session: 1, sequence: 9 })).to.equal(unchanged);
    expect(merged(healthy, older, { session: 3, sequence: 1 }).healthStatus).to.equal('UNHEALTHY');
  });

  it('keeps the reason that the control plane gave', () => {
    const record = aTaskRecord({
      stopCode: 'UserInitiated',
      stoppedReason: 'enough',
      desiredStatus: 'STOPPED',
    });
    const report = aTaskReport({
      lastStatus: 'STOPPED',
      stopCode: 'EssentialContainerExited',
      stoppedReason: 'Essential container in task exited',
    });
    expect(merged(record, report)).to.include({ stopCode: 'UserInitiated', stoppedReason: 'enough' });
  });

  it("takes the agent's reason where there is none, and wants the task no more", () => {
    const report = aTaskReport({
      lastStatus: 'STOPPED',
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'no image',
    });
    expect(merged(aTaskRecord(), report)).to.include({
      stopCode: 'TaskFailedToStart',
      stoppedReason: 'no image',
      desiredStatus: 'STOPPED',
    });
  });

  it('notes when a task was first heard of', () => {
    const heard = merged(aTaskRecord(), aTaskReport(), { ...first, nowMs: 77 });
    expect(heard.connectivityAtMs).to.equal(77);
    expect(
      merged(heard, aTaskReport({ lastStatus: 'RUNNING' }), { ...first, nowMs: 99 }).connectivityAtMs,
    ).to.equal(77);
  });

  const task = '0123456789abcdef0123456789abcdef';
  const network = { awsvpcConfiguration: { subnets: ['subnet-1'] } };
  const born = newAttachments(task, { networkMode: 'awsvpc' }, network);
  const subnet = { name: 'subnetId', value: 'subnet-1' };
  const address = { name: 'privateIPv4Address', value: '172.30.0.9' };
  const withInterface = (id: string, status: string, details: readonly KeyValuePair[]): TaskReport =>
    aTaskReport({
      attachments: [{ id, type: 'ElasticNetworkInterface', status, details }],
      containers: [
        aContainerRecord({
          networkInterfaces: [{ attachmentId: id, privateIpv4Address: '172.30.0.9' }],
        }),
      ],
    });

  it('keeps the interface of a task under the id that it was made with, whatever its agent calls it', () => {
    const id = born[0]?.id ?? '';
    expect(born).to.deep.equal([
      { id, type: 'ElasticNetworkInterface', status: 'PRECREATED', details: [subnet] },
    ]);
    const record = aTaskRecord({ attachments: born });
    for (const told of [id, 'another-id']) {
      const after = merged(record, withInterface(told, 'ATTACHED', [subnet, address]));
      expect(after.attachments).to.deep.equal([
        { id, type: 'ElasticNetworkInterface', status: 'ATTACHED', details: [subnet, address] },
      ]);
      expect(after.containers[0]?.networkInterfaces[0]?.attachmentId).to.equal(id);
    }
  });

  it('takes an interface from the agent where the record is from before they were made with their tasks', () => {
    const report = withInterface('its-id', 'ATTACHED', [subnet, address]);
    expect(merged(aTaskRecord(), report).attachments).to.deep.equal(report.attachments);
  });

  it('never takes an attachment back, nor what is known of it', () => {
    const id = born[0]?.id ?? '';
    const report = withInterface(id, 'ATTACHED', [subnet, address]);
    const up = merged(aTaskRecord({ attachments: born }), report, { session: 1, sequence: 2 });
    const later: ReportStamp = { session: 2, sequence: 1 };
    expect(mergeReport(up, { ...report, attachments: born }, later)).to.equal(unchanged);
    const gone = merged(up, withInterface(id, 'DELETED', [subnet]), later);
    expect(gone.attachments[0]).to.deep.include({ status: 'DELETED', details: [subnet, address] });
  });

  it('attaches nothing outside awsvpc mode', () => {
    expect(newAttachments(task, { networkMode: 'bridge' }, undefined)).to.deep.equal([]);
  });

  it('changes neither of its arguments', () => {
    const record = aTaskRecord({ containers: [aContainerRecord()] });
    const report = aTaskReport({
      lastStatus: 'STOPPED',
      containers: [aContainerRecord({ lastStatus: 'STOPPED' })],
    });
    const before = JSON.stringify([record, report]);
    mergeReport(record, report, first);
    expect(JSON.stringify([record, report])).to.equal(before);
  });
});

/** What one agent tells of a task, in order: each report is the whole of what it knows then. */
function story(steps: readonly Step[]): readonly (readonly [TaskReport, ReportStamp])[] {
  let report = aTaskReport();
  let container = aContainerRecord();
  return steps.map((step, i) => {
    container = nextContainer(container, step);
    const rank = Math.min(taskRank(report.lastStatus) + step.forward, taskStates.length - 1);
    const lastStatus = taskStates[rank] ?? 'STOPPED';
    report = {
      ...report,
      lastStatus,
      attachments: attachedAt(rank),
      containers: [container],
      healthStatus: step.health,
      startedAtMs: report.startedAtMs || (rank >= taskRank('RUNNING') ? i + 1 : 0),
      stoppedAtMs: lastStatus === 'STOPPED' ? report.stoppedAtMs || i + 1 : 0,
    };
    return [report, { session: step.session, sequence: i + 1 }];
  });
}

/** The interface of a task in awsvpc mode, as its agent knows it by then. */
function attachedAt(rank: number): TaskReport['attachments'] {
  const isUp = rank >= taskRank('ACTIVATING');
  const stopped = rank === taskStates.length - 1;
  const address = { name: 'privateIPv4Address', value: '172.30.0.9' };
  return [
    {
      id: 'own-id',
      type: 'ElasticNetworkInterface',
      status: stopped ? 'DELETED' : isUp ? 'ATTACHED' : 'ATTACHING',
      details: [{ name: 'subnetId', value: 'subnet-1' }, ...(isUp ? [address] : [])],
    },
  ];
}

interface Step {
  readonly forward: number;
  readonly restart: boolean;
  readonly health: 'HEALTHY' | 'UNHEALTHY' | 'UNKNOWN';
  readonly session: number;
}

function nextContainer(
  container: TaskReport['containers'][number],
  step: Step,
): TaskReport['containers'][number] {
  if (container.lastStatus === 'STOPPED' && step.restart)
    return aContainerRecord({ restartCount: container.restartCount + 1, healthStatus: step.health });
  const rank = Math.min(containerRank(container.lastStatus) + Math.min(step.forward, 1), 2);
  const lastStatus = containerStates[rank] ?? 'STOPPED';
  return {
    ...container,
    lastStatus,
    healthStatus: step.health,
    runtimeId: rank > 0 ? `id-${container.restartCount}` : '',
    ...(lastStatus === 'STOPPED' ? { exitCode: container.restartCount } : {}),
  };
}

describe('mergeReport, in any order', () => {
  const steps = fc.array(
    fc.record({
      forward: fc.integer({ min: 0, max: 2 }),
      restart: fc.boolean(),
      health: fc.constantFrom('HEALTHY', 'UNHEALTHY', 'UNKNOWN'),
      session: fc.constant(1),
    }),
    { minLength: 1, maxLength: 12 },
  );

  const play = (record: TaskRecord, reports: readonly (readonly [TaskReport, ReportStamp])[]): TaskRecord =>
    reports.reduce((state, [report, stamp]) => {
      const result = mergeReport(state, report, stamp);
      return result === unchanged ? state : result;
    }, record);

  it('ends in one record, however often and in whatever order reports arrive', () => {
    const shuffled = steps.chain((s) => {
      const told = story(s);
      return fc.tuple(
        fc.constant(told),
        fc.shuffledSubarray([...told, ...told], { minLength: told.length * 2, maxLength: told.length * 2 }),
      );
    });
    fc.assert(
      fc.property(shuffled, ([inOrder, anyOrder]) => {
        const visible = (r: TaskRecord): object => ({ ...r, version: 0 });
        expect(visible(play(aTaskRecord(), anyOrder))).to.deep.equal(visible(play(aTaskRecord(), inOrder)));
      }),
      { numRuns: 300 },
    );
  });

  it('never lets a state go back on the way', () => {
    fc.assert(
      fc.property(steps, fc.infiniteStream(fc.nat()), (s, picks) => {
        const told = story(s);
        let state = aTaskRecord();
        for (const pick of picks.take(20)) {
          const next = play(state, [told[pick % told.length] as (typeof told)[number]]);
          expect(taskRank(next.lastStatus)).to.be.at.least(taskRank(state.lastStatus));
          expect(next.version).to.be.at.least(state.version);
          state = next;
        }
      }),
      { numRuns: 200 },
    );
  });
});
