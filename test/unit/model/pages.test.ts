import { EcsError, pageRequestOf, takePage, tokenOf } from '@longshore/model';
import { expect } from 'chai';
import fc from 'fast-check';

const order = { keyOf: (item: string) => item };

describe('pages', () => {
  it('give every item once, whatever their size', () => {
    const names = fc.uniqueArray(fc.string({ minLength: 1 }), { maxLength: 60 }).map((a) => a.sort());
    fc.assert(
      fc.property(names, fc.integer({ min: 1, max: 20 }), (items, maxResults) => {
        const seen: string[] = [];
        let nextToken: string | undefined;
        do {
          const page = takePage(items, pageRequestOf('ListTasks', { maxResults, nextToken }), order);
          expect(page.items.length).to.be.at.most(maxResults);
          seen.push(...page.items);
          nextToken = page.nextToken;
        } while (nextToken !== undefined);
        expect(seen).to.deep.equal(items);
      }),
    );
  });

  it('end without a token where the last item fits exactly', () => {
    expect(takePage(['a', 'b'], pageRequestOf('ListTasks', { maxResults: 2 }), order).nextToken).to.equal(
      undefined,
    );
  });

  it('neither repeat nor skip what stays while others come and go', () => {
    const first = takePage(['b', 'd', 'f'], pageRequestOf('ListTasks', { maxResults: 2 }), order);
    const request = pageRequestOf('ListTasks', { maxResults: 2, nextToken: first.nextToken });
    expect(takePage(['a', 'b', 'e', 'f'], request, order).items).to.deep.equal(['e', 'f']);
  });

  it("have ECS's sizes", () => {
    expect(pageRequestOf('ListServices', {}).limit).to.equal(10);
    expect(pageRequestOf('ListServiceDeployments', {}).limit).to.equal(20);
    expect(pageRequestOf('ListTasks', {}).limit).to.equal(100);
    expect(pageRequestOf('ListServices', { maxResults: 100 }).limit).to.equal(100);
  });

  for (const maxResults of [0, -1, 101, 1.5])
    it(`refuses ${maxResults} results`, () => {
      expect(() => pageRequestOf('ListTasks', { maxResults })).to.throw(EcsError, /between 1 and 100/);
    });

  for (const nextToken of ['x', '%%%', 'AAAA', tokenOf('ListClusters', 'a'), `${tokenOf('ListTasks', 'a')}b`])
    it(`refuses the token ${nextToken}`, () => {
      expect(() => pageRequestOf('ListTasks', { nextToken })).to.throw(EcsError, /Invalid token/);
    });

  it('give the same token for the same place', () => {
    expect(tokenOf('ListTasks', 'a')).to.equal(tokenOf('ListTasks', 'a'));
  });
});
