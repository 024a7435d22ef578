import { seededRandom, silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { aTaskRecord } from '@longshore/model';
import { type EtcdStore, type Key, keyOf, type LiveKind, openEtcdStore, rangeOf } from '@longshore/store';
import { expect } from 'chai';
import { TestEtcd } from '../../support/etcd.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { TcpProxy } from '../../support/tcp-proxy.js';
import { RevisionAudit } from './revision-audit.js';

/** Replay one with LONGSHORE_SEED. */
const seeds = process.env.LONGSHORE_SEED ? [Number(process.env.LONGSHORE_SEED)] : [1, 2, 3];

describe('the store under random puts, deletes, cuts, pauses, compactions and restarts', () => {
  needs('etcd');
  for (const seed of seeds)
    it(`ends equal to etcd, and saw nothing out of order (seed ${seed})`, async () => {
      const random = seededRandom(seed);
      const etcd = await TestEtcd.start();
      const proxy = await TcpProxy.start({ port: etcd.clientPort });
      const open = async (replica: string, port: number): Promise<EtcdStore> => {
        const store = openEtcdStore({
          endpoints: [`http://127.0.0.1:${port}`],
          replica,
          clock: systemClock,
          random: systemRandom,
          logger: silentLogger,
          callMs: 500,
        });
        await store.start();
        return store;
      };
      const steady = await open('steady', etcd.clientPort);
      const shaken = await open('shaken', proxy.port);
      try {
        const audit = new RevisionAudit(shaken);
        const history = new RevisionAudit(steady);
        const writers = [steady, shaken, steady, shaken].map((store) => writeAtRandom(store, random));
        await shake({ etcd, proxy, steady, random });
        const sure = (await Promise.all(writers.map((writer) => writer.stop()))).flat();
        await calm([steady, shaken]);
        for (const { path, revision } of sure)
          expect(history.revisionsOf(path), `${path}: an acknowledged commit is in the history`).to.include(
            revision,
          );
        for (const kind of ['family', 'task'] as const)
          expect(shaken.list(rangeOf(kind))).to.deep.equal(steady.list(rangeOf(kind)));
        const fresh = await open('fresh', etcd.clientPort);
        await calm([fresh]);
        for (const kind of ['family', 'task'] as const)
          expect(shaken.list(rangeOf(kind)), 'what etcd holds').to.deep.equal(fresh.list(rangeOf(kind)));
        await fresh.stop();
        audit.expectInOrder();
        history.expectInOrder();
        expect(sure.length).to.be.above(100);
        expect(proxy.cuts).to.be.above(5);
      } finally {
        await Promise.all([steady.stop(), shaken.stop()]);
        await proxy.stop();
        await etcd.stop();
      }
    });
});

interface Acknowledged {
  readonly path: string;
  readonly revision: number;
}

/** One commit after the other on a few keys, each resting on what this replica sees. */
function writeAtRandom(
  store: EtcdStore,
  random: { next(): number },
): { stop(): Promise<readonly Acknowledged[]> } {
  const sure: Acknowledged[] = [];
  let stopped = false;
  const pick = (n: number): number => Math.floor(random.next() * n);
  const once = async (): Promise<void> => {
    const key: Key<LiveKind> =
      pick(2) === 0 ? keyOf('family', `f${pick(8)}`) : keyOf('task', 'c', `t${pick(8)}`);
    const seen = store.get(key);
    const value =
      key.kind === 'task'
        ? aTaskRecord({ instance: `i${pick(3)}`, version: pick(1000) })
        : { lastRevision: pick(1000) };
    const write = seen && pick(3) === 0 ? { delete: key } : { put: key, value };
    const outcome = await store.commit({ expect: [{ key, revision: seen?.revision ?? 0 }], write: [write] });
    if (outcome.ok) sure.push({ path: key.path, revision: outcome.revision });
    else await store.reached(outcome.conflict.asOf, AbortSignal.timeout(2_000));
  };
  const run = async (): Promise<void> => {
    while (!stopped) {
      // Away, or given up on: the next attempt rests on what is seen then.
      await once().catch(() => systemClock.sleep(20));
      await systemClock.sleep(pick(5));
    }
  };
  const running = run();
  return {
    stop: async () => {
      stopped = true;
      await running;
      return sure;
    },
  };
}

interface Shaken {
  readonly etcd: TestEtcd;
  readonly proxy: TcpProxy;
  readonly steady: EtcdStore;
  readonly random: { next(): number };
}

/** Some seconds of trouble. */
async function shake({ etcd, proxy, steady, random }: Shaken): Promise<void> {
  for (let n = 0; n < 40; n++) {
    await systemClock.sleep(20 + random.next() * 80);
    const trouble = random.next();
    if (trouble < 0.35) proxy.cut();
    else if (trouble < 0.6) proxy.cutAfter(Math.floor(random.next() * 5_000));
    else if (trouble < 0.75) {
      proxy.pause(trouble < 0.68 ? 'toClient' : 'toServer');
      await systemClock.sleep(random.next() * 700);
      proxy.cut();
      proxy.resume();
    } else if (trouble < 0.9) await steady.compact(steady.watched).catch(() => undefined);
    else if (n === 20) {
      await etcd.kill();
      await etcd.run();
    }
  }
}

async function calm(stores: readonly EtcdStore[]): Promise<void> {
  for (const store of stores) {
    await eventually(() => expect(store.state.phase).to.equal('ready'), { withinMs: 20_000 });
    await eventually(() => store.barrier(AbortSignal.timeout(3_000)).then(() => true), { withinMs: 20_000 });
  }
}
