import {
  type ContainerSpec,
  type EngineListener,
  type RuntimeDriver,
  RuntimeError,
  type RuntimeErrorCode,
} from '@longshore/runtime';
import { expect } from 'chai';

/** What the contract needs of an engine beside the driver. */
export interface ContractEngine {
  readonly driver: RuntimeDriver;
  /** Labels that name this run; everything that the contract makes carries them. */
  readonly labels: Readonly<Record<string, string>>;
  /** An image with a shell, present. */
  readonly image: string;
  /** A name that no other run uses. */
  readonly name: (stem: string) => string;
  /** A specification of a container that does what the word says. */
  readonly spec: (does: Doing, changes?: Partial<ContainerSpec>) => ContainerSpec;
  /** Waits until the check passes; moves the engine's time on where that is a fake one. */
  eventually(check: () => Promise<void>): Promise<void>;
  /** Lets a promise come to its end, moving the engine's time on where that is a fake one. */
  run<T>(promise: Promise<T>): Promise<T>;
  freePort(): Promise<number>;
  close(): Promise<void>;
}

/** sleeps: until stopped, ends at once with 143 on SIGTERM. ignoresSigterm: until killed. exits: with 7. */
export type Doing = 'sleeps' | 'ignoresSigterm' | 'exits' | 'fails to start' | 'logs three lines';

export async function rejection(promise: Promise<unknown>): Promise<RuntimeError> {
  const outcome = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(outcome).to.be.instanceOf(RuntimeError);
  return outcome as RuntimeError;
}

/** What every RuntimeDriver keeps; held for the fake in unit tests and for Docker in integration tests. */
export function runtimeContract(title: string, open: () => Promise<ContractEngine>): void {
  describe(`${title} keeps the contract of a runtime driver`, () => {
    let engine: ContractEngine;
    before(async () => {
      engine = await open();
    });
    after(() => engine.close());
    containerRules(() => engine);
    stopRules(() => engine);
    refusalRules(() => engine);
    listingRules(() => engine);
    eventRules(() => engine);
    resourceRules(() => engine);
  });
}

async function started(
  engine: ContractEngine,
  does: Doing,
  changes: Partial<ContainerSpec> = {},
): Promise<string> {
  const { id } = await engine.driver.createContainer(engine.spec(does, changes));
  await engine.run(engine.driver.startContainer(id));
  return id;
}

async function ended(engine: ContractEngine, id: string): Promise<void> {
  await engine.eventually(async () => {
    expect((await engine.driver.inspectContainer(id))?.state).to.equal('exited');
  });
}

