import {
  type AwsOperations,
  createAwsApi,
  ecsOperations,
  type HttpRequest,
  type Identity,
} from '@longshore/aws-api';
import { silentLogger } from '@longshore/kit';
import { hasOption, messageType, presenceOf, valuesOf } from '@longshore/model';
import { expect } from 'chai';
import fc from 'fast-check';
import protobuf from 'protobufjs';

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

interface Member {
  readonly path: string;
  /** A value at the member, inside whatever holds it. */
  readonly around: (value: unknown) => unknown;
  readonly wrong: readonly unknown[];
}

/** Every member below a message, with values that are of no right type for it. */
function* membersOf(
  type: protobuf.Type,
  path: string,
  around: Member['around'],
  above: readonly protobuf.Type[],
): Generator<Member> {
  for (const field of type.fieldsArray) {
    if (field.id >= 1000) continue;
    const at = path === '' ? field.name : `${path}.${field.name}`;
    yield* memberOf(field.resolve(), at, (v) => around({ [field.name]: v }), [...above, type]);
  }
}

function* memberOf(
  field: protobuf.Field,
  path: string,
  around: Member['around'],
  above: readonly protobuf.Type[],
): Generator<Member> {
  const type = field.resolvedType;
  const presence = presenceOf(field);
  if (type instanceof protobuf.Type && hasOption(field, 'keeps_absent')) {
    const only = type.fieldsArray[0];
    if (only) yield* memberOf(only.resolve(), path, around, above);
    return;
  }
  if (presence === 'list') {
    yield { path, around, wrong: ['x', 1, true, {}, [null]] };
    yield* valueMembers(field, `${path}[0]`, (v) => around([v]), above);
  } else if (presence === 'map') {
    yield { path, around, wrong: ['x', 1, true, []] };
    yield* valueMembers(field, `${path}.k`, (v) => around({ k: v }), above);
  } else yield* valueMembers(field, path, around, above);
}

function* valueMembers(
  field: protobuf.Field,
  path: string,
  around: Member['around'],
  above: readonly protobuf.Type[],
): Generator<Member> {
  const type = field.resolvedType;
  if (type instanceof protobuf.Type) {
    if (type.fullName === '.google.protobuf.Value') return;
    if (type.fullName === '.google.protobuf.Timestamp') {
      yield { path, around, wrong: ['2030-01-01', true, {}, [], 1e300] };
      return;
    }
    yield { path, around, wrong: ['x', 1, true, []] };
    if (!above.includes(type)) yield* membersOf(type, path, around, above);
    return;
  }
  if (valuesOf(field)) yield { path, around, wrong: [1, true, {}, [], '', 'UNSET', 'no such value'] };
  else if (field.type === 'string') yield { path, around, wrong: [1, true, {}, []] };
  else if (field.type === 'bool') yield { path, around, wrong: ['true', 1, {}, []] };
  else if (field.type === 'double') yield { path, around, wrong: ['1', true, {}, []] };
  else yield { path, around, wrong: ['1', 1.5, 1e300, true, {}, []] };
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
