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

  it('end after some long ones: the others come in later turns, in order, and each gives way to what comes between', async () => {
    const turns = new Turns(() => nowMs);
    const done: string[] = [];
    await work(turns, 'a', 15, done);
    await work(turns, 'b', 15, done);
    void work(turns, 'c', 15, done);
    void work(turns, 'd', 15, done);
    await Promise.resolve();
    expect(done).to.deep.equal(['a', 'b']);
    expect(turns.length).to.equal(2);
    await nextTurn();
    expect(done).to.deep.equal(['a', 'b', 'c']);
    await nextTurn();
    expect(done).to.deep.equal(['a', 'b', 'c', 'd']);
    await nextTurn();
    await work(turns, 'e', 1, done);
    expect(done.at(-1)).to.equal('e');
  });
});