function containerRules(use: () => ContractEngine): void {
  it('a created container is found by inspect and does not run', async () => {
    const { driver, spec, labels } = use();
    const wanted = spec('sleeps');
    const { id } = await driver.createContainer(wanted);
    const facts = await driver.inspectContainer(id);
    expect(facts).to.include({ id, name: wanted.name, state: 'created', pid: 0, health: 'none', error: '' });
    expect(facts?.labels).to.include(labels);
    expect(facts?.exitCode).to.equal(undefined);
    await driver.removeContainer(id);
  });

  it('a second create with the same name gives the same container', async () => {
    const { driver, spec } = use();
    const wanted = spec('sleeps');
    const first = await driver.createContainer(wanted);
    expect(await driver.createContainer(wanted)).to.deep.equal(first);
    await driver.removeContainer(first.id);
  });

  it('starting what runs succeeds and changes nothing', async () => {
    const engine = use();
    const id = await started(engine, 'sleeps');
    const before = await engine.driver.inspectContainer(id);
    await engine.run(engine.driver.startContainer(id));
    const facts = await engine.driver.inspectContainer(id);
    expect(facts?.state).to.equal('running');
    expect(facts?.startedAtMs).to.equal(before?.startedAtMs).and.to.be.greaterThan(0);
    expect(facts?.pid).to.be.greaterThan(0);
    await engine.driver.removeContainer(id);
  });

  it('a container that ended tells its exit code and may be started again', async () => {
    const engine = use();
    const id = await started(engine, 'exits');
    await ended(engine, id);
    const first = await engine.driver.inspectContainer(id);
    expect(first).to.include({ exitCode: 7, outOfMemory: false });
    expect(first?.finishedAtMs).to.be.at.least(first?.startedAtMs ?? 0);
    await engine.run(engine.driver.startContainer(id));
    await ended(engine, id);
    await engine.driver.removeContainer(id);
  });

  it('a removed container is gone by id and by name, and removing it again succeeds', async () => {
    const engine = use();
    const spec = engine.spec('sleeps');
    const { id } = await engine.driver.createContainer(spec);
    await engine.run(engine.driver.startContainer(id));
    await engine.driver.removeContainer(id);
    await engine.driver.removeContainer(id);
    expect(await engine.driver.inspectContainer(id)).to.equal(undefined);
    expect(await engine.driver.inspectContainer(spec.name)).to.equal(undefined);
  });

  it('the log keeps the last lines and the last bytes', async () => {
    const engine = use();
    const id = await started(engine, 'logs three lines');
    await ended(engine, id);
    await engine.eventually(async () => {
      expect(await engine.driver.tailLog(id, { lines: 2, bytes: 2048 })).to.equal('two\nthree');
    });
    expect(await engine.driver.tailLog(id, { lines: 20, bytes: 4 })).to.equal('hree');
    await engine.driver.removeContainer(id);
  });

  it('usage and stats are known while it runs and undefined afterwards', async () => {
    const engine = use();
    const id = await started(engine, 'sleeps');
    const usage = await engine.driver.usage(id);
    expect(usage?.memoryBytes).to.be.greaterThan(0);
    expect(usage?.cpuNanos).to.be.at.least(0);
    expect(await engine.driver.stats(id)).to.include.keys('cpu_stats', 'memory_stats');
    await engine.run(engine.driver.stopContainer(id, { stopTimeoutMs: 0 }));
    expect(await engine.driver.usage(id)).to.equal(undefined);
    await engine.driver.removeContainer(id);
    expect(await engine.driver.usage(id)).to.equal(undefined);
    expect(await engine.driver.stats(id)).to.equal(undefined);
  });
}

function stopRules(use: () => ContractEngine): void {
  it('a stop ends with SIGTERM where the process heeds it', async () => {
    const engine = use();
    const id = await started(engine, 'sleeps');
    await engine.run(engine.driver.stopContainer(id, { stopTimeoutMs: 20_000 }));
    expect(await engine.driver.inspectContainer(id)).to.include({ state: 'exited', exitCode: 143 });
    await engine.run(engine.driver.stopContainer(id, { stopTimeoutMs: 20_000 }));
    await engine.driver.removeContainer(id);
  });

  it('a stop kills what does not heed SIGTERM when the timeout has passed, not before', async () => {
    const engine = use();
    const id = await started(engine, 'ignoresSigterm');
    await engine.run(engine.driver.stopContainer(id, { stopTimeoutMs: 700 }));
    const facts = await engine.driver.inspectContainer(id);
    expect(facts).to.include({ state: 'exited', exitCode: 137, outOfMemory: false });
    expect((facts?.finishedAtMs ?? 0) - (facts?.startedAtMs ?? 0)).to.be.at.least(700);
    await engine.driver.removeContainer(id);
  });

  it('stopping a container that was never started leaves it as it is', async () => {
    const engine = use();
    const { id } = await engine.driver.createContainer(engine.spec('sleeps'));
    await engine.run(engine.driver.stopContainer(id, { stopTimeoutMs: 1000 }));
    expect((await engine.driver.inspectContainer(id))?.state).to.equal('created');
    await engine.driver.removeContainer(id);
  });
}

