import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ECSClient, ListClustersCommand, RunTaskCommand } from '@aws-sdk/client-ecs';
import { makeLogger } from '@longshore/kit';
import { ecsClient, openChannel } from '@longshore/rpc';
import { keyOf } from '@longshore/store';
import { expect } from 'chai';
import { needsHere } from '../../support/needs.js';
import { startTestServer, type TestServer, type TestServerOptions } from './support/server.js';

type Line = Readonly<Record<string, unknown>>;

const target = 'AmazonEC2ContainerServiceV20141113.';
const open: TestServer[] = [];

async function start(options: TestServerOptions = {}): Promise<TestServer> {
  const test = await startTestServer(options);
  open.push(test);
  return test;
}

/** A server that keeps its log. */
async function logged(
  flags: Record<string, string> = {},
): Promise<{ test: TestServer; calls: () => Line[] }> {
  const lines: Line[] = [];
  const destination = { write: (text: string) => void lines.push(JSON.parse(text) as Line) };
  const test = await start({ flags, logger: makeLogger('test', { level: 'info', destination }) });
  return { test, calls: () => lines.filter((l) => l.msg === 'call') };
}

const post = (test: TestServer, operation: string, body: string): Promise<Response> =>
  fetch(test.http, { method: 'POST', headers: { 'x-amz-target': target + operation }, body });

async function signing(test: TestServer, region = 'us-east-1', systemClockOffset = 0): Promise<ECSClient> {
  const { accessKeyId = '', secretAccessKey = '' } = await test.longshore.CreateAccessKey({});
  const credentials = { accessKeyId, secretAccessKey };
  return new ECSClient({ endpoint: test.http, region, credentials, maxAttempts: 1, systemClockOffset });
}

const codeOf = async (call: Promise<unknown>): Promise<string> =>
  call.then(
    () => 'OK',
    (e: { code?: string; name: string }) => e.code ?? e.name,
  );

const metricsOf = async (test: TestServer): Promise<string> =>
  await (await fetch(`${test.http}/metrics`)).text();

