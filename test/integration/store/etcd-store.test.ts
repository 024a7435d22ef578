import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { type EtcdStore, openEtcdStore } from '@longshore/store';
import { TestEtcd } from '../../support/etcd.js';
import { needs } from '../../support/needs.js';
import { storeContract } from '../../unit/store/contract.js';

describe('the store on a real etcd', () => {
  needs('etcd');
  let etcd: TestEtcd;
  let worlds = 0;
  before(async () => {
    etcd = await TestEtcd.start();
  });
  after(() => etcd?.stop());

  storeContract('etcd', () => {
    const prefix = `/longshore-${++worlds}/`;
    const stores: EtcdStore[] = [];
    return Promise.resolve({
      open: async (replica) => {
        const store = openEtcdStore({
          endpoints: [etcd.endpoint],
          prefix,
          replica,
          clock: systemClock,
          random: systemRandom,
          logger: silentLogger,
        });
        stores.push(store);
        await store.start();
        return store;
      },
      close: async () => {
        await Promise.all(stores.map((store) => store.stop()));
      },
    });
  });
});
