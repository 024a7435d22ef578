import { FakeClock, seededRandom, silentLogger } from '@longshore/kit';
import { codecOf } from '@longshore/model';
import { currentFormat, keyOf, MemoryBackend, type Migration, openMemoryStore } from '@longshore/store';
import { expect } from 'chai';
import { committed, failure, put } from './contract.js';

const family = (n: number) => codecOf('FamilyRecord').encode({ lastRevision: n });
const formatOf = (backend: MemoryBackend) => {
  const record = backend.history.get('format');
  return record && codecOf('FormatRecord').decode(record.value);
};

/** Families of format 1 lay elsewhere, and counted from zero. */
const migration: Migration = {
  from: 1,
  ranges: [{ from: 'live/old-families/', to: 'live/old-families0' }],
  rewrite: ({ path, value }) => [
    { delete: path },
    {
      put: path.replace('old-families', 'families'),
      value: family(codecOf('FamilyRecord').decode(value).lastRevision + 1),
    },
  ],
};

describe('the format of the store', () => {
  let clock: FakeClock;
  let backend: MemoryBackend;
  beforeEach(() => {
    clock = new FakeClock();
    backend = new MemoryBackend({ clock });
  });
  const open = (replica: string, format?: { current: number; migrations: readonly Migration[] }) =>
    openMemoryStore({
      backend,
      replica,
      clock,
      random: seededRandom(1),
      logger: silentLogger,
      version: '1.2.3',
      ...(format && { format }),
    });
  const write = (format: number, readableFrom: number) =>
    backend.transact({
      compare: [],
      write: [
        {
          put: 'format',
          value: codecOf('FormatRecord').encode({ format, readableFrom, writtenBy: '9.9.9' }),
        },
      ],
    });

  it('is written on first use', async () => {
    const store = open('one');
    await store.start();
    expect(formatOf(backend)).to.deep.equal({
      format: currentFormat,
      readableFrom: currentFormat,
      writtenBy: '1.2.3',
    });
    await store.stop();
  });

  it('is refused where it is newer, by name', async () => {
    write(7, 7);
    const message = await failure(open('one').start());
    expect(message)
      .to.match(/format 7, written by longshore 9\.9\.9/)
      .and.match(/1\.2\.3.*up to 1/);
  });

  it('is taken where it is newer and says that we can read it', async () => {
    write(7, 1);
    const store = open('one');
    await store.start();
    expect(store.state.phase).to.equal('ready');
    await store.stop();
  });

  it('is refused where nothing leads from it to ours', async () => {
    write(1, 1);
    expect(await failure(open('one', { current: 3, migrations: [] }).start())).to.match(
      /format 1.*in between/,
    );
  });

  it('is migrated forward by one replica, while others wait', async () => {
    write(1, 1);
    const puts = Array.from({ length: 250 }, (_, n) => ({
      put: `live/old-families/f${n}`,
      value: family(n),
    }));
    backend.transact({ compare: [], write: puts });
    const stores = ['one', 'two', 'three'].map((replica) =>
      open(replica, { current: 2, migrations: [migration] }),
    );
    const started = Promise.all(stores.map((store) => store.start()));
    await clock.advance(20_000);
    await started;
    for (const store of stores) {
      expect(store.get(keyOf('family', 'f249'))?.value.lastRevision).to.equal(250);
      expect(store.get(keyOf('family', 'f0'))?.value.lastRevision).to.equal(1);
    }
    expect(formatOf(backend)?.format).to.equal(2);
    expect([...backend.history.between('live/old-families/', 'live/old-families0')]).to.deep.equal([]);
    await Promise.all(stores.map((store) => store.stop()));
  });

  it('goes on where a migration was broken off', async () => {
    write(1, 1);
    backend.transact({ compare: [], write: [{ put: 'live/old-families/left', value: family(4) }] });
    backend.transact({ compare: [], write: [{ put: 'live/families/done', value: family(9) }] });
    const lease = backend.grantLease(10);
    backend.transact({
      compare: [],
      write: [{ put: 'format-migration', value: Buffer.from('dead'), lease: lease.id }],
    });
    const store = open('one', { current: 2, migrations: [migration] });
    const started = store.start();
    await clock.advance(5_000);
    expect(formatOf(backend)?.format, 'the lock is held by another').to.equal(1);
    await clock.advance(10_000);
    await started;
    expect(store.get(keyOf('family', 'left'))?.value.lastRevision).to.equal(5);
    expect(store.get(keyOf('family', 'done'))?.value.lastRevision).to.equal(9);
    await store.stop();
  });

  it('sweeps away the marks of processes that ended a week ago, and no others', async () => {
    const old = open('old');
    await old.start();
    await committed(put(old, 1, 0));
    const marks = () => [...backend.history.between('marks/', 'marks0')].length;
    expect(marks()).to.equal(1);
    await clock.advance(8 * 86_400_000);
    const late = open('late');
    await late.start();
    expect(marks()).to.equal(0);
    await committed(put(old, 2, old.get(keyOf('family', 'web'))?.revision ?? 0));
    expect(marks(), 'one that lives goes on without its mark').to.equal(1);
    await Promise.all([old.stop(), late.stop()]);
  });
});