function refusalRules(use: () => ContractEngine): void {
  const missing: readonly {
    name: string;
    code: RuntimeErrorCode;
    call: (d: RuntimeDriver) => Promise<unknown>;
  }[] = [
    { name: 'start', code: 'CannotStartContainerError', call: (d) => d.startContainer('f'.repeat(64)) },
    {
      name: 'stop',
      code: 'CannotStopContainerError',
      call: (d) => d.stopContainer('f'.repeat(64), { stopTimeoutMs: 10 }),
    },
  ];
  for (const c of missing)
    it(`${c.name} of a container that does not exist is ${c.code}`, async () => {
      const engine = use();
      expect(await rejection(engine.run(c.call(engine.driver)))).to.include({
        code: c.code,
        retryable: false,
      });
    });

  it('an image that is not there makes create fail by its name', async () => {
    const { driver, spec } = use();
    const error = await rejection(driver.createContainer(spec('sleeps', { image: 'longshore/none:0' })));
    expect(error.code).to.equal('CannotCreateContainerError');
    expect(error.message).to.match(/No such image: longshore\/none:0/i);
    expect(await driver.inspectImage('longshore/none:0')).to.equal(undefined);
  });

  it("a start that fails says so in the engine's words, at the call and at inspect", async () => {
    const engine = use();
    const { id } = await engine.driver.createContainer(engine.spec('fails to start'));
    const error = await rejection(engine.run(engine.driver.startContainer(id)));
    expect(error).to.include({ code: 'CannotStartContainerError', portClash: false });
    expect(error.message).to.contain('no-such-program');
    const facts = await engine.driver.inspectContainer(id);
    expect(facts?.state).to.equal('created');
    expect(facts?.error).to.contain('no-such-program');
    await engine.driver.removeContainer(id);
  });

  it('a host port that another container holds is a port clash, and free again after its end', async () => {
    const engine = use();
    const { driver } = engine;
    const hostPort = await engine.freePort();
    const ports = [{ containerPort: 80, hostPort, protocol: 'tcp' as const, hostIp: '127.0.0.1' }];
    const holder = await started(engine, 'sleeps', { ports });
    expect((await driver.inspectContainer(holder))?.ports).to.deep.include({ ...ports[0] });
    const { id } = await driver.createContainer(engine.spec('sleeps', { ports }));
    const error = await rejection(engine.run(driver.startContainer(id)));
    expect(error).to.include({ code: 'CannotStartContainerError', portClash: true });
    await driver.removeContainer(holder);
    await engine.run(driver.startContainer(id));
    await driver.removeContainer(id);
  });

  it('a call whose signal has aborted is refused', async () => {
    const { driver } = use();
    await rejection(driver.inspectContainer('x', { signal: AbortSignal.abort(new Error('enough')) }));
  });
}

function listingRules(use: () => ContractEngine): void {
  it('a list holds what carries every label, running or not', async () => {
    const engine = use();
    const { driver, labels } = engine;
    const mine = { ...labels, group: engine.name('group') };
    const running = await started(engine, 'sleeps', { labels: mine });
    const { id: created } = await driver.createContainer(engine.spec('sleeps', { labels: mine }));
    const { id: other } = await driver.createContainer(engine.spec('sleeps'));
    const listed = await driver.listContainers(mine);
    expect(listed.map((c) => [c.id, c.state])).to.have.deep.members([
      [running, 'running'],
      [created, 'created'],
    ]);
    expect(listed.find((c) => c.id === running)).to.deep.equal(await driver.inspectContainer(running));
    for (const id of [running, created, other]) await driver.removeContainer(id);
    expect(await driver.listContainers(mine)).to.deep.equal([]);
  });

  it('images are found by name and by id', async () => {
    const { driver, image } = use();
    const facts = await driver.inspectImage(image);
    expect(facts).to.include({ os: 'linux' });
    expect(facts?.tags).to.include(image);
    expect(await driver.inspectImage(facts?.id ?? '')).to.deep.equal(facts);
    expect((await driver.listImages()).map((i) => i.id)).to.include(facts?.id);
  });

  it('the engine tells its version and what it has', async () => {
    const facts = await use().driver.engine();
    expect(facts.version).to.match(/^\d+\.\d+/);
    expect(facts).to.include({ osType: 'linux' });
    expect(facts.logDrivers).to.include('json-file');
    expect(facts.cpus).to.be.greaterThan(0);
    expect(facts.bridgeGateway).to.match(/^\d+\.\d+\.\d+\.\d+$/);
  });
}

