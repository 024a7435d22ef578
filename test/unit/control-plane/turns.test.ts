import { expect } from 'chai';
import { agentTurns, waitsToBeRead } from '../../../packages/control-plane/src/dispatcher/turns.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('what agents have done for them', () => {
  it('is an answer after each report, and what was read is committed before more is read', async () => {
    let nowMs = 0;
    const turns = agentTurns({ monotonicMs: () => nowMs });
    const done: string[] = [];
    const piece = async (lane: 'answer' | 'commit' | 'intake', name: string): Promise<void> => {
      await turns.next(lane);
      nowMs += 25;
      done.push(name);
    };
    await piece('answer', 'first');
    for (const n of [1, 2]) void piece('intake', `read ${n}`);
    void piece('commit', 'commit');
    void piece('answer', 'answer');
    expect(turns.length).to.equal(4);
    for (let turn = 0; turn < 5; turn++) await nextTurn();
    expect(done).to.deep.equal(['first', 'answer', 'commit', 'read 1', 'read 2']);
  });

  it('is read at once, save large reports', () => {
    expect(waitsToBeRead('Report', 60_000)).to.equal(true);
    expect(waitsToBeRead('Report', 300)).to.equal(false);
    for (const operation of ['Poll', 'ReportUtilisation', 'TaskProtection'])
      expect(waitsToBeRead(operation, 60_000)).to.equal(false);
  });
});
