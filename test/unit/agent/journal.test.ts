import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger } from '@longshore/kit';
import { expect } from 'chai';
import { newTask } from '../../../packages/agent/src/engine/record.js';
import { FileJournal } from '../../../packages/agent/src/journal/journal.js';
import { aDefinition, anAssignment, World } from './world.js';

describe('the journal', () => {
  let directory: string;
  let journal: FileJournal;
  beforeEach(async () => {
    directory = mkdtempSync(join(tmpdir(), 'longshore-journal-'));
    journal = new FileJournal(directory, silentLogger);
    await journal.open();
  });
  afterEach(async () => {
    await journal.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const task = (id: string) =>
    newTask({
      assignment: anAssignment({ task: id }),
      definition: aDefinition([{ name: 'web' }]),
      epoch: 'e',
      settings: { stopTimeoutMs: 1, cleanupWaitMs: 1 },
      ports: {},
      needsPreparation: false,
      needsPause: false,
    });

  it('gives back what was written last, also of writes at the same time', async () => {
    await Promise.all(['a', 'b', 'c'].map((id) => journal.write(task(id))));
    await journal.write({ ...task('a'), status: 'RUNNING' });
    await journal.remove('b');
    const read = await new FileJournal(directory, silentLogger).load();
    expect(read.map((t) => `${t.id} ${t.status}`).sort()).to.deep.equal(['a RUNNING', 'c PENDING']);
    expect(JSON.stringify(read.find((t) => t.id === 'c'))).to.equal(JSON.stringify(task('c')));
  });

  const logPath = (): string => join(directory, 'tasks.log');
  const next = (): FileJournal => new FileJournal(directory, silentLogger);
  const ids = async (): Promise<readonly string[]> => (await next().load()).map((t) => t.id).sort();

  it('gives back all of many that are written at once, each as it was last', async () => {
    const all = Array.from({ length: 200 }, (_, i) => `task-${i % 20}`);
    await Promise.all(all.map((id, i) => journal.write({ ...task(id), version: i })));
    const read = await next().load();
    expect(read.map((t) => t.version).sort((a, b) => a - b)).to.deep.equal(
      Array.from({ length: 20 }, (_, i) => 180 + i),
    );
  });

  it('says that a record is written only when the next process reads it', async () => {
    await journal.write(task('a'));
    await new Promise<void>((written) => void journal.write(task('b'), written));
    expect(await ids()).to.deep.equal(['a', 'b']);
  });

  it('does without a last line that was being written, and goes on', async () => {
    await Promise.all([journal.write(task('a')), journal.write(task('b'))]);
    appendFileSync(logPath(), '{"format":2,"task":"b","value":{"id":"b"');
    const reader = next();
    expect((await reader.load()).map((t) => t.id)).to.deep.equal(['a', 'b']);
    expect(existsSync(`${logPath()}.unreadable.1`)).to.equal(false);
    await reader.write(task('c'));
    await reader.close();
    expect(await ids()).to.deep.equal(['a', 'b', 'c']);
  });

  for (const c of [
    { name: 'torn', text: '{"format":2,"task":"a","value":{"id":"a"' },
    { name: 'empty', text: '' },
    { name: 'of another kind', text: '{"format":2,"task":"a","value":{"hello":"world"}}' },
  ])
    it(`sets a copy aside where a line is ${c.name}, and reads the others`, async () => {
      await journal.write(task('b'));
      await journal.write(task('c'));
      const [b, other] = readFileSync(logPath(), 'utf8').split('\n');
      const before = `${b}\n${c.text}\n${other}\n`;
      writeFileSync(logPath(), before);
      expect(await ids()).to.deep.equal(['b', 'c']);
      expect(readFileSync(`${logPath()}.unreadable.1`, 'utf8')).to.equal(before);
    });

  it('keeps the last five copies of what it could not read, each under a name of its own', async () => {
    for (let n = 1; n <= 7; n++) {
      writeFileSync(logPath(), `torn ${n}\n`);
      expect(await ids()).to.deep.equal([]);
    }
    const copies = readdirSync(directory).filter((name) => name.startsWith('tasks.log.'));
    expect(copies.map((name) => readFileSync(join(directory, name), 'utf8')).sort()).to.deep.equal(
      [3, 4, 5, 6, 7].map((n) => `torn ${n}\n`),
    );
    // The newest has the highest number.
    expect(readFileSync(`${logPath()}.unreadable.7`, 'utf8')).to.equal('torn 7\n');
  });

  it('refuses a format that is newer than it knows, by name', async () => {
    writeFileSync(logPath(), '{"format":99,"task":"a","value":{}}\n');
    const failure = await journal.load().catch((e: Error) => e.message);
    expect(failure).to.match(/tasks\.log has format 99, this agent knows 2/);
    expect(existsSync(logPath())).to.equal(true);
  });

  it('takes over what format 1 has left, a file a task, and then does without it', async () => {
    const older = join(directory, 'tasks');
    mkdirSync(older);
    for (const id of ['a', 'b'])
      writeFileSync(join(older, `${id}.json`), JSON.stringify({ format: 1, value: task(id) }));
    writeFileSync(join(older, 'c.json'), 'torn');
    writeFileSync(join(older, 'a.json.1.2.tmp'), 'half');
    expect((await journal.load()).map((t) => t.id).sort()).to.deep.equal(['a', 'b']);
    expect(readFileSync(join(older, 'c.json.unreadable.1'), 'utf8')).to.equal('torn');
    await journal.remove('a');
    expect(await ids()).to.deep.equal(['b']);
    expect(readdirSync(older)).to.deep.equal(['c.json.unreadable.1']);
  });

  it('writes its file anew when it has grown, and loses nothing', async () => {
    const logTail = 'x'.repeat(50_000);
    const [web] = task('a').containers;
    if (!web) throw new Error('no container');
    await journal.write(task('other'));
    for (let version = 1; version <= 60; version++)
      await journal.write({ ...task('a'), version, containers: [{ ...web, logTail }] });
    expect(statSync(logPath()).size).to.be.lessThan(1_200_000);
    expect((await next().load()).map((t) => [t.id, t.version])).to.deep.equal([
      ['other', 1],
      ['a', 60],
    ]);
  });

  it('rejects what it can not write, and writes all that it knows when it can again', async () => {
    // A directory where the new file is to be made.
    mkdirSync(`${logPath()}.tmp`);
    const failures = await Promise.all(
      ['a', 'b'].map((id) =>
        journal.write(task(id)).then(
          () => 'written',
          () => 'failed',
        ),
      ),
    );
    expect(failures).to.deep.equal(['failed', 'failed']);
    rmSync(`${logPath()}.tmp`, { recursive: true });
    await journal.write(task('c'));
    expect(await ids()).to.deep.equal(['a', 'b', 'c']);
  });
});

describe('a journal that can not be written', () => {
  it('holds up a start, which goes on when there is room again', async () => {
    const world = await new World().start();
    world.journal.failing = new Error('ENOSPC');
    await world.run(aDefinition([{ name: 'web' }]));
    await world.advance(1000);
    expect(world.runtime.containers()).to.have.length(0);
    world.journal.failing = undefined;
    await world.advance(10_000);
    expect(world.task().status).to.equal('RUNNING');
  });

  it('does not hold up a stop', async () => {
    const world = await new World().start();
    await world.run(aDefinition([{ name: 'web' }]));
    world.journal.failing = new Error('ENOSPC');
    await world.order({ desiredStatus: 'STOPPED' });
    expect(world.task().status).to.equal('STOPPED');
  });
});
