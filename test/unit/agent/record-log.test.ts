import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { type LineFormat, RecordLog } from '../../../packages/agent/src/journal/record-log.js';

const lines: LineFormat = {
  line: (key, text) => `${JSON.stringify(text === undefined ? [key] : [key, text])}\n`,
  read: (line) => {
    const [key = '', text] = JSON.parse(line) as string[];
    return { key, text };
  },
};

/** A file system whose next calls fail, and which counts the turns of the disk. */
class Disk {
  failing: 'appendFile' | 'datasync' | undefined;
  turns = 0;

  readonly open: typeof open = async (path, ...rest) => {
    const file = await open(path, ...rest);
    return new Proxy(file, {
      get: (target, name) => {
        const value: unknown = Reflect.get(target, name);
        if (typeof value !== 'function') return value;
        if (name === 'datasync') this.turns += 1;
        if (name === this.failing) return () => Promise.reject(new Error(`no ${name}`));
        return value.bind(target) as unknown;
      },
    }) as FileHandle;
  };
}

describe('the log of records', () => {
  let directory: string;
  let disk: Disk;
  let log: RecordLog;
  const path = (): string => join(directory, 'log');
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'longshore-log-'));
    disk = new Disk();
    log = new RecordLog(path(), lines, disk.open);
  });
  afterEach(async () => {
    await log.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const texts = async (): Promise<unknown> =>
    Object.fromEntries((await new RecordLog(path(), lines).load())?.texts ?? []);
  const outcome = (write: Promise<void>): Promise<string> =>
    write.then(
      () => 'on disk',
      (error: Error) => error.message,
    );

  for (const call of ['appendFile', 'datasync'] as const)
    it(`writes a new file of all that it knows after ${call} has failed`, async () => {
      await log.put('a', '1');
      const before = statSync(path()).ino;
      disk.failing = call;
      expect(await outcome(log.put('b', '2'))).to.equal(`no ${call}`);
      disk.failing = undefined;
      await log.put('c', '3');
      expect(statSync(path()).ino).to.not.equal(before);
      expect(await texts()).to.deep.equal({ a: '1', b: '2', c: '3' });
    });

  it('fails all that was written before the disk failed, and nothing after', async () => {
    await log.put('a', '1');
    disk.failing = 'datasync';
    let second: Promise<string> | undefined;
    const first = await outcome(
      log.put('b', '2', () => {
        second = outcome(log.put('c', '3'));
      }),
    );
    disk.failing = undefined;
    expect(first).to.equal('no datasync');
    // It came while the disk was failing, or right after it: it is told the truth either way.
    if ((await second) === 'on disk') expect(readFileSync(path(), 'utf8')).to.include('["c","3"]');
    await log.put('d', '4');
    expect(await texts()).to.deep.equal({ a: '1', b: '2', c: '3', d: '4' });
  });

  it('takes few turns of the disk for many who write at a time', async () => {
    await log.put('first', '0');
    const before = disk.turns;
    await Promise.all(Array.from({ length: 40 }, (_, i) => log.put(`key-${i}`, String(i))));
    expect(disk.turns - before).to.be.at.most(2);
  });

  it('says that a key is gone for good', async () => {
    await log.put('a', '1');
    await log.put('b', '2');
    await log.put('a', undefined);
    expect(await texts()).to.deep.equal({ b: '2' });
  });
});
