import { LazyAbortController } from '@longshore/kit';
import { expect } from 'chai';

describe('LazyAbortController', () => {
  for (const early of [true, false])
    it(`aborts a signal that was asked for ${early ? 'before' : 'after'}, with the first reason`, () => {
      const controller = new LazyAbortController();
      if (early) expect(controller.signal.aborted).to.equal(false);
      controller.abort('first');
      controller.abort('second');
      expect(controller.aborted).to.equal(true);
      expect(controller.signal.aborted).to.equal(true);
      expect(controller.signal.reason).to.equal('first');
      expect(controller.signal).to.equal(controller.signal);
    });
});
