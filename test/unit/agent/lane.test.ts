import { type Deferred, deferred, settle } from '@longshore/kit';
import { expect } from 'chai';
import { Lane } from '../../../packages/agent/src/engine/lane.js';

describe('a lane', () => {
  let begun: string[];
  let ends: Map<string, Deferred<void>>;
  let lane: Lane;
  beforeEach(() => {
    begun = [];
    ends = new Map();
    lane = new Lane(2);
  });

  /** Work that is on its way until `end` names it. */
  const send = (name: string, first = false): void => {
    void lane.run(
      () => {
        begun.push(name);
        const end = deferred<void>();
        ends.set(name, end);
        return end.promise;
      },
      { first },
    );
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.resolve();
    await settle();
  };

  it('lets so many go at a time, in order of arrival', async () => {
    for (const name of ['a', 'b', 'c', 'd']) send(name);
    expect(begun).to.deep.equal(['a', 'b']);
    await end('b');
    await end('a');
    expect(begun).to.deep.equal(['a', 'b', 'c', 'd']);
  });

  it('lets what goes first pass what has waited longer, and not what is on its way', async () => {
    for (const name of ['a', 'b', 'c']) send(name);
    send('start of a', true);
    send('start of b', true);
    expect(begun).to.deep.equal(['a', 'b']);
    await end('a');
    await end('b');
    expect(begun).to.deep.equal(['a', 'b', 'start of a', 'start of b']);
    await end('start of a');
    expect(begun.at(-1)).to.equal('c');
  });
});
