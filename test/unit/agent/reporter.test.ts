import { FakeClock, settle } from '@longshore/kit';
import { expect } from 'chai';
import { type AgentTask, newTask, withContainer } from '../../../packages/agent/src/engine/record.js';
import { type Batch, Reporter } from '../../../packages/agent/src/reporter/reporter.js';
import { aDefinition, anAssignment } from './world.js';

const starting = newTask({
  assignment: anAssignment(),
  definition: aDefinition([
    { name: 'first' },
    { name: 'second', dependsOn: [{ containerName: 'first', condition: 'START' }] },
  ]),
  epoch: 'e',
  settings: { stopTimeoutMs: 1, cleanupWaitMs: 1 },
  ports: {},
  needsPreparation: false,
  needsPause: false,
});

/** A reporter whose reports are all committed at once. */
class Told {
  readonly clock = new FakeClock();
  readonly batches: Batch[] = [];
  readonly #abort = new AbortController();
  readonly #reporter: Reporter;
  readonly #running: Promise<unknown>;
  #task = starting;

  constructor() {
    this.#reporter = new Reporter({
      engine: {
        acknowledge: () => undefined,
        disown: () => undefined,
        task: () => this.#task,
        tasks: [],
      },
      clock: this.clock,
      impairedReason: () => '',
      orphans: () => [],
      epoch: () => 'e',
    });
    const send = (batch: Batch) => {
      this.batches.push(batch);
      return Promise.resolve({
        acks: batch.tasks.map((t) => ({ task: t.task, outcome: 'OUTCOME_COMMITTED' as const })),
        pace: { heartbeatMs: 1, reportMs: 0, utilisationMs: 1 },
      });
    };
    this.#running = this.#reporter.run(send, () => 0, this.#abort.signal).catch(() => undefined);
  }

  async changes(task: AgentTask): Promise<void> {
    this.#task = { ...task, version: this.#task.version + 1 };
    this.#reporter.changed(this.#task);
    await settle();
  }

  async end(): Promise<void> {
    this.#abort.abort(new Error('the test ends'));
    await this.#running;
  }
}

describe('a report', () => {
  const first = withContainer(starting, 'first', { phase: 'RUNNING', startedAtMs: 1 });
  const running: AgentTask = {
    ...withContainer(first, 'second', { phase: 'RUNNING', startedAtMs: 2 }),
    status: 'RUNNING',
  };
  let told: Told;
  beforeEach(() => {
    told = new Told();
  });
  afterEach(() => told.end());

  it('of a task that runs goes at once', async () => {
    await told.changes(first);
    await told.changes(running);
    expect(told.batches.map((b) => b.tasks[0]?.lastStatus)).to.deep.equal(['RUNNING']);
  });

  it('of the first containers of a task that is still starting waits a second for company', async () => {
    await told.changes(first);
    await told.clock.advance(999);
    expect(told.batches).to.have.length(0);
    await told.clock.advance(1);
    await settle();
    expect(told.batches[0]?.tasks[0]?.containers.map((c) => c.lastStatus)).to.deep.equal([
      'RUNNING',
      'PENDING',
    ]);
  });

  it('of a container that ends in a task that runs goes at once', async () => {
    await told.changes(running);
    await told.changes(withContainer(running, 'second', { phase: 'STOPPED', exitCode: 0 }));
    expect(told.batches.map((b) => b.tasks[0]?.containers[1]?.lastStatus)).to.deep.equal([
      'RUNNING',
      'STOPPED',
    ]);
  });
});
