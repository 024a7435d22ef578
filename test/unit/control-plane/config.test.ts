import { expect } from 'chai';
import { parseCommandLine } from '../../../packages/control-plane/src/config/command.js';
import { parseConfig } from '../../../packages/control-plane/src/config/config.js';
import { parseListenAddress } from '../../../packages/control-plane/src/config/listen-address.js';
import { showConfig } from '../../../packages/control-plane/src/config/show.js';
import { mergeSources, type Sources } from '../../../packages/control-plane/src/config/sources.js';

function config(sources: Partial<Sources> = {}) {
  const said = mergeSources({ flags: {}, variables: {}, ...sources });
  if (!said.ok) throw new Error(said.problems.join('\n'));
  return parseConfig(said.value);
}

function problems(sources: Partial<Sources>): readonly string[] {
  const said = mergeSources({ flags: {}, variables: {}, ...sources });
  if (!said.ok) return said.problems;
  const parsed = parseConfig(said.value);
  return parsed.ok ? [] : parsed.problems;
}

describe('configuration of the server', () => {
  it('puts the flag before the variable before the file before the default', () => {
    const file = {
      name: 'f.yaml',
      text: 'region: from-file\naccount-id: "111111111111"\nreplica-name: file',
    };
    const variables = { LONGSHORE_REGION: 'from-variable', LONGSHORE_ACCOUNT_ID: '222222222222' };
    const parsed = config({ flags: { region: 'from-flag' }, variables, file });
    expect(parsed.ok && parsed.value).to.include({
      region: 'from-flag',
      accountId: '222222222222',
      replicaName: 'file',
      instanceTimeoutMs: 30_000,
    });
  });

  const bad: readonly {
    readonly name: string;
    readonly flags: Record<string, string>;
    readonly says: RegExp;
  }[] = [
    {
      name: 'a listen address',
      flags: { 'grpc-listen': 'nowhere' },
      says: /--grpc-listen: nowhere is not HOST:PORT/,
    },
    { name: 'a port', flags: { 'http-listen': ':70000' }, says: /--http-listen: :70000 is not HOST:PORT/ },
    { name: 'an account', flags: { 'account-id': '12' }, says: /--account-id: 12 is not an account id/ },
    {
      name: 'a duration',
      flags: { 'instance-timeout': '30' },
      says: /--instance-timeout: 30 is no duration/,
    },
    { name: 'a prefix', flags: { 'etcd-prefix': 'x' }, says: /--etcd-prefix: x is not a prefix/ },
    { name: 'a log level', flags: { 'log-level': 'loud' }, says: /--log-level: loud is none of/ },
    { name: 'a rate', flags: { 'read-rate': '0:5' }, says: /--read-rate: 0:5 is no rate/ },
    { name: 'a burst of nothing', flags: { 'place-rate': '5:0' }, says: /--place-rate: 5:0 is no rate/ },
    { name: 'half of TLS', flags: { 'tls-cert': 'c' }, says: /--tls-key is missing/ },
    { name: "half of etcd's TLS", flags: { 'etcd-key': 'k' }, says: /--etcd-cert is missing/ },
    { name: 'a replica name', flags: { 'replica-name': 'a/b' }, says: /--replica-name: a\/b is no name/ },
    {
      name: 'off loopback without tokens',
      flags: { 'grpc-listen': '0.0.0.0:7400' },
      says: /give --token-file FILE, or --insecure/,
    },
    {
      name: 'anonymous off loopback',
      flags: { 'http-listen': ':7401', insecure: 'true', 'allow-anonymous': 'true' },
      says: /--allow-anonymous: only with/,
    },
  ];
  for (const c of bad)
    it(`refuses ${c.name}, by name`, () => {
      expect(problems({ flags: c.flags }).join('\n')).to.match(c.says);
    });

  it('takes rates as N:BURST, as N with twice that at once, or unlimited', () => {
    const parsed = config({
      flags: { 'read-rate': 'unlimited' },
      variables: { LONGSHORE_WRITE_RATE: '0.5' },
      file: { name: 'f.yaml', text: 'place-rate: "7:3"' },
    });
    expect(parsed.ok && parsed.value.rates).to.deep.equal({
      read: { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY },
      write: { perSecond: 0.5, burst: 1 },
      place: { perSecond: 7, burst: 3 },
    });
  });

  it('names every problem at once, as it was given', () => {
    const found = problems({ flags: { region: 'A' }, variables: { LONGSHORE_ACCOUNT_ID: 'x' } });
    expect(found).to.have.length(2);
    expect(found.join()).to.contain('LONGSHORE_ACCOUNT_ID: x');
  });

  it('refuses an unknown key and a value that is none in the file', () => {
    const file = { name: 'f.yaml', text: 'regoin: x\nregion: {}\n' };
    expect(problems({ file })).to.deep.equal([
      'f.yaml: unknown setting regoin',
      'f.yaml: region is no plain value',
    ]);
  });

  it('lets tasks of a development cluster count as healthy sooner, unless told otherwise', () => {
    const dev = config({ flags: { dev: 'true' } });
    const told = config({ flags: { dev: 'true', 'healthy-after': '9s' } });
    expect(dev.ok && dev.value.healthyAfterMs).to.equal(3000);
    expect(told.ok && told.value.healthyAfterMs).to.equal(9000);
  });

  it('shows what is effective and where it was said, without passwords', () => {
    const said = mergeSources({
      flags: { 'etcd-endpoints': 'http://me:secret@h:2379' },
      variables: { LONGSHORE_REGION: 'eu-central-1' },
    });
    const shown = said.ok ? showConfig(said.value) : '';
    expect(shown).to.contain('region: eu-central-1 # LONGSHORE_REGION');
    expect(shown).to.contain('account-id: "123456789012" # default');
    expect(shown).not.to.contain('secret@');
  });

  const addresses: readonly [string, ReturnType<typeof parseListenAddress>][] = [
    ['127.0.0.1:7400', { host: '127.0.0.1', port: 7400 }],
    ['[::1]:7400', { host: '::1', port: 7400 }],
    [':7400', { host: '0.0.0.0', port: 7400 }],
    ['host', undefined],
    ['1:2:3', undefined],
  ];
  for (const [text, address] of addresses)
    it(`reads the address ${text}`, () => expect(parseListenAddress(text)).to.deep.equal(address));

  it('tells --version, --help and complaints as text', () => {
    expect(parseCommandLine(['--version'], '1.2.3')).to.deep.include({ kind: 'said', exitCode: 0 });
    expect(parseCommandLine(['--help'], '1.2.3'))
      .to.have.property('text')
      .that.contains('--etcd-endpoints');
    expect(parseCommandLine(['--bogus'], '1.2.3')).to.deep.include({ kind: 'said', exitCode: 2 });
    expect(parseCommandLine(['dance'], '1.2.3')).to.deep.include({ kind: 'said', exitCode: 2 });
    expect(parseCommandLine(['config', '--dev'], '1.2.3')).to.deep.include({ kind: 'config' });
  });
});
