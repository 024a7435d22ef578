import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { silentLogger, systemClock, systemRandom } from '@longshore/kit';
import { type EtcdStore, type EtcdTls, openEtcdStore } from '@longshore/store';
import { expect } from 'chai';
import { TestEtcd } from '../../support/etcd.js';
import { needs } from '../../support/needs.js';
import { committed, put } from '../../unit/store/contract.js';

describe('the store on an etcd that asks for client certificates', () => {
  needs('etcd', 'openssl');
  let folder: string;
  let etcd: TestEtcd;
  const stores: EtcdStore[] = [];
  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'longshore-tls-'));
    makeAuthority(folder, 'ca');
    makeAuthority(folder, 'other-ca');
    for (const [name, authority] of [
      ['server', 'ca'],
      ['client', 'ca'],
      ['stranger', 'other-ca'],
    ] as const)
      makeCertificate(folder, name, authority);
    const at = (name: string) => join(folder, name);
    etcd = await TestEtcd.start({ tls: { ca: at('ca.pem'), cert: at('server.pem'), key: at('server.key') } });
  });
  after(async () => {
    await etcd?.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(() => Promise.all(stores.splice(0).map((store) => store.stop())));

  const read = (name: string) => readFileSync(join(folder, name));
  const open = async (tls: EtcdTls, prefix: string): Promise<EtcdStore> => {
    const parts = { clock: systemClock, random: systemRandom, logger: silentLogger };
    const endpoints = [etcd.endpoint.replace('127.0.0.1', 'localhost')];
    const store = openEtcdStore({ endpoints, tls, replica: 'one', prefix, callMs: 2_000, ...parts });
    stores.push(store);
    await store.start();
    return store;
  };

  it('works with a certificate that etcd trusts', async () => {
    const store = await open(
      { ca: read('ca.pem'), cert: read('client.pem'), key: read('client.key') },
      '/tls/',
    );
    expect(store.state.phase).to.equal('ready');
    const revision = await committed(put(store, 1, 0));
    await store.barrier();
    expect(store.watched).to.be.at.least(revision);
    expect((await store.status()).members[0]?.version).to.match(/^3\./);
  });

  const refused: readonly { name: string; tls: () => EtcdTls }[] = [
    { name: 'no certificate', tls: () => ({ ca: read('ca.pem') }) },
    {
      name: 'a certificate of an authority that etcd does not know',
      tls: () => ({ ca: read('ca.pem'), cert: read('stranger.pem'), key: read('stranger.key') }),
    },
    {
      name: 'an authority that did not sign the server',
      tls: () => ({ ca: read('other-ca.pem'), cert: read('client.pem'), key: read('client.key') }),
    },
  ];
  for (const c of refused)
    it(`is away, and says so, with ${c.name}`, async () => {
      const store = await open(c.tls(), '/refused/');
      expect(store.state.phase).to.equal('away');
      expect(store.state.reason).to.include(etcd.endpoint.replace('https://127.0.0.1', ''));
    });
});

function openssl(folder: string, ...args: readonly string[]): void {
  execFileSync('openssl', args, { cwd: folder, stdio: 'ignore' });
}

function makeAuthority(folder: string, name: string): void {
  const subject = ['-subj', `/CN=${name}`, '-days', '2'];
  openssl(
    folder,
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    ...subject,
  );
}

function makeCertificate(folder: string, name: string, authority: string): void {
  openssl(
    folder,
    'req',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
    '-subj',
    `/CN=${name}`,
  );
  const extensions = join(folder, `${name}.ext`);
  writeFileSync(
    extensions,
    'subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth,clientAuth\n',
  );
  const signing = [
    '-CA',
    `${authority}.pem`,
    '-CAkey',
    `${authority}.key`,
    '-CAcreateserial',
    '-extfile',
    extensions,
  ];
  openssl(folder, 'x509', '-req', '-in', `${name}.csr`, '-out', `${name}.pem`, '-days', '2', ...signing);
}
