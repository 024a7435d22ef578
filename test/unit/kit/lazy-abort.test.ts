import { type AnyEnding, LazyAbortController, listenTo, unlistenTo } from '@longshore/kit';
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

describe('listenTo', () => {
  const kinds: readonly (readonly [string, (controller: LazyAbortController) => AnyEnding])[] = [
    ['an Ending', (controller) => controller],
    ['a signal', (controller) => controller.signal],
  ];
  for (const [kind, of] of kinds)
    it(`hears the end of ${kind} once, and not where it was told not to any more`, () => {
      const controller = new LazyAbortController();
      const heard: string[] = [];
      const stays = (): number => heard.push('stays');
      const leaves = (): number => heard.push('leaves');
      listenTo(of(controller), stays);
      listenTo(of(controller), leaves);
      unlistenTo(of(controller), leaves);
      controller.abort('over');
      controller.abort('again');
      expect(heard).to.deep.equal(['stays']);
      listenTo(of(controller), leaves);
      expect(heard, 'an end that has come').to.deep.equal(['stays']);
    });
});
