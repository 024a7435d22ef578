import type { ContainerSpec, RuntimeDriver } from '@longshore/runtime';
import { expect } from 'chai';
import { aDefinition, anAssignment, World } from './world.js';

type Call =
  | 'createContainer'
  | 'startContainer'
  | 'stopContainer'
  | 'removeContainer'
  | 'inspectContainer'
  | 'tailLog';
const calls: readonly Call[] = [
  'createContainer',
  'startContainer',
  'stopContainer',
  'removeContainer',
  'inspectContainer',
  'tailLog',
];

/** When the agent dies: at the n-th call to the engine or write of the journal, before it is done or after. */
interface Death {
  readonly at: number;
  readonly when: 'before' | 'after';
}

/** The engine as an agent sees it that dies on the way: after its death no call comes back. */
function mortal(driver: RuntimeDriver, death: Death, die: () => void): RuntimeDriver {
  let made = 0;
  let dead = false;
  const never = new Promise<never>(() => undefined);
  return new Proxy(driver, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== 'function') return value;
      const call = value.bind(target) as (...args: unknown[]) => unknown;
      if (!calls.includes(name as Call)) return call;
      return async (...args: unknown[]) => {
        if (dead) return never;
        const fatal = made++ === death.at;
        if (!fatal) return call(...args);
        dead = true;
        if (death.when === 'after') await call(...args);
        die();
        return never;
      };
    },
  });
}

const definition = aDefinition([
  {
    name: 'app',
    dependsOn: [{ containerName: 'db', condition: 'START' }],
    portMappings: [{ containerPort: 80, hostPort: 0 }],
  },
  { name: 'db' },
  { name: 'init', essential: false },
]);

interface Scenario {
  readonly world: World;
  readonly starts: Map<string, number>;
  readonly died: () => boolean;
}

/** What becomes of a record that is being written when the agent dies. */
type Journal = 'at once' | 'loses what is not written' | 'loses what is not on disk';

function scenario(death: Death, journal: Journal): Scenario {
  const starts = new Map<string, number>();
  const script = (spec: ContainerSpec, start: number): object => {
    const name = spec.definition.name ?? '';
    if (start > 0) starts.set(name, start);
    return name === 'init' ? { exitAfterMs: 50 } : {};
  };
  let died = false;
  const world: World = new World({
    script,
    engineOptions: { settings: { stopTimeoutMs: 1000, cleanupWaitMs: 60_000 } },
    wrap: (driver) =>
      mortal(driver, death, () => {
        died = true;
        world.journal.lose(journal === 'loses what is not on disk' ? 'machine' : 'agent');
        world.kill();
      }),
  });
  world.journal.slow = journal !== 'at once';
  return { world, starts, died: () => died };
}

describe('an agent that dies at any boundary of an effect', () => {
  for (const { when, journal } of [
    { when: 'before', journal: 'at once' },
    { when: 'after', journal: 'at once' },
    { when: 'after', journal: 'loses what is not written' },
    { when: 'after', journal: 'loses what is not on disk' },
  ] as const)
    for (let at = 0; at < 26; at++) {
      const death = { at, when };
      it(`${when} call ${at}, with a journal that ${journal === 'at once' ? 'writes at once' : journal}, starts every container once, and stops them all`, async () => {
        const { world, starts, died } = scenario(death, journal);
        await world.start();
        world.engine.assign(anAssignment(), definition, 'epoch');
        await world.settle();
        if (died()) await revive(world);
        await world.advance(100);
        if (died()) await revive(world);
        expect(world.task().status, 'after the start').to.equal('RUNNING');
        expect([...starts.values()].every((n) => n === 1)).to.equal(true);
        expect(world.runtime.containers()).to.have.length(3);
        const ports = world.container('app').ports.map((p) => p.hostPort);
        expect(world.runtime.containers().flatMap((c) => c.ports.map((p) => p.hostPort))).to.deep.equal(
          ports,
        );
        await world.order({ desiredStatus: 'STOPPED' });
        if (died()) await revive(world, { desiredStatus: 'STOPPED' });
        await world.advance(1000);
        expect(world.task().status, 'after the stop').to.equal('STOPPED');
        expect(world.runtime.containers().every((c) => c.state !== 'running')).to.equal(true);
        // Only the latest version is acknowledged: what is still being written comes first.
        for (let turn = 0; turn < 10; turn++) await world.settle();
        world.engine.acknowledge(world.task().id, world.task().version);
        for (let turn = 0; turn < 10; turn++) await world.settle();
        await world.advance(70_000);
        if (died()) await revive(world);
        await world.advance(70_000);
        expect(world.runtime.containers(), 'after the clean-up').to.have.length(0);
        expect(world.journal.files.size).to.equal(0);
      });
    }
});

describe('an agent that dies as it starts a container for the first time', () => {
  it('does not start another one where that was removed meanwhile', async () => {
    let starts = 0;
    const world: World = new World({
      script: (_spec, start) => {
        starts = Math.max(starts, start);
        return {};
      },
      wrap: (driver) =>
        new Proxy(driver, {
          get(target, name) {
            const value: unknown = Reflect.get(target, name);
            if (typeof value !== 'function') return value;
            const call = value.bind(target) as (...args: unknown[]) => Promise<unknown>;
            if (name !== 'startContainer') return call;
            return async (id: string) => {
              await call(id);
              world.journal.lose('agent');
              world.kill();
              await world.runtime.removeContainer(id);
              return new Promise(() => undefined);
            };
          },
        }),
    });
    world.journal.slow = true;
    await world.start();
    await world.run(aDefinition([{ name: 'web' }]));
    await revive(world);
    for (let turn = 0; turn < 10; turn++) await world.settle();
    expect(world.task().containers[0]?.reason).to.match(/^ContainerRemoved/);
    expect(world.task().status).to.equal('STOPPED');
    expect(world.runtime.containers()).to.have.length(0);
    expect(starts).to.equal(1);
  });
});

/** The next process: it reads the journal, and the control plane says again what it has said. */
async function revive(world: World, order: { readonly desiredStatus?: 'STOPPED' } = {}): Promise<void> {
  if (world.revived) return;
  world.revived = true;
  await world.start();
  await world.settle();
  const known = world.engine.task(anAssignment().task);
  const gone = world.journal.files.size === 0 && world.runtime.containers().length === 0;
  if (known || !gone)
    world.engine.assign(
      anAssignment({ revision: order.desiredStatus ? 9 : 1, ...order }),
      definition,
      'epoch',
    );
  await world.settle();
}
