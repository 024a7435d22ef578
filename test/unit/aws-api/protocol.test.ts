import type { AwsOperations, Identity } from '@longshore/aws-api';
import { expect } from 'chai';
import { ask, type RawRequest, sendBytes } from './raw.js';
import { accessKeyId, openRig, type Rig } from './rig.js';

const fiveMinutesMs = 5 * 60_000;
const ago = (ms: number): Date => new Date(Date.now() - ms);

interface Refusal {
  readonly name: string;
  readonly request: RawRequest;
  readonly type: string;
  readonly status?: number;
  readonly message?: RegExp;
}

const refusals: readonly Refusal[] = [
  { name: 'no JSON', request: { body: '{"a":' }, type: 'SerializationException' },
  { name: 'an empty body', request: { body: '' }, type: 'SerializationException' },
  { name: 'a list for a body', request: { body: '[]' }, type: 'SerializationException' },
  { name: 'null for a body', request: { body: 'null' }, type: 'SerializationException' },
  {
    name: 'bytes that are no UTF-8',
    request: { body: new Uint8Array([0x7b, 0xff, 0x7d]) },
    type: 'SerializationException',
  },
  {
    name: 'a wrong type',
    request: { body: '{"maxResults":"1"}' },
    type: 'SerializationException',
    message: /^maxResults /,
  },
  {
    name: 'a key that stands twice',
    request: { body: '{"maxResults":1,"maxResults":2}' },
    type: 'SerializationException',
    message: /twice/,
  },
  {
    name: 'a key that stands twice in two spellings',
    request: { body: '{"maxResults":1,"m\\u0061xResults":2}' },
    type: 'SerializationException',
    message: /twice/,
  },
  {
    name: 'deep nesting',
    request: { body: `{"x":${'['.repeat(300_000)}${']'.repeat(300_000)}}` },
    type: 'SerializationException',
    message: /deep/,
  },
  {
    name: 'deep nesting of objects that never end',
    request: { body: '{"a":'.repeat(150_000) },
    type: 'SerializationException',
  },
  { name: 'an unknown operation', request: { operation: 'ListPods' }, type: 'UnknownOperationException' },
  {
    name: 'an operation named like a method of objects',
    request: { operation: 'constructor' },
    type: 'UnknownOperationException',
  },
  { name: 'no target', request: { operation: '' }, type: 'UnknownOperationException' },
  {
    name: 'a target of another service',
    request: { operation: '', headers: { 'x-amz-target': 'DynamoDB_20120810.ListTables' } },
    type: 'UnknownOperationException',
  },
  { name: 'no signature', request: { sign: false }, type: 'MissingAuthenticationTokenException' },
  {
    name: 'another scheme',
    request: { sign: false, headers: { authorization: 'Basic abc' } },
    type: 'IncompleteSignatureException',
  },
  {
    name: 'half a signature',
    request: {
      tamper: (h) => {
        h.authorization = (h.authorization ?? '').replace(/, Signature=.*/, '');
      },
    },
    type: 'IncompleteSignatureException',
    message: /Signature/,
  },
  {
    name: 'a signature without its date',
    request: { tamper: (h) => void delete h['x-amz-date'] },
    type: 'IncompleteSignatureException',
    message: /X-Amz-Date/,
  },
  {
    name: 'a scope that is none',
    request: {
      tamper: (h) => {
        h.authorization = (h.authorization ?? '').replace('aws4_request', 'aws5_request');
      },
    },
    type: 'IncompleteSignatureException',
  },
  {
    name: 'a target that is not under the signature',
    request: {
      operation: '',
      tamper: (h) => {
        h['x-amz-target'] = 'AmazonEC2ContainerServiceV20141113.DeleteCluster';
      },
    },
    type: 'IncompleteSignatureException',
    message: /x-amz-target/,
  },
  {
    name: 'an unknown key',
    request: { sign: { keyId: 'LONGSHORENOBODY00001' } },
    type: 'UnrecognizedClientException',
  },
  { name: 'a wrong secret', request: { sign: { secret: 'another' } }, type: 'InvalidSignatureException' },
  {
    name: 'a target changed after signing',
    request: {
      tamper: (h) => {
        h['x-amz-target'] = 'AmazonEC2ContainerServiceV20141113.DeleteCluster';
      },
    },
    type: 'InvalidSignatureException',
  },
  {
    name: 'a hash of the body that is not its own',
    request: { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } },
    type: 'InvalidSignatureException',
  },
  {
    name: 'a query added after signing',
    request: { path: '/?a=1', sentPath: '/?a=1&b=2' },
    type: 'InvalidSignatureException',
  },
  {
    name: 'a signature for another service',
    request: { sign: { service: 's3' } },
    type: 'InvalidSignatureException',
    message: /scoped/,
  },
  {
    name: 'a signature that is too old',
    request: { sign: { date: ago(fiveMinutesMs + 60_000) } },
    type: 'InvalidSignatureException',
    message: /expired.*\d{4}-\d\d-\d\dT.*\d{4}-\d\d-\d\dT/,
  },
  {
    name: 'a signature of the future',
    request: { sign: { date: ago(-fiveMinutesMs - 60_000) } },
    type: 'InvalidSignatureException',
    message: /not yet current/,
  },
  {
    name: 'a body over 1 MiB',
    request: { body: `{"x":"${'a'.repeat(1024 * 1024)}"}` },
    type: 'RequestEntityTooLargeException',
    status: 413,
  },
  {
    name: 'a body of 10 MB',
    request: { body: 'a'.repeat(10_000_000) },
    type: 'RequestEntityTooLargeException',
    status: 413,
  },
];

