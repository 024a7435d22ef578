import {
  computedDesiredCount,
  type DrainTask,
  describeDrain,
  drainProgress,
  type HeardInstance,
  isLostFor,
  judgeSilence,
  taskHealth,
} from '@longshore/scheduler';
import { expect } from 'chai';

const nowMs = 200_000_000;
const rules = { instanceTimeoutMs: 30_000, forgetAfterMs: 86_400_000, resumeReplacing: false };

function heard(count: number, silent: number, options: Partial<HeardInstance> = {}): HeardInstance[] {
  return Array.from({ length: count }, (_, n) => ({
    id: `i${String(n).padStart(3, '0')}`,
    silentMs: n < silent ? 90_000 : 1000,
    lostSinceMs: 0,
    replaceAfterMs: 60_000,
    ...(n < silent ? options : {}),
  }));
}

describe('silence', () => {
  const cases: {
    name: string;
    instances: HeardInstance[];
    lost: number;
    disconnected: number;
    paused: boolean;
    resume?: boolean;
  }[] = [
    {
      name: 'one of ten is lost after timeout and grace',
      instances: heard(10, 1),
      lost: 1,
      disconnected: 1,
      paused: false,
    },
    {
      name: 'nobody is lost a moment earlier',
      instances: heard(10, 1, { silentMs: 89_999 }),
      lost: 0,
      disconnected: 1,
      paused: false,
    },
    {
      name: 'nobody is disconnected before the timeout',
      instances: heard(10, 1, { silentMs: 29_999 }),
      lost: 0,
      disconnected: 0,
      paused: false,
    },
    {
      name: 'a service may be in more of a hurry',
      instances: heard(10, 1, { silentMs: 35_000, replaceAfterMs: 5000 }),
      lost: 1,
      disconnected: 1,
      paused: false,
    },
    {
      name: 'all three of three are lost: three are never too many',
      instances: heard(3, 3),
      lost: 3,
      disconnected: 3,
      paused: false,
    },
    { name: 'a third is not yet too many', instances: heard(12, 4), lost: 4, disconnected: 4, paused: false },
    {
      name: 'more than a third are: nobody is lost',
      instances: heard(11, 4),
      lost: 0,
      disconnected: 4,
      paused: true,
    },
    {
      name: '60 of 100 silent: nobody is lost',
      instances: heard(100, 60),
      lost: 0,
      disconnected: 60,
      paused: true,
    },
    {
      name: 'unless a person says so',
      instances: heard(100, 60),
      lost: 60,
      disconnected: 60,
      paused: false,
      resume: true,
    },
    {
      name: 'those that are lost already are not counted again',
      instances: heard(100, 60, { lostSinceMs: nowMs - 1000 }),
      lost: 0,
      disconnected: 60,
      paused: false,
    },
  ];
  for (const { name, instances, lost, disconnected, paused, resume } of cases) {
    it(name, () => {
      const verdict = judgeSilence(instances, { ...rules, resumeReplacing: resume === true }, nowMs);
      expect(verdict.lost).to.have.length(lost);
      expect(verdict.disconnected).to.have.length(disconnected);
      expect(verdict.paused !== undefined).to.equal(paused);
    });
  }

  it('says how many are silent when it holds back', () => {
    expect(judgeSilence(heard(100, 60), rules, nowMs).paused).to.match(
      /^60 of 100 container instances are silent/,
    );
  });

  it('takes back the mark of one that is heard, and forgets one after a day', () => {
    const [back] = heard(1, 1, { silentMs: 500, lostSinceMs: nowMs - 5000 });
    const [gone] = heard(1, 1, { id: 'gone', lostSinceMs: nowMs - 86_400_000 });
    const verdict = judgeSilence([back as HeardInstance, gone as HeardInstance], rules, nowMs);
    expect(verdict.returned).to.deep.equal(['i000']);
    expect(verdict.forgotten).to.deep.equal(['gone']);
  });

  it('wakes when the next instance is due', () => {
    const instances = heard(2, 1, { silentMs: 80_000 });
    expect(judgeSilence(instances, rules, nowMs).wakeAfterMs).to.equal(10_000);
  });

  it('leaves a service its own time before it replaces', () => {
    const lostSinceMs = nowMs - 60_000;
    expect(isLostFor(lostSinceMs, { replaceAfterMs: 60_000, markedAfterMs: 60_000 }, nowMs)).to.equal(true);
    expect(isLostFor(lostSinceMs, { replaceAfterMs: 120_000, markedAfterMs: 60_000 }, nowMs)).to.equal(true);
    expect(isLostFor(lostSinceMs, { replaceAfterMs: 120_001, markedAfterMs: 60_000 }, nowMs)).to.equal(false);
    expect(isLostFor(lostSinceMs, { replaceAfterMs: 'never', markedAfterMs: 0 }, nowMs)).to.equal(false);
    expect(isLostFor(0, { replaceAfterMs: 0, markedAfterMs: 0 }, nowMs)).to.equal(false);
  });
});

