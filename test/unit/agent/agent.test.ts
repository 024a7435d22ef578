import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Agent, type Config, Metrics, parseConfig } from '@longshore/agent';
import { CodedError, seededRandom, settle, silentLogger, systemClock } from '@longshore/kit';
import { FakeRuntime, type Script, scriptOf } from '@longshore/runtime';
import { expect } from 'chai';
import { FakeControlPlane } from './fake-control-plane.js';
import { aDefinition } from './world.js';

const web = aDefinition([{ name: 'web' }]);

/** Waits for what other turns of the event loop do; a state that never comes is shown. */
async function until(check: () => boolean, show: () => unknown): Promise<void> {
  const end = systemClock.monotonicMs() + 1500;
  while (!check()) {
    if (systemClock.monotonicMs() > end) throw new Error(`not in time: ${JSON.stringify(show())}`);
    await systemClock.sleep(2);
  }
}

/** Lets everything happen that waits for nothing but its turn. */
async function turns(): Promise<void> {
  for (let i = 0; i < 50; i++) await settle();
}

class Host {
  readonly directory = mkdtempSync(join(tmpdir(), 'longshore-agent-'));
  readonly plane = new FakeControlPlane();
  readonly runtime: FakeRuntime;
  agent: Agent;

  constructor(script: Script = () => ({}), variables: Record<string, string> = {}) {
    this.runtime = new FakeRuntime({ clock: systemClock, images: 'all', script });
    this.variables = { ECS_DATADIR: this.directory, ECS_IMAGE_PULL_BEHAVIOR: 'prefer-cached', ...variables };
    this.agent = this.make();
  }

  readonly variables: Record<string, string>;

  make(): Agent {
    const parsed = parseConfig({
      LONGSHORE_INTROSPECTION_PORT: '0',
      LONGSHORE_METADATA_PORT: '0',
      LONGSHORE_METRICS_PORT: '0',
      ...this.variables,
    });
    if (!parsed.ok) throw new Error(parsed.problems.join());
    const config: Config = parsed.value;
    return new Agent({
      config,
      driver: this.runtime,
      controlPlane: this.plane,
      host: {
        name: 'host-a',
        osRelease: 'debian-12',
        productName: 'box',
        ephemeralPorts: { first: 32_768, last: 60_999 },
        isRoot: false,
        privateIpv4Address: '192.0.2.1',
      },
      metrics: new Metrics(),
      clock: systemClock,
      random: seededRandom(7),
      logger: silentLogger,
    });
  }

  /** A new process on the same disk. */
  async restart(): Promise<void> {
    await this.agent.stop();
    this.agent = this.make();
    await this.agent.start();
  }

  reaches(id: string, status: string): Promise<void> {
    return until(
      () => this.plane.status(id) === status,
      () => ({ state: this.plane.states.get(id), tasks: this.agent.plant?.engine.tasks }),
    );
  }

