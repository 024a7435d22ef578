import { seededRandom, silentLogger, systemClock } from '@longshore/kit';
import { MemoryBackend, type MemoryStore, openMemoryStore } from '@longshore/store';
import { storeContract } from './contract.js';

storeContract('memory', async () => {
  const backend = new MemoryBackend();
  const stores: MemoryStore[] = [];
  return {
    open: async (replica) => {
      const random = seededRandom(stores.length + 1);
      const store = openMemoryStore({ backend, replica, clock: systemClock, random, logger: silentLogger });
      stores.push(store);
      await store.start();
      return store;
    },
    close: async () => {
      await Promise.all(stores.map((store) => store.stop()));
    },
  };
});
