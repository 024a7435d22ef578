import { serviceDescriptor } from '@longshore/model';
import { parseEndpoints } from '@longshore/rpc';
import { expect } from 'chai';

describe('the services of the contract', () => {
  for (const service of ['EcsService', 'AgentService', 'LongshoreService'])
    it(`stream in ${service} only where the types say so`, () => {
      const methods = serviceDescriptor(service).methodsArray;
      const streaming = methods.filter((m) => m.responseStream && !m.requestStream).map((m) => m.name);
      // As StreamingMethod and ExchangeMethod in packages/rpc/src/contract.ts.
      expect(streaming).to.deep.equal(service === 'LongshoreService' ? ['WatchEvents'] : []);
      expect(methods.filter((m) => m.requestStream).map((m) => m.name)).to.deep.equal(
        service === 'AgentService' ? ['Exchange'] : [],
      );
    });
});

describe('parseEndpoints', () => {
  const good = [
    { texts: ['127.0.0.1:7400'], addresses: ['127.0.0.1:7400'], secure: undefined },
    { texts: ['server'], addresses: ['server:7400'], secure: undefined },
    { texts: ['https://a:1/, https://b'], addresses: ['a:1', 'b:7400'], secure: true },
    { texts: ['http://[::1]:1', '[fe80::1]'], addresses: ['[::1]:1', '[fe80::1]:7400'], secure: false },
    { texts: ['a:1', 'a:1'], addresses: ['a:1'], secure: undefined },
  ];
  for (const { texts, ...expected } of good)
    it(`reads ${texts.join(' ')}`, () => expect(parseEndpoints(texts)).to.deep.equal(expected));

  for (const text of ['', 'a:0', 'a:70000', 'ftp://a', 'a b', 'a:1/path', 'http://a,https://b'])
    it(`refuses ${JSON.stringify(text)}`, () => expect(() => parseEndpoints([text])).to.throw(/endpoint/));
});
