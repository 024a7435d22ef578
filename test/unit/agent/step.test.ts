import type { ContainerFacts } from '@longshore/runtime';
import { expect } from 'chai';
import fc from 'fast-check';
import type { TaskEvent } from '../../../packages/agent/src/engine/events.js';
import { containerLife, leads, taskLife } from '../../../packages/agent/src/engine/life.js';
import { type AgentTask, newTask, phaseRank } from '../../../packages/agent/src/engine/record.js';
import { taskReport } from '../../../packages/agent/src/engine/report.js';
import { step } from '../../../packages/agent/src/engine/step.js';
import { aDefinition, anAssignment } from './world.js';

const now = { steadyMs: 1_000_000, wallMs: 1_000_000 };
const settings = { stopTimeoutMs: 30_000, cleanupWaitMs: 60_000 };
const names = ['app', 'db', 'side'] as const;

function independent(): AgentTask {
  let record = aRecord(aDefinition([{ name: 'app' }, { name: 'db' }, { name: 'side', essential: false }]));
  for (const container of names) {
    const image = { type: 'imageReady', container, imageId: 'sha256:image', digest: '' } as const;
    record = step(record, image, now).record;
    record = step(record, { type: 'containerCreated', container, runtimeId: `id-${container}` }, now).record;
  }
  return record;
}

const dependent = aDefinition([
  { name: 'app', dependsOn: [{ containerName: 'db', condition: 'HEALTHY' }] },
  { name: 'db', healthCheck: { command: ['CMD', 'true'] } },
  { name: 'side', essential: false, restartPolicy: { enabled: true, restartAttemptPeriod: 60 } },
]);

function aRecord(definition = dependent): AgentTask {
  return newTask({
    assignment: anAssignment(),
    definition,
    epoch: 'e',
    settings,
    ports: {},
    needsPreparation: false,
    needsPause: false,
  });
}

function facts(
  name: string,
  state: ContainerFacts['state'],
  more: Partial<ContainerFacts> = {},
): ContainerFacts {
  return {
    id: `id-${name}`,
    name,
    labels: {},
    state,
    image: 'busybox:1.36',
    imageId: 'sha256:image',
    exitCode: state === 'exited' ? 3 : undefined,
    outOfMemory: false,
    error: '',
    createdAtMs: 10,
    startedAtMs: state === 'created' ? 0 : 100,
    finishedAtMs: state === 'exited' ? 200 : 0,
    health: 'none',
    healthOutput: '',
    ports: [],
    networks: [],
    pid: 0,
    ...more,
  };
}

const name = fc.constantFrom(...names);
const looked = fc.record({
  type: fc.constant('containerLooked' as const),
  container: name,
  state: fc.constantFrom<ContainerFacts['state']>('created', 'running', 'exited'),
  startedAtMs: fc.constantFrom(100, 100, 90_000),
  exitCode: fc.constantFrom(0, 1),
  health: fc.constantFrom<ContainerFacts['health']>('none', 'starting', 'healthy', 'unhealthy'),
});
const failed = fc.record({
  type: fc.constant('workFailed' as const),
  container: name,
  work: fc.constantFrom(
    'pullImage',
    'createContainer',
    'startContainer',
    'stopContainer',
    'removeContainer' as const,
  ),
  code: fc.constantFrom('EngineUnavailable', 'DockerTimeoutError', 'CannotStartContainerError' as const),
  reason: fc.constant('why'),
  ports: fc.constantFrom(undefined, [{ containerPort: 80, hostPort: 61_000, protocol: 'tcp' as const }]),
});

const anEvent: fc.Arbitrary<TaskEvent> = fc.oneof(
  {
    weight: 6,
    arbitrary: looked.map(({ type, container, state, ...more }) => lookedAt(type, container, state, more)),
  },
  fc.record({
    type: fc.constant('imageReady' as const),
    container: name,
    imageId: fc.constant('sha256:image'),
    digest: fc.constant(''),
  }),
  name.map((container) => ({ type: 'containerCreated' as const, container, runtimeId: `id-${container}` })),
  name.map((container) => ({ type: 'containerStarted' as const, container, runtimeId: `id-${container}` })),
  name.map((container) => ({ type: 'containerAbsent' as const, container, runtimeId: `id-${container}` })),
  name.map((container) => ({ type: 'containerRemoved' as const, container, runtimeId: `id-${container}` })),
  name.map((container) => ({ type: 'containerStopped' as const, container })),
  name.map((container) => ({ type: 'logCollected' as const, container, text: 'log' })),
  failed,
  fc.constantFrom<TaskEvent>(
    { type: 'assigned', assignment: anAssignment({ desiredStatus: 'STOPPED', revision: 2 }), epoch: 'e' },
    { type: 'acknowledged', version: 1_000 },
    { type: 'disowned', reason: 'unknown' },
    { type: 'cleanUpAsked' },
    { type: 'woken' },
    { type: 'taskReleased' },
    { type: 'releaseFailed' },
  ),
);

function lookedAt(
  type: 'containerLooked',
  container: string,
  state: ContainerFacts['state'],
  more: {
    readonly startedAtMs: number;
    readonly exitCode: number;
    readonly health: ContainerFacts['health'];
  },
): TaskEvent {
  const startedAtMs = state === 'created' ? 0 : more.startedAtMs;
  const exited = state === 'exited' ? { exitCode: more.exitCode, finishedAtMs: startedAtMs + 70_000 } : {};
  return { type, container, facts: facts(container, state, { health: more.health, startedAtMs, ...exited }) };
}