describe('the protocol of the ECS API', () => {
  const operations: AwsOperations<Identity> = { ListClusters: async () => ({}) };
  let rig: Rig;
  before(async () => {
    rig = await openRig({ operations });
  });
  after(() => rig.close());

  for (const r of refusals)
    it(`refuses ${r.name} with ${r.type}`, async () => {
      const answer = await ask(rig, r.request);
      expect(answer).to.include({ type: r.type, status: r.status ?? 400 });
      if (r.message) expect(answer.message).to.match(r.message);
      expect(answer.headers.get('x-amzn-requestid')).to.match(/^[0-9a-f-]{36}$/);
      expect(answer.headers.get('date')).to.be.a('string');
      expect(rig.outcomes.at(-1)).to.include({ code: r.type });
    });

  it('takes a signature that is nearly five minutes off', async () => {
    for (const off of [fiveMinutesMs - 10_000, -fiveMinutesMs + 10_000])
      expect((await ask(rig, { sign: { date: ago(off) } })).status).to.equal(200);
  });

  it('takes every region, and hands it on', async () => {
    expect((await ask(rig, { sign: { region: 'mars-north-7' } })).status).to.equal(200);
    expect(rig.outcomes.at(-1)?.identity?.region).to.equal('mars-north-7');
  });

  it('verifies a signed query', async () => {
    expect((await ask(rig, { path: '/?b=2&a=x%20y%2Fz' })).status).to.equal(200);
  });

  it('says the same to every wrong signature', async () => {
    const answers = await Promise.all([
      ask(rig, { sign: { secret: 'another' } }),
      ask(rig, { sign: { secret: 'the-secret-of-the-test' } }),
      ask(rig, { headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' } }),
    ]);
    expect(new Set(answers.map((a) => a.message)).size).to.equal(1);
    for (const { text } of answers) expect(text).not.to.match(/secret-of|[0-9a-f]{64}/);
  });

  it('answers who calls, in the words of STS', async () => {
    const form = { 'content-type': 'application/x-www-form-urlencoded; charset=utf-8' };
    const body = 'Action=GetCallerIdentity&Version=2011-06-15';
    const sts = { operation: '', headers: form, body } as const;
    const answer = await ask(rig, { ...sts, sign: { service: 'sts' } });
    expect(answer.status).to.equal(200);
    expect(answer.text)
      .to.contain('<Account>123456789012</Account>')
      .and.to.contain(`user/${accessKeyId}</Arn>`);
    const wrong = await ask(rig, { ...sts, sign: { service: 'sts', secret: 'another' } });
    expect(wrong.status).to.equal(403);
    expect(wrong.text).to.contain('<Code>SignatureDoesNotMatch</Code>');
    const other = await ask(rig, { ...sts, body: 'Action=AssumeRole', sign: { service: 'sts' } });
    expect(other.text).to.contain('<Code>InvalidAction</Code>');
    const ecs = await ask(rig, { ...sts, sign: { service: 'ecs' } });
    expect(ecs.status).to.equal(403);
  });

  it('answers 404 beside its routes and 200 on them', async () => {
    expect((await fetch(`${rig.endpoint}/nothing`)).status).to.equal(404);
    expect(await (await fetch(`${rig.endpoint}/healthz`)).text()).to.equal('ok\n');
    expect((await fetch(`${rig.endpoint}/healthz`, { method: 'HEAD' })).status).to.equal(200);
    expect((await fetch(`${rig.endpoint}/`)).status).to.equal(404);
  });

  it('answers a flood of headers with 431', async () => {
    const flood = Array.from({ length: 2_000 }, (_, i) => `x-flood-${i}: aaaaaaaaaa\r\n`).join('');
    const answer = await sendBytes(
      rig.port,
      (send) => send(`POST / HTTP/1.1\r\nhost: a\r\n${flood}\r\n`),
      3_000,
    );
    expect(answer).to.match(/^HTTP\/1.1 431 /);
  });

  for (const [name, bytes] of [
    ['what is no HTTP', 'hello\r\n\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\n'],
    [
      'a length beside chunks',
      'POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n',
    ],
  ] as const)
    it(`answers ${name} with 400`, async () => {
      expect(await sendBytes(rig.port, (send) => send(bytes), 3_000)).to.match(/^HTTP\/1.1 400 /);
    });
});

describe('who may come in', () => {
  const operations: AwsOperations<Identity> = { ListClusters: async () => ({}) };
  const opened: Rig[] = [];
  afterEach(async () => {
    for (const r of opened.splice(0)) await r.close();
  });
  const rigOf = async (options: Parameters<typeof openRig>[0]): Promise<Rig> => {
    const rig = await openRig(options);
    opened.push(rig);
    return rig;
  };

  it('is anybody of this machine, where told so', async () => {
    const rig = await rigOf({ operations, signature: { anonymous: { region: 'us-east-1' } } });
    expect((await ask(rig, { sign: false })).status).to.equal(200);
    expect(rig.outcomes[0]?.identity).to.deep.include({ kind: 'anonymous', region: 'us-east-1' });
  });

  it('is not a page in a browser that reaches this machine under another name', async () => {
    const rig = await rigOf({ operations, signature: { anonymous: { region: 'us-east-1' } } });
    const head = 'POST / HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\ncontent-length: 2\r\n';
    const target = 'x-amz-target: AmazonEC2ContainerServiceV20141113.ListClusters\r\n\r\n{}';
    const answer = await sendBytes(rig.port, (send) => send(head + target), 3_000);
    expect(answer).to.contain('MissingAuthenticationTokenException');
  });

  it('is not one whose signature is wrong, though unsigned calls are let in', async () => {
    const rig = await rigOf({ operations, signature: { anonymous: { region: 'us-east-1' } } });
    expect((await ask(rig, { sign: { secret: 'x' } })).type).to.equal('InvalidSignatureException');
  });

  it('is only who signs for a region that is served', async () => {
    const rig = await rigOf({ operations, signature: { regions: ['eu-west-1'] } });
    expect((await ask(rig)).type).to.equal('InvalidSignatureException');
    expect((await ask(rig, { sign: { region: 'eu-west-1' } })).status).to.equal(200);
  });

  it('may have a clock that is further off, where told so', async () => {
    const rig = await rigOf({ operations, signature: { maxSkewMs: 3_600_000 } });
    expect((await ask(rig, { sign: { date: ago(3_000_000) } })).status).to.equal(200);
  });
});
