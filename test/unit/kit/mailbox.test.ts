import { deferred, Mailbox } from '@longshore/kit';
import { expect } from 'chai';

describe('Mailbox', () => {
  it('handles one message at a time, in order', async () => {
    const seen: string[] = [];
    const box = new Mailbox<number>(
      async (n) => {
        seen.push(`begin ${n}`);
        await Promise.resolve();
        seen.push(`end ${n}`);
      },
      () => expect.fail('failed'),
    );
    for (const n of [1, 2]) box.post(n);
    await box.idle();
    expect(seen).to.deep.equal(['begin 1', 'end 1', 'begin 2', 'end 2']);
  });

  it('does not handle within post', () => {
    let handled = false;
    const box = new Mailbox<number>(
      () => {
        handled = true;
      },
      () => expect.fail('failed'),
    );
    box.post(1);
    expect(handled).to.equal(false);
  });

  it('goes on after a message that failed, and says which', async () => {
    const failed: number[] = [];
    const handled: number[] = [];
    const box = new Mailbox<number>(
      (n) => {
        if (n === 2) throw new Error('two');
        handled.push(n);
      },
      (_error, n) => failed.push(n),
    );
    for (const n of [1, 2, 3]) box.post(n);
    await box.idle();
    expect(handled).to.deep.equal([1, 3]);
    expect(failed).to.deep.equal([2]);
  });

  it('handles a message that is posted while another is handled', async () => {
    const handled: number[] = [];
    const box = new Mailbox<number>(
      (n) => {
        handled.push(n);
        if (n < 3) box.post(n + 1);
      },
      () => expect.fail('failed'),
    );
    box.post(1);
    await box.idle();
    expect(handled).to.deep.equal([1, 2, 3]);
  });

  it('handles messages that stand for nothing', async () => {
    const handled: unknown[] = [];
    const box = new Mailbox<undefined | number>(
      (m) => {
        handled.push(m);
      },
      () => expect.fail('failed'),
    );
    box.post(undefined);
    box.post(1);
    await box.idle();
    expect(handled).to.deep.equal([undefined, 1]);
  });

  it('handles nothing after close', async () => {
    const gate = deferred<undefined>();
    const handled: number[] = [];
    const box = new Mailbox<number>(
      async (n) => {
        handled.push(n);
        await gate.promise;
      },
      () => expect.fail('failed'),
    );
    for (const n of [1, 2]) box.post(n);
    await Promise.resolve();
    await Promise.resolve();
    box.close();
    box.post(3);
    gate.resolve(undefined);
    await box.idle();
    expect(handled).to.deep.equal([1]);
    expect(box.length).to.equal(0);
  });
});