describe('a step', () => {
  it('moves tasks and containers along the arrows of their lives, and never back', () => {
    fc.assert(
      fc.property(fc.array(anEvent, { maxLength: 40 }), (events) => {
        let record = aRecord();
        for (const [i, event] of events.entries()) {
          const at = { steadyMs: now.steadyMs + i * 1000, wallMs: now.wallMs + i * 1000 };
          const { record: next } = step(record, event, at);
          expect(leads(taskLife, record.status, next.status), `${record.status} to ${next.status}`).to.equal(
            true,
          );
          for (const [j, c] of record.containers.entries()) {
            const after = next.containers[j] ?? c;
            expect(leads(containerLife, c.phase, after.phase), `${c.phase} to ${after.phase}`).to.equal(true);
            expect(after.restartCount).to.be.at.least(c.restartCount);
          }
          if (record.stopping) expect(next.stopping).to.equal(true);
          if (next.status === 'STOPPED')
            expect(next.containers.every((c) => c.phase === 'STOPPED')).to.equal(true);
          record = next;
        }
      }),
      { numRuns: 1000 },
    );
  });

  it('asks nothing new when an event comes twice', () => {
    fc.assert(
      fc.property(fc.array(anEvent, { maxLength: 25 }), anEvent, (events, last) => {
        // Settled first: news of work can only come once the work has been asked for.
        let record = step(aRecord(), { type: 'woken' }, now).record;
        for (const event of events) record = step(record, event, now).record;
        const once = step(record, last, now);
        const twice = step(once.record, last, now);
        const again = twice.effects.filter(
          (e) => e.type !== 'stopContainer' || !isRogue(once.record, e.container),
        );
        expect(again).to.deep.equal([]);
        expect(taskReport(twice.record)).to.deep.equal(taskReport(once.record));
      }),
      { numRuns: 1000 },
    );
  });

  it('ends in one record whatever the order and repetition of what is seen', () => {
    const all = names.flatMap((n) => [
      facts(n, 'created'),
      facts(n, 'running'),
      facts(n, 'exited', { finishedAtMs: 300, exitCode: 7 }),
    ]);
    const looks = [...all, ...all].map(
      (f): TaskEvent => ({ type: 'containerLooked', container: f.name, facts: f }),
    );
    const starts = names.map(
      (container): TaskEvent => ({ type: 'containerStarted', container, runtimeId: `id-${container}` }),
    );
    const seen = [...looks, ...starts];
    const sequence = fc.shuffledSubarray(seen, { minLength: seen.length });
    // All three are being started, and the engine is looked at again and again.
    const end = (events: readonly TaskEvent[]): unknown => {
      let record = independent();
      for (const event of events) record = step(record, event, now).record;
      for (const container of names)
        record = step(record, { type: 'logCollected', container, text: 'log' }, now).record;
      // Whether the task was seen RUNNING on the way is the one thing that rests on the order.
      return taskReport({ ...record, startedAtMs: 0 });
    };
    const expected = end(all.map((f) => ({ type: 'containerLooked', container: f.name, facts: f })));
    fc.assert(
      fc.property(sequence, (events) => {
        expect(end(events)).to.deep.equal(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('takes a container off once, though its creation is answered again meanwhile', () => {
    const ports = [{ containerPort: 80, hostPort: 61_000, protocol: 'tcp' as const }];
    const clash = {
      work: 'startContainer',
      code: 'CannotStartContainerError',
      reason: 'taken',
      ports,
    } as const;
    let { record } = step(independent(), { type: 'woken' }, now);
    const remade = step(record, { type: 'workFailed', container: 'db', ...clash }, now);
    expect(remade.effects).to.deep.equal([{ type: 'removeContainer', container: 'db' }]);
    record = remade.record;
    const answered = step(record, { type: 'containerCreated', container: 'db', runtimeId: 'id-db' }, now);
    expect(answered.effects).to.deep.equal([]);
    const removed = step(
      answered.record,
      { type: 'containerRemoved', container: 'db', runtimeId: 'id-db' },
      now,
    );
    expect(removed.effects).to.deep.equal([{ type: 'createContainer', container: 'db' }]);
  });

  it('stops again what runs although its end is recorded', () => {
    let record = aRecord();
    const exited = facts('app', 'exited');
    record = step(record, { type: 'containerLooked', container: 'app', facts: exited }, now).record;
    const late = facts('app', 'running', { startedAtMs: 500 });
    const { effects, record: same } = step(
      record,
      { type: 'containerLooked', container: 'app', facts: late },
      now,
    );
    expect(effects).to.deep.equal([{ type: 'stopContainer', container: 'app', stopTimeoutMs: 30_000 }]);
    expect(same.containers[0]?.phase).to.equal('STOPPED');
  });

  it('orders phases as they follow each other', () => {
    expect(phaseRank('WAITING')).to.be.lessThan(phaseRank('STOPPED'));
  });
});

function isRogue(record: AgentTask, container: string): boolean {
  return record.containers.find((c) => c.name === container)?.phase === 'STOPPED';
}
