import { FakeClock, messageOf, silentLogger } from '@longshore/kit';
import type { RpcCall } from '@longshore/rpc';
import type { StoreStatus } from '@longshore/store';
import { expect } from 'chai';
import type { Caller } from '../../../packages/control-plane/src/api/operation.js';
import { ecsRegistry } from '../../../packages/control-plane/src/api/registry.js';
import { ecsHandlers } from '../../../packages/control-plane/src/door/handlers.js';
import { StoreSpace } from '../../../packages/control-plane/src/store-space.js';
import { startTestServer } from './support/server.js';

describe('a store that is nearly full', () => {
  it('is said to be from 80 % on, and to have room again below 75 %', async () => {
    const clock = new FakeClock();
    let dbBytes = 0;
    const store = {
      state: { phase: 'ready', reason: '' },
      status: async (): Promise<StoreStatus> => ({ backend: 'etcd', members: [], dbBytes, revision: 1 }),
    } as const;
    const space = new StoreSpace({ store, clock, logger: silentLogger, quotaBytes: 1000 });
    await space.start();
    const full: boolean[] = [];
    for (dbBytes of [799, 800, 760, 749, 790]) {
      await clock.advance(10_000);
      full.push(space.full !== '');
    }
    expect(full).to.deep.equal([false, true, true, false, false]);
    const stopped = space.stop();
    await clock.advance(1);
    await stopped;
  });

  it('takes no new work, and goes on with the rest', async () => {
    const test = await startTestServer();
    const { context } = test.server;
    const handlers = ecsHandlers(ecsRegistry, {
      authorize: () => undefined,
      context,
      store: context.store,
      clock: context.clock,
      region: 'us-east-1',
      full: () => 'the store is 81 % full',
    });
    const open = new AbortController().signal;
    const call = {
      caller: { kind: 'client-token', name: 'client' },
      signal: open,
    } as unknown as RpcCall<Caller>;
    const outcome = async (name: keyof typeof handlers, request: object): Promise<string> => {
      const handler = handlers[name] as (request: object, call: RpcCall<Caller>) => Promise<unknown>;
      return await handler(request, call).then(
        () => 'OK',
        (thrown: unknown) => messageOf(thrown),
      );
    };
    try {
      for (const name of ['CreateCluster', 'RunTask', 'StartTask', 'RegisterTaskDefinition'] as const)
        expect(await outcome(name, {}), name).to.equal('the store is 81 % full');
      expect(await outcome('ListClusters', {})).to.equal('OK');
      expect(await outcome('StopTask', { task: 'f'.repeat(32) })).to.equal(
        'The referenced task was not found.',
      );
    } finally {
      await test.stop();
    }
  });
});