  async close(): Promise<void> {
    await this.agent.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}

describe('an agent and its control plane', () => {
  let host: Host;
  beforeEach(async () => {
    host = new Host();
    await host.agent.start();
    await host.agent.plant?.session.joined;
  });
  afterEach(() => host.close());

  it('registers, runs what it is told to, reports it, and stops it', async () => {
    const id = host.plane.run(web);
    await host.reaches(id, 'RUNNING');
    expect(host.runtime.containers()).to.have.length(1);
    host.plane.stop(id);
    await host.reaches(id, 'STOPPED');
    expect(host.plane.states.get(id)?.containers[0]?.exitCode).to.equal(143);
  });

  it('sends a complete report first in every session', async () => {
    const id = host.plane.run(web);
    await host.reaches(id, 'RUNNING');
    const before = host.plane.reports.length;
    host.plane.forgetSession();
    await until(
      () => host.plane.reports.length > before,
      () => host.plane.reports,
    );
    const report = host.plane.reports[before];
    expect(report?.complete).to.equal(true);
    expect(report?.tasks.map((t) => t.task)).to.deep.equal([id]);
    expect(host.plane.registered.at(-1)?.instance).to.equal('fedcba9876543210fedcba9876543210');
  });

  it('keeps its identity, containers and nonce over a restart, and starts nothing twice', async () => {
    const id = host.plane.run(web);
    await host.reaches(id, 'RUNNING');
    const last = host.plane.registered.at(-1);
    host.plane.states.clear();
    await host.restart();
    await host.reaches(id, 'RUNNING');
    const now = host.plane.registered.at(-1);
    expect(now?.instance).to.equal('fedcba9876543210fedcba9876543210');
    expect(now?.previousNonce).to.equal(last?.nonce);
    expect(now?.nonce).not.to.equal(last?.nonce);
    expect(host.runtime.calls('startContainer')).to.equal(1);
  });

  it('sends the same nonce again when it never heard the answer', async () => {
    host.plane.faults.set('register', new CodedError('UNAVAILABLE', 'lost', { retryable: true }));
    const sent: string[] = [];
    const original = host.plane.register.bind(host.plane);
    host.plane.register = (request) => {
      sent.push(request.nonce);
      return original(request);
    };
    host.plane.forgetSession();
    await until(
      () => sent.length >= 2,
      () => sent,
    );
    await host.restart();
    host.plane.faults.clear();
    await host.agent.plant?.session.joined;
    expect(new Set(sent).size).to.equal(1);
  });

  it('goes on without the control plane and reports on return what changed meanwhile', async () => {
    const id = host.plane.run(web);
    await host.reaches(id, 'RUNNING');
    const away = new CodedError('UNAVAILABLE', 'cut off', { retryable: true });
    for (const call of ['register', 'poll', 'report'] as const) host.plane.faults.set(call, away);
    host.plane.wake();
    host.runtime.exit(host.runtime.containers()[0]?.id ?? '', 5);
    await until(
      () => host.agent.plant?.engine.task(id)?.status === 'STOPPED',
      () => host.agent.plant?.engine.tasks,
    );
    expect(host.plane.status(id)).to.equal('RUNNING');
    host.plane.faults.clear();
    await host.reaches(id, 'STOPPED');
  });

  it('stops a task that the control plane does not know', async () => {
    const id = host.plane.run(web);
    await host.reaches(id, 'RUNNING');
    host.plane.remove(id);
    await until(
      () => host.runtime.containers()[0]?.state === 'exited',
      () => host.runtime.containers(),
    );
  });

  it('lets tasks of another epoch run on and reports them as orphans', async () => {
    const id = host.plane.run(web);
    await host.reaches(id, 'RUNNING');
    host.plane.epoch = 'epoch-2';
    host.plane.tasks.clear();
    host.plane.forgetSession();
    await until(
      () => host.plane.reports.at(-1)?.orphans.includes(id) ?? false,
      () => host.plane.reports.at(-1),
    );
    expect(host.runtime.containers()[0]?.state).to.equal('running');
    await host.restart();
    await until(
      () => host.plane.reports.at(-1)?.orphans.includes(id) ?? false,
      () => host.plane.reports.at(-1),
    );
    expect(host.runtime.containers()[0]?.state).to.equal('running');
  });

  it('stops no task of another epoch because its report is answered before its poll', async () => {
    const id = host.plane.run(web);
    await host.reaches(id, 'RUNNING');
    host.plane.epoch = 'epoch-2';
    host.plane.tasks.clear();
    host.plane.faults.set('poll', new CodedError('UNAVAILABLE', 'behind', { retryable: true }));
    const before = host.plane.reports.length;
    host.plane.forgetSession();
    await until(
      () => host.plane.reports.length > before,
      () => host.plane.reports,
    );
    await turns();
    expect(host.agent.plant?.engine.task(id)?.status).to.equal('RUNNING');
  });

  it('ends what it is doing when it is stopped while it registers', async () => {
    const { plane } = host;
    const register = plane.register.bind(plane);
    let answer: (() => void) | undefined;
    plane.register = async (request) => {
      await new Promise<void>((resolve) => {
        answer = resolve;
      });
      return register(request);
    };
    plane.forgetSession();
    await until(
      () => answer !== undefined,
      () => plane.session,
    );
    const stopped = host.agent.stop();
    answer?.();
    await stopped;
    expect(host.agent.plant?.session.connected).to.equal(false);
  });

  it('keeps silent about a task that has ended, was reported and forgotten', async () => {
    const id = host.plane.run(web, { lastStatus: 'STOPPED', desiredStatus: 'STOPPED' });
    const last = host.plane.run(web, { task: 'f'.repeat(32) });
    await host.reaches(last, 'RUNNING');
    expect(host.plane.status(id)).to.equal(undefined);
  });

  it('refuses an answer that is older than its cursor', async () => {
    const id = host.plane.run(web);
    await host.reaches(id, 'RUNNING');
    const poll = host.plane.poll.bind(host.plane);
    let old = true;
    host.plane.poll = async (request, bounds) => {
      if (!old) return poll(request, bounds);
      old = false;
      return {
        cursor: { epoch: host.plane.epoch, revision: 1 },
        complete: true,
        assignments: [],
        unchanged: [],
        removed: [],
        definitions: [],
      };
    };
    host.plane.wake();
    host.plane.forgetSession();
    await until(
      () => !old && host.plane.polls.length > 1,
      () => host.plane.polls,
    );
    expect(host.agent.plant?.engine.task(id)?.status).to.equal('RUNNING');
  });

  it('sets a corrupted journal aside and takes the task up by its labels', async () => {
    const id = host.plane.run(web);
    await host.reaches(id, 'RUNNING');
    await host.agent.stop();
    writeFileSync(join(host.directory, 'tasks.log'), '{ torn\n');
    const assignment = host.plane.tasks.get(id);
    if (assignment) host.plane.tasks.set(id, { ...assignment, lastStatus: 'RUNNING' });
    host.plane.states.clear();
    host.agent = host.make();
    await host.agent.start();
    await host.reaches(id, 'RUNNING');
    expect(host.runtime.calls('startContainer')).to.equal(1);
  });
});

describe('an agent whose engine is away', () => {
  it('waits for it and then joins', async () => {
    const host = new Host(scriptOf({}));
    const lift = host.runtime.fault({ calls: 'all', kind: 'serverError' });
    const started = host.agent.start();
    await turns();
    expect(host.plane.registered).to.have.length(0);
    lift();
    await started;
    await host.agent.plant?.session.joined;
    await host.close();
  });
});
