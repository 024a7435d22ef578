import { FakeClock, settle } from '@longshore/kit';
import { type ContainerBehaviour, type ContainerSpec, FakeRuntime, type Script } from '@longshore/runtime';
import { expect } from 'chai';
import { type ContractEngine, type Doing, rejection, runtimeContract } from './contract.js';
import { aContainerSpec } from './spec.js';

const behaviours: Readonly<Record<Doing, ContainerBehaviour>> = {
  sleeps: {},
  ignoresSigterm: { stopMs: 'never' },
  exits: { exitAfterMs: 5, exitCode: 7 },
  'fails to start': { startError: 'exec: "no-such-program": not found' },
  'logs three lines': { exitAfterMs: 5, log: 'one\ntwo\nthree\n' },
};
const script: Script = (spec) => behaviours[spec.definition.name as Doing];

function fakeEngine(): ContractEngine {
  const clock = new FakeClock();
  const driver = new FakeRuntime({ clock, script, images: ['busybox:1.36'] });
  let made = 0;
  const name = (stem: string): string => `${stem}-${++made}`;
  return {
    driver,
    labels: { run: 'fake' },
    image: 'busybox:1.36',
    name,
    spec: (does, changes) =>
      aContainerSpec({ name: name('c'), labels: { run: 'fake' }, definition: { name: does }, ...changes }),
    eventually: async (check) => {
      await clock.advance(10);
      await check();
    },
    run: async (promise) => {
      let over = false;
      const end = (): void => {
        over = true;
      };
      promise.then(end, end);
      for (let i = 0; i < 100 && !over; i++) await clock.advance(i === 0 ? 0 : 100);
      return promise;
    },
    freePort: () => Promise.resolve(8080),
    close: () => driver.close(),
  };
}

runtimeContract('the fake runtime', () => Promise.resolve(fakeEngine()));