describe('calls of both doors', () => {
  afterEach(async () => {
    for (const test of open.splice(0)) await test.stop();
  });

  it('are logged, each with its request id, caller, operation, latency and outcome', async () => {
    const { test, calls } = await logged();
    const sdk = await signing(test);
    const { $metadata } = await sdk.send(new ListClustersCommand({}));
    expect(await codeOf(sdk.send(new RunTaskCommand({ taskDefinition: 'none' })))).to.equal(
      'ClientException',
    );
    await test.ecs.ListClusters({});
    await post(test, 'ListClusters', '{}');
    const { accessKeyId } = await sdk.config.credentials();
    const [made, listed, ran, byGrpc, unsigned] = calls();
    expect(made).to.include({ wire: 'grpc', service: 'LongshoreService', operation: 'CreateAccessKey' });
    expect(listed).to.include({
      wire: 'http',
      service: 'EcsService',
      operation: 'ListClusters',
      code: 'OK',
      caller: accessKeyId,
      requestId: $metadata.requestId,
    });
    expect(listed?.ms).to.be.a('number').within(0, 10_000);
    expect(ran).to.include({ operation: 'RunTask', code: 'ClientException', caller: accessKeyId });
    expect(byGrpc).to.include({ wire: 'grpc', operation: 'ListClusters', code: 'OK', caller: 'anonymous' });
    expect(byGrpc?.requestId).to.match(/^[0-9a-f]{32}$/);
    expect(unsigned).to.include({ wire: 'http', code: 'MissingAuthenticationTokenException' });
    expect(unsigned).not.to.have.property('caller');
    expect(JSON.stringify(calls())).not.to.contain('secret');
    const text = await metricsOf(test);
    expect(text).to.contain(`longshore_api_caller_requests_total{wire="http",caller="${accessKeyId}"} 2`);
    expect(text).to.contain('longshore_api_caller_requests_total{wire="http",caller=""} 1');
    expect(text).to.contain('longshore_api_seconds_count{operation="RunTask"} 1');
    sdk.destroy();
  });

  it('are slowed down by one throttle, whichever door they come by', async () => {
    const test = await start({ flags: { 'read-rate': '0.001:3', 'allow-anonymous': 'true' } });
    const codes = [
      await codeOf(test.ecs.ListClusters({})),
      String((await post(test, 'ListClusters', '{}')).status),
      await codeOf(test.longshore.GetVersion({})),
    ];
    expect(codes).to.deep.equal(['OK', '200', 'OK']);
    const refused = await post(test, 'ListClusters', '{}');
    expect(await refused.json()).to.deep.equal({ __type: 'ThrottlingException', message: 'Rate exceeded' });
    expect(Number(refused.headers.get('retry-after'))).to.be.greaterThan(0);
    const channel = openChannel({ endpoints: [test.endpoint] });
    const quick = { timeoutMs: 300 };
    expect(await codeOf(ecsClient(channel).ListClusters({}, quick))).to.equal('ThrottlingException');
    expect(await codeOf(ecsClient(channel).CreateCluster({}, quick))).to.equal('OK');
    channel.close();
    expect((await post(test, 'CreateCluster', '{}')).status).to.equal(200);
  });

  it('count members that nobody knows, by name', async () => {
    const test = await start({ flags: { 'allow-anonymous': 'true' } });
    expect((await post(test, 'ListClusters', '{"ofTomorrow": 1}')).status).to.equal(200);
    expect(await metricsOf(test)).to.contain(
      'longshore_api_unknown_members_total{operation="ListClusters",member="ofTomorrow"} 1',
    );
  });

  it('are signed by keys whose secrets lie encrypted in the store', async () => {
    const test = await start();
    const { accessKeyId = '', secretAccessKey = '' } = await test.longshore.CreateAccessKey({});
    const stored = test.server.context.store.get(keyOf('accessKey', accessKeyId));
    const sealed = Buffer.from(stored?.value.sealedSecret ?? []);
    expect(sealed.length).to.be.greaterThan(secretAccessKey.length);
    const record = JSON.stringify(stored?.value) + sealed.toString('latin1') + sealed.toString('base64');
    expect(record).not.to.contain(secretAccessKey);
  });

  it('are let in by the regions and within the skew that the flags say', async () => {
    const test = await start({ flags: { regions: 'eu-west-1,local', 'clock-skew': '10m' } });
    const cases = [
      ['eu-west-1', 0, 'OK'],
      ['local', 8 * 60_000, 'OK'],
      ['local', -8 * 60_000, 'OK'],
      ['local', 12 * 60_000, 'InvalidSignatureException'],
      ['us-east-1', 0, 'InvalidSignatureException'],
    ] as const;
    for (const [region, offsetMs, expected] of cases) {
      const sdk = await signing(test, region, offsetMs);
      expect(await codeOf(sdk.send(new ListClustersCommand({}))), `${region} ${offsetMs}`).to.equal(expected);
      sdk.destroy();
    }
  });

  it('come by TLS on both ports, with the files of the flags', async function () {
    needsHere(this, 'openssl');
    const directory = mkdtempSync(join(tmpdir(), 'longshore-tls-'));
    const [cert, key] = [join(directory, 'cert.pem'), join(directory, 'key.pem')];
    const name = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...name, '-keyout', key, '-out', cert],
      { stdio: 'ignore' },
    );
    const test = await start({ flags: { 'tls-cert': cert, 'tls-key': key } });
    const channel = openChannel({
      endpoints: [`localhost:${test.server.grpcPort}`],
      tls: { caFile: cert },
    });
    expect(await codeOf(ecsClient(channel).ListClusters({}))).to.equal('OK');
    channel.close();
    const status = await new Promise((resolve, reject) => {
      const url = `https://localhost:${test.server.httpPort}/healthz`;
      request(url, { ca: readFileSync(cert), family: 4, agent: false }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });
    expect(status).to.equal(200);
    rmSync(directory, { recursive: true });
  });
});