describe('the health of a task', () => {
  const task = {
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
    healthStatus: 'UNKNOWN',
    runningForMs: 0,
  } as const;
  const plain = { hasHealthCheck: false, healthyAfterMs: 40_000, gracePeriodMs: 0 };
  const checked = { hasHealthCheck: true, healthyAfterMs: 40_000, gracePeriodMs: 10_000 };
  const cases: [name: string, task: Parameters<typeof taskHealth>[0], rules: typeof plain, health: string][] =
    [
      ['starts until it is RUNNING', { ...task, lastStatus: 'ACTIVATING' }, plain, 'starting'],
      ['starts for 40 s without a check', { ...task, runningForMs: 39_999 }, plain, 'starting'],
      ['is healthy after 40 s without a check', { ...task, runningForMs: 40_000 }, plain, 'healthy'],
      [
        'with a check is healthy when that says so, however soon',
        { ...task, healthStatus: 'HEALTHY' },
        checked,
        'healthy',
      ],
      [
        'with a check starts until that says something, however late',
        { ...task, runningForMs: 1e9 },
        checked,
        'starting',
      ],
      [
        'is not unhealthy within the grace period',
        { ...task, healthStatus: 'UNHEALTHY', runningForMs: 9999 },
        checked,
        'starting',
      ],
      [
        'is unhealthy after it',
        { ...task, healthStatus: 'UNHEALTHY', runningForMs: 10_000 },
        checked,
        'unhealthy',
      ],
      ['stops once told to', { ...task, desiredStatus: 'STOPPED', runningForMs: 1e9 }, plain, 'stopping'],
      ['stops once its containers do', { ...task, lastStatus: 'DEACTIVATING' }, plain, 'stopping'],
      ['has stopped', { ...task, lastStatus: 'STOPPED' }, plain, 'stopped'],
    ];
  for (const [name, subject, its, health] of cases) {
    it(name, () => expect(taskHealth(subject, its)).to.equal(health));
  }
});

describe('the progress of draining', () => {
  const task: DrainTask = {
    service: 'web',
    isDaemon: false,
    protectedUntilMs: 0,
    lastStatus: 'RUNNING',
    desiredStatus: 'RUNNING',
  };

  it('tells what each task waits for', () => {
    const progress = drainProgress(
      [
        task,
        { ...task, protectedUntilMs: nowMs + 1 },
        { ...task, service: '' },
        { ...task, isDaemon: true },
        { ...task, desiredStatus: 'STOPPED' },
        { ...task, lastStatus: 'STOPPED' },
      ],
      nowMs,
    );
    expect(progress).to.deep.equal({
      moving: 1,
      held: 1,
      standalone: 1,
      daemons: 1,
      stopping: 1,
      isDone: false,
    });
    expect(describeDrain(progress)).to.equal(
      'draining: 1 to be moved, 1 held by task protection, 1 standalone, running to their end, 1 daemons, which stop last, 1 stopping',
    );
  });

  it('is done when nothing is left', () => {
    expect(describeDrain(drainProgress([{ ...task, lastStatus: 'STOPPED' }], nowMs))).to.equal('drained');
  });
});

describe('the computed count of a task set', () => {
  const cases: [desired: number, scale: number | undefined, status: string, count: number][] = [
    [10, 50, 'ACTIVE', 5],
    [3, 50, 'PRIMARY', 2],
    [3, undefined, 'PRIMARY', 3],
    [3, 0, 'ACTIVE', 0],
    [3, 100, 'DRAINING', 0],
  ];
  for (const [desired, value, status, count] of cases) {
    it(`of ${value ?? 'no'} % of ${desired}, ${status}, is ${count}`, () => {
      const taskSet = {
        status,
        ...(value === undefined ? {} : { scale: { value, unit: 'PERCENT' as const } }),
      };
      expect(computedDesiredCount(taskSet, desired)).to.equal(count);
    });
  }
});