describe('the fake runtime', () => {
  let clock: FakeClock;
  beforeEach(() => {
    clock = new FakeClock();
  });
  const spec = (changes: Partial<ContainerSpec> = {}): ContainerSpec => aContainerSpec(changes);

  async function running(runtime: FakeRuntime, changes: Partial<ContainerSpec> = {}): Promise<string> {
    const { id } = await runtime.createContainer(spec(changes));
    await runtime.startContainer(id);
    return id;
  }

  it('ends a container by itself after its time', async () => {
    const runtime = new FakeRuntime({
      clock,
      images: 'all',
      script: () => ({ exitAfterMs: 100, exitCode: 3 }),
    });
    const id = await running(runtime);
    await clock.advance(99);
    expect(runtime.container(id)?.state).to.equal('running');
    await clock.advance(1);
    expect(runtime.container(id)).to.include({ state: 'exited', exitCode: 3 });
  });

  it('lets health change by its script', async () => {
    const health = [
      { afterMs: 10, status: 'healthy' as const },
      { afterMs: 20, status: 'unhealthy' as const },
    ];
    const runtime = new FakeRuntime({ clock, images: 'all', script: () => ({ health }) });
    const id = await running(runtime);
    const seen = [runtime.container(id)?.health];
    for (const _ of health) {
      await clock.advance(10);
      seen.push(runtime.container(id)?.health);
    }
    expect(seen).to.deep.equal(['starting', 'healthy', 'unhealthy']);
  });

  it('pulls take their time and fail in the words of the registry', async () => {
    const pulls = (image: string) => (image === 'bad' ? { error: 'manifest unknown' } : { delayMs: 50 });
    const runtime = new FakeRuntime({ clock, pulls });
    const error = await rejection(runtime.pullImage('bad', {}));
    expect(error).to.include({ code: 'CannotPullContainerError', message: 'manifest unknown' });
    const pull = runtime.pullImage('good', {});
    await clock.advance(49);
    expect(await runtime.inspectImage('good')).to.equal(undefined);
    await clock.advance(1);
    await pull;
    expect((await runtime.inspectImage('good'))?.tags).to.deep.equal(['good']);
  });

  it('a call that hangs ends at its deadline, and goes on when the engine comes back', async () => {
    const runtime = new FakeRuntime({ clock, images: 'all' });
    const lift = runtime.fault({ calls: ['createContainer'], kind: 'hang' });
    const first = rejection(runtime.createContainer(spec(), { timeoutMs: 1000 }));
    const second = runtime.createContainer(spec(), { timeoutMs: 5000 });
    await clock.advance(1000);
    expect((await first).code).to.equal('DockerTimeoutError');
    lift();
    await second;
    expect(runtime.containers()).to.have.length(1);
  });

  it('a call that hangs ends when its signal aborts', async () => {
    const runtime = new FakeRuntime({ clock });
    runtime.fault({ calls: 'all', kind: 'hang' });
    const ending = new AbortController();
    const error = rejection(runtime.engine({ signal: ending.signal }));
    await settle();
    ending.abort(new Error('stopping'));
    expect((await error).retryable).to.equal(true);
  });

  it('a server error does nothing, a lost answer has done it', async () => {
    const runtime = new FakeRuntime({ clock, images: 'all' });
    runtime.fault({ calls: ['createContainer'], kind: 'serverError', times: 1 });
    expect((await rejection(runtime.createContainer(spec()))).code).to.equal('CannotCreateContainerError');
    expect(runtime.containers()).to.have.length(0);
    runtime.fault({ calls: ['createContainer'], kind: 'lostAnswer', times: 1 });
    expect((await rejection(runtime.createContainer(spec()))).code).to.equal('EngineUnavailable');
    expect(runtime.containers()).to.have.length(1);
  });

  for (const c of [
    { name: 'ends its containers', liveRestore: false, state: 'exited' },
    { name: 'with live-restore leaves them running', liveRestore: true, state: 'running' },
  ])
    it(`a restart ${c.name}, refuses calls meanwhile and reconnects its watchers`, async () => {
      const runtime = new FakeRuntime({ clock, images: 'all' });
      const id = await running(runtime);
      const heard: string[] = [];
      runtime.watch(
        {},
        {
          changed: (_id, action) => heard.push(action),
          connected: () => heard.push('connected'),
          disconnected: () => heard.push('disconnected'),
        },
        new AbortController().signal,
      );
      const restart = runtime.restart({ downMs: 500, liveRestore: c.liveRestore });
      expect((await rejection(runtime.engine())).code).to.equal('EngineUnavailable');
      await clock.advance(500);
      await restart;
      await settle();
      expect(runtime.container(id)?.state).to.equal(c.state);
      expect(heard).to.deep.equal(['connected', 'disconnected', 'connected']);
    });

  it('loses events when told to, and nothing else', async () => {
    const runtime = new FakeRuntime({ clock, images: 'all' });
    const heard: string[] = [];
    const listener = {
      changed: (_: string, a: string) => void heard.push(a),
      connected() {},
      disconnected() {},
    };
    runtime.watch({}, listener, new AbortController().signal);
    const mend = runtime.loseEvents();
    const id = await running(runtime);
    mend();
    runtime.exit(id, 1);
    await settle();
    expect(heard).to.deep.equal(['die']);
  });

  it('deals out host ports that no container holds where 0 is asked for', async () => {
    const runtime = new FakeRuntime({ clock, images: 'all' });
    const ports = [{ containerPort: 80, hostPort: 0, protocol: 'tcp' as const }];
    const ids = [await running(runtime, { name: 'a', ports }), await running(runtime, { name: 'b', ports })];
    const dealt = ids.map((id) => runtime.container(id)?.ports[0]?.hostPort);
    expect(new Set(dealt).size).to.equal(2);
    expect(dealt.every((p) => p !== undefined && p >= 32_768)).to.equal(true);
  });

  it('carries 20,000 containers with timers in a second', async function () {
    this.timeout(10_000);
    const runtime = new FakeRuntime({ clock, images: 'all', script: () => ({ exitAfterMs: 60_000 }) });
    for (let i = 0; i < 20_000; i++) await running(runtime, { name: `c${i}` });
    await clock.advance(60_000);
    expect(runtime.containers().filter((c) => c.state === 'exited')).to.have.length(20_000);
  });
});
