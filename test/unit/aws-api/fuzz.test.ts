import {
  type AwsOperations,
  createAwsApi,
  ecsOperations,
  type HttpRequest,
  type Identity,
} from '@longshore/aws-api';
import { silentLogger } from '@longshore/kit';
import { messageType } from '@longshore/model';
import { expect } from 'chai';
import fc from 'fast-check';
import { membersOf } from './members.js';

let reached = 0;
const operations = Object.fromEntries(
  [...ecsOperations.keys()].map((name) => [
    name,
    async () => {
      reached++;
      return {};
    },
  ]),
) as AwsOperations<Identity>;

const handler = createAwsApi<Identity>({
  operations,
  authenticate: {
    claim: async () => ({ verify: async () => ({ kind: 'anonymous', name: 'a', region: 'us-east-1' }) }),
  },
  authorize: ({ identity }) => identity,
  accountId: '123456789012',
  logger: silentLogger,
  rates: {
    read: { perSecond: 1e9, burst: 1e9 },
    write: { perSecond: 1e9, burst: 1e9 },
    place: { perSecond: 1e9, burst: 1e9 },
  },
});

interface Answer {
  readonly status: number;
  readonly json: { readonly __type?: string; readonly message?: string };
}

async function send(operation: string, body: string): Promise<Answer> {
  const request: HttpRequest = {
    method: 'POST',
    path: '/',
    query: '',
    headers: { 'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}` },
    peer: '127.0.0.1',
    requestId: 'r',
    signal: new AbortController().signal,
    gone: false,
    body: async () => Buffer.from(body),
  };
  const answer = await handler(request);
  return { status: answer.status, json: JSON.parse(String(answer.body)) as Answer['json'] };
}

describe('wrong types at every member of every operation', () => {
  for (const operation of ecsOperations.values())
    it(`are a clean 400 that names the member: ${operation.name}`, async () => {
      reached = 0;
      for (const member of membersOf(messageType(operation.requestType), '', (v) => v, []))
        for (const value of member.wrong) {
          const answer = await send(operation.name, JSON.stringify(member.around(value)));
          const said = `${member.path} = ${JSON.stringify(value)}: ${JSON.stringify(answer.json)}`;
          expect(answer.status, said).to.equal(400);
          expect(answer.json.__type, said).to.match(/^(SerializationException|InvalidParameterException)$/);
          expect(answer.json.message, said).to.contain(member.path.replace(/(\[0\]|\.k)$/, ''));
        }
      expect(reached).to.equal(0);
    });
});

describe('any bytes', () => {
  const names = [...ecsOperations.keys()];

  it('are taken or a clean 400', async () => {
    const body = fc.oneof(
      fc.json({ maxDepth: 6 }),
      fc.string(),
      fc.jsonValue().map((v) => JSON.stringify({ tags: v })),
    );
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...names), body, async (name, text) => {
        expect((await send(name, text)).status).to.be.oneOf([200, 400]);
      }),
      { numRuns: 500 },
    );
  });
});
