import { FakeClock, messageOf, silentLogger } from '@longshore/kit';
import type { RpcCall } from '@longshore/rpc';
import type { StoreStatus } from '@longshore/store';
import { expect } from 'chai';
import type { Caller } from '../../../packages/control-plane/src/api/operation.js';
import { ecsRegistry } from '../../../packages/control-plane/src/api/registry.js';
import type { Dispatcher } from '../../../packages/control-plane/src/dispatcher/dispatcher.js';
import { agentHandlers, ecsHandlers } from '../../../packages/control-plane/src/door/handlers.js';
import { StoreSpace } from '../../../packages/control-plane/src/store-space.js';
import { startTestServer } from './support/server.js';

describe('a store that is nearly full', () => {
  interface Case {
    readonly name: string;
    readonly looks: readonly Partial<StoreStatus>[];
    readonly full: readonly boolean[];
  }
  const alarm: StoreStatus['members'] = [
    {
      endpoint: 'e',
      version: '3.4',
      dbBytes: 10,
      dbBytesInUse: 10,
      leader: true,
      error: 'memberID:1 alarm:NOSPACE ',
    },
  ];
  const cases: readonly Case[] = [
    {
      name: 'is said to be from 80 % in use on, and to have room again below 75 %',
      looks: [799, 800, 760, 749, 790].map((dbBytesInUse) => ({ dbBytesInUse, dbBytes: 800 })),
      full: [false, true, true, false, false],
    },
    {
      name: 'has room while the file is large and much of it is free pages, but for the last of it',
      looks: [969, 970, 955, 949].map((dbBytes) => ({ dbBytesInUse: 100, dbBytes })),
      full: [false, true, true, false],
    },
    {
      name: 'is full while etcd says so by its alarm, however little is in use',
      looks: [{ members: alarm }, {}],
      full: [true, false],
    },
  ];
  for (const { name, looks, full } of cases)
    it(name, async () => {
      const clock = new FakeClock();
      let look: Partial<StoreStatus> = {};
      const status = async (): Promise<StoreStatus> => ({
        backend: 'etcd',
        members: [],
        dbBytes: 10,
        dbBytesInUse: 10,
        revision: 1,
        ...look,
      });
      const store = { state: { phase: 'ready', reason: '' }, status } as const;
      const space = new StoreSpace({ store, clock, logger: silentLogger, quotaBytes: 1000 });
      await space.start();
      const found: boolean[] = [];
      for (look of looks) {
        await clock.advance(10_000);
        found.push(space.full !== '');
        if (space.full !== '') expect(space.full).to.match(/`longshore store (free|defragment)`/);
      }
      expect(found).to.deep.equal(full);
      const stopped = space.stop();
      await clock.advance(1);
      await stopped;
    });

  it('takes no new work, and goes on with the rest', async () => {
    const test = await startTestServer();
    const { context } = test.server;
    const parts = {
      authorize: () => undefined,
      context,
      store: context.store,
      clock: context.clock,
      region: 'us-east-1',
      full: () => 'the store is 81 % full',
    };
    const done = async () => ({});
    const dispatcher = { register: done, report: done } as unknown as Dispatcher;
    const handlers = { ...ecsHandlers(ecsRegistry, parts), ...agentHandlers(dispatcher, parts) };
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
      const instance = 'a'.repeat(32);
      const registrations = [
        { request: { instance: '', joinAsNew: false }, says: 'the store is 81 % full' },
        { request: { instance, joinAsNew: true }, says: 'the store is 81 % full' },
        { request: { instance, joinAsNew: false }, says: 'OK' },
      ];
      for (const { request, says } of registrations)
        expect(await outcome('Register', request), JSON.stringify(request)).to.equal(says);
      expect(await outcome('Report', {})).to.equal('OK');
    } finally {
      await test.stop();
    }
  });
});