function eventRules(use: () => ContractEngine): void {
  it('a watcher hears that it is connected, then of its own containers alone', async () => {
    const engine = use();
    const mine = { ...engine.labels, group: engine.name('watched') };
    const heard: [string, string][] = [];
    let connected = 0;
    const listener: EngineListener = {
      changed: (id, action) => void heard.push([id, action]),
      connected: () => void connected++,
      disconnected: () => {},
    };
    const ending = new AbortController();
    engine.driver.watch(mine, listener, ending.signal);
    await engine.eventually(() => Promise.resolve(void expect(connected).to.equal(1)));
    const other = await started(engine, 'exits');
    const id = await started(engine, 'exits', { labels: mine });
    await ended(engine, id);
    await engine.driver.removeContainer(id);
    await engine.eventually(() =>
      Promise.resolve(
        void expect(heard.map((e) => e[1])).to.include.members(['create', 'start', 'die', 'destroy']),
      ),
    );
    expect(new Set(heard.map((e) => e[0]))).to.deep.equal(new Set([id]));
    ending.abort();
    const before = heard.length;
    const late = await started(engine, 'exits', { labels: mine });
    await ended(engine, late);
    expect(heard.length).to.equal(before);
    for (const c of [other, late]) await engine.driver.removeContainer(c);
  });
}

function resourceRules(use: () => ContractEngine): void {
  it('volumes are made once, listed by label and removed once', async () => {
    const { driver, labels, name } = use();
    const spec = { name: name('volume'), driverOptions: {}, labels };
    expect(await driver.hasVolume(spec.name)).to.equal(false);
    await driver.createVolume(spec);
    await driver.createVolume(spec);
    expect(await driver.hasVolume(spec.name)).to.equal(true);
    expect(await driver.listVolumes(labels)).to.include(spec.name);
    await driver.removeVolume(spec.name);
    await driver.removeVolume(spec.name);
    expect(await driver.listVolumes(labels)).not.to.include(spec.name);
  });

  it('a network has a gateway and a bridge, is made once, and holds a fixed address', async () => {
    const engine = use();
    const { driver, labels } = engine;
    const spec = { name: engine.name('net'), labels, subnet: '10.213.77.0/24' };
    const made = await driver.createNetwork(spec);
    expect(made.gateway).to.equal('10.213.77.1');
    expect(made.bridge).to.match(/^\S+$/);
    expect(await driver.createNetwork(spec)).to.deep.equal(made);
    const network = { mode: 'bridge' as const, name: spec.name, ipv4Address: '10.213.77.9' };
    const id = await started(engine, 'sleeps', { network });
    const facts = await driver.inspectContainer(id);
    expect(facts?.networks[0]).to.include({ name: spec.name, ipv4Address: '10.213.77.9' });
    expect(facts?.networks[0]?.macAddress).to.match(/^([0-9a-f]{2}:){5}[0-9a-f]{2}$/);
    await driver.removeContainer(id);
    await driver.removeNetwork(spec.name);
    await driver.removeNetwork(spec.name);
  });

  it("a container joins another's network only while that one runs", async () => {
    const engine = use();
    const { id: owner } = await engine.driver.createContainer(engine.spec('sleeps'));
    const spec = engine.spec('sleeps', { network: { mode: 'container', id: owner } });
    const { id } = await engine.driver.createContainer(spec);
    expect((await rejection(engine.run(engine.driver.startContainer(id)))).code).to.equal(
      'CannotStartContainerError',
    );
    await engine.run(engine.driver.startContainer(owner));
    await engine.run(engine.driver.startContainer(id));
    for (const c of [id, owner]) await engine.driver.removeContainer(c);
  });
}
