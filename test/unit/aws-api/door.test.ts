import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import { get } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deferred } from '@longshore/kit';
import { expect } from 'chai';
import { ask, sendBytes } from './raw.js';
import { openRig } from './rig.js';

const head =
  'POST / HTTP/1.1\r\nhost: 127.0.0.1\r\nx-amz-target: AmazonEC2ContainerServiceV20141113.ListClusters\r\n';

describe('the HTTP door', () => {
  it('cuts off a sender that is too slow with 408, and leaves no trace in the log', async () => {
    const rig = await openRig({
      door: { requestTimeoutMs: 300 },
      signature: { anonymous: { region: 'us-east-1' } },
    });
    try {
      const answer = await sendBytes(rig.port, (send) => send(`${head}content-length: 100\r\n\r\n{`), 5_000);
      expect(answer).to.match(/^HTTP\/1.1 408 /);
      expect((await ask(rig, { sign: false })).type).to.equal('UnsupportedFeatureException');
    } finally {
      await rig.close();
    }
  });

  it('measures a body that does not tell its length', async () => {
    const rig = await openRig({ signature: { anonymous: { region: 'us-east-1' } } });
    try {
      const chunk = `10000\r\n${'a'.repeat(0x10000)}\r\n`;
      const answer = await sendBytes(
        rig.port,
        (send) => {
          send(`${head}transfer-encoding: chunked\r\n\r\n`);
          for (let i = 0; i < 20; i++) send(chunk);
        },
        3_000,
      );
      expect(answer)
        .to.match(/^HTTP\/1.1 413 /)
        .and.to.contain('RequestEntityTooLargeException');
    } finally {
      await rig.close();
    }
  });

  it('lets running requests end when it stops, and takes no new ones', async () => {
    const begun = deferred<void>();
    const end = deferred<void>();
    const rig = await openRig({
      operations: {
        ListClusters: async () => {
          begun.resolve();
          await end.promise;
          return { clusterArns: ['a'] };
        },
      },
    });
    const running = ask(rig);
    await begun.promise;
    const stopped = rig.close();
    const refused = await ask(rig).then(
      () => 'answered',
      () => 'refused',
    );
    end.resolve();
    expect(refused).to.equal('refused');
    expect((await running).text).to.equal('{"clusterArns":["a"]}');
    await stopped;
  });

  it('stops within its bound though a request never ends, and tells it', async () => {
    const aborted = deferred<void>();
    const begun = deferred<void>();
    const rig = await openRig({
      door: { stopWithinMs: 100 },
      operations: {
        ListClusters: async (_request, { signal }) => {
          signal.addEventListener('abort', () => aborted.resolve(), { once: true });
          begun.resolve();
          return await new Promise<never>(() => undefined);
        },
      },
    });
    const running = ask(rig).catch(() => 'cut');
    await begun.promise;
    await rig.close();
    await aborted.promise;
    expect(await running).to.equal('cut');
  });

  it('tells an operation that its caller has gone', async () => {
    const aborted = deferred<void>();
    const begun = deferred<void>();
    const rig = await openRig({
      signature: { anonymous: { region: 'us-east-1' } },
      operations: {
        ListClusters: async (_request, { signal }) => {
          signal.addEventListener('abort', () => aborted.resolve(), { once: true });
          begun.resolve();
          return await new Promise<never>(() => undefined);
        },
      },
    });
    try {
      void sendBytes(rig.port, (send) => send(`${head}content-length: 2\r\n\r\n{}`), 200);
      await begun.promise;
      await aborted.promise;
    } finally {
      await rig.close();
    }
  });

  it('answers for an operation that takes too long', async () => {
    const rig = await openRig({
      api: { operationTimeoutMs: 50 },
      operations: { ListClusters: () => new Promise<never>(() => undefined) },
    });
    try {
      expect(await ask(rig)).to.include({ status: 500, type: 'ServerException' });
    } finally {
      await rig.close();
    }
  });

  it('speaks TLS', async () => {
    const directory = mkdtempSync(join(tmpdir(), 'longshore-door-'));
    const certFile = join(directory, 'cert.pem');
    const keyFile = join(directory, 'key.pem');
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const out = ['-keyout', keyFile, '-out', certFile, '-days', '3650'];
    execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', ...subject, ...out], {
      stdio: 'ignore',
    });
    const rig = await openRig({ door: { tls: { certFile, keyFile } } });
    try {
      const url = `https://localhost:${rig.port}/healthz`;
      const call = get(url, { ca: readFileSync(certFile), family: 4, agent: false });
      const [response] = (await once(call, 'response')) as [IncomingMessage];
      response.resume();
      expect(response.statusCode).to.equal(200);
    } finally {
      await rig.close();
      rmSync(directory, { recursive: true });
    }
  });
});
