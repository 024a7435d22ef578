import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

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
    expect(read.map((t) => [t.id, t.status]).sort()).to.deep.equal([
      ['a', 'RUNNING'],
      ['c', 'PENDING'],
    ]);
    expect(JSON.stringify(read.find((t) => t.id === 'c'))).to.equal(JSON.stringify(task('c')));
  });

  for (const c of [
    { name: 'torn', text: '{"format":1,"value":{"id":"a"' },
    { name: 'empty', text: '' },
    { name: 'of another kind', text: '{"format":1,"value":{"hello":"world"}}' },
  ])
    it(`sets a file aside that is ${c.name}, and reads the others`, async () => {
      await journal.write(task('b'));
      writeFileSync(join(directory, 'tasks', 'a.json'), c.text);
      expect((await journal.load()).map((t) => t.id)).to.deep.equal(['b']);
      expect(readFileSync(join(directory, 'tasks', 'a.json.unreadable'), 'utf8')).to.equal(c.text);
    });

  it('refuses a format that is newer than it knows, by name', async () => {
    writeFileSync(join(directory, 'tasks', 'a.json'), '{"format":99,"value":{}}');
    const failure = await journal.load().catch((e: Error) => e.message);
    expect(failure).to.match(/a\.json has format 99, this agent knows 1/);
    expect(existsSync(join(directory, 'tasks', 'a.json'))).to.equal(true);
  });

  it('clears away what an interrupted write has left', async () => {
    writeFileSync(join(directory, 'tasks', 'a.json.1.2.tmp'), 'half');
    await journal.load();
    expect(readdirSync(join(directory, 'tasks'))).to.deep.equal([]);
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
