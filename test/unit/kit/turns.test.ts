import { Turns } from '@longshore/kit';
import { expect } from 'chai';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('short turns of the event loop', () => {
  let nowMs = 0;
  const work = async (turns: Turns, name: string, ms: number, done: string[]): Promise<void> => {
    await turns.next();
    nowMs += ms;
    done.push(name);
  };

  it('let short pieces go on at once', async () => {
    const turns = new Turns(() => nowMs);
    const done: string[] = [];
    for (let i = 0; i < 10; i++) void work(turns, String(i), 1, done);
    await Promise.resolve().then(() => undefined);
    expect(done).to.have.length(10);
  });

  it('end after some long ones: the others come in later turns, in order', async () => {
    const turns = new Turns(() => nowMs);
    const done: string[] = [];
    await work(turns, 'a', 15, done);
    await work(turns, 'b', 15, done);
    for (const name of ['c', 'd', 'e', 'f']) void work(turns, name, 15, done);
    await Promise.resolve();
    expect(done.join('')).to.equal('ab');
    expect(turns.length).to.equal(4);
    await nextTurn();
    expect(done.join('')).to.equal('abcd');
    await nextTurn();
    expect(done.join('')).to.equal('abcdef');
    await nextTurn();
    await work(turns, 'g', 1, done);
    expect(done.join('')).to.equal('abcdefg');
  });

  it('are taken by groups of lanes one after the other, and in a group by the first that has something', async () => {
    const turns = new Turns(() => nowMs, [['answer'], ['commit', 'intake']]);
    const done: string[] = [];
    const piece = async (lane: 'answer' | 'commit' | 'intake', name: string): Promise<void> => {
      await turns.next(lane);
      nowMs += 10;
      done.push(name);
    };
    await piece('intake', '-');
    nowMs += 20;
    for (const n of [1, 2, 3]) void piece('intake', `i${n}`);
    for (const n of [1, 2]) void piece('commit', `c${n}`);
    for (const n of [1, 2, 3]) void piece('answer', `a${n}`);
    expect(turns.length).to.equal(8);
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(done.join(' ')).to.equal('- a1 c1 a2 c2 a3 i1 i2 i3');
    expect(turns.length).to.equal(0);
  });

  it('are the same for pieces that are no promises', async () => {
    const turns = new Turns(() => nowMs);
    const done: string[] = [];
    const piece = (name: string) => ({
      begin: (): void => {
        nowMs += 15;
        done.push(name);
      },
    });
    for (const name of ['a', 'b', 'c', 'd']) turns.when('work', piece(name));
    expect(done.join('')).to.equal('ab');
    await nextTurn();
    expect(done.join('')).to.equal('abcd');
  });

  it('are refused in a lane that there is not', () => {
    const turns = new Turns<'answer' | 'work'>(() => nowMs, [['answer']]);
    expect(() => turns.next()).to.throw('there is no lane work');
  });

  it('lose nothing of thousands that wait', async () => {
    const turns = new Turns(() => nowMs);
    const done: string[] = [];
    await work(turns, 'long', 25, done);
    for (let i = 0; i < 5000; i++) void work(turns, String(i), 0.01, done);
    while (turns.length > 0) await nextTurn();
    expect(done).to.deep.equal(['long', ...Array.from({ length: 5000 }, (_, i) => String(i))]);
  });

  it('take many short pieces each, however long the turns are for other reasons', async () => {
    const turns = new Turns(() => nowMs);
    const done: string[] = [];
    await work(turns, 'long', 25, done);
    for (let i = 0; i < 100; i++) void work(turns, String(i), 0.5, done);
    for (let turn = 0; turn < 3; turn++) {
      nowMs += 300;
      await nextTurn();
    }
    expect(done).to.have.length(101);
  });
});
