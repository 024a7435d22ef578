import { chmodSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { newAccessKey, readOrMakeSealKey, type SealKey, seal, unseal } from '@longshore/aws-api';
import { seededRandom, systemRandom } from '@longshore/kit';
import { expect } from 'chai';
import fc from 'fast-check';

const key: SealKey = { bytes: seededRandom(1).bytes(32) };

describe('sealing', () => {
  it('gives any secret back, and never twice the same bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (secret) => {
        const [a, b] = [seal(key, secret, 'k', systemRandom), seal(key, secret, 'k', systemRandom)];
        expect(unseal(key, a, 'k')).to.equal(secret);
        expect(Buffer.from(a).equals(Buffer.from(b))).to.equal(false);
      }),
      { numRuns: 50 },
    );
  });

  it('does not open with another key, for another access key, or when a bit has changed', () => {
    const sealed = seal(key, 'secret', 'LONGSHOREA', systemRandom);
    const broken: [SealKey, Uint8Array, string][] = [
      [{ bytes: seededRandom(2).bytes(32) }, sealed, 'LONGSHOREA'],
      [key, sealed, 'LONGSHOREB'],
      [key, sealed.subarray(0, 20), 'LONGSHOREA'],
      [key, new Uint8Array(), 'LONGSHOREA'],
    ];
    for (let i = 0; i < sealed.length; i++) {
      const changed = sealed.slice();
      changed[i] = (changed[i] ?? 0) ^ 1;
      broken.push([key, changed, 'LONGSHOREA']);
    }
    for (const [k, bytes, context] of broken)
      expect(() => unseal(k, bytes, context))
        .to.throw()
        .with.property('code', 'SealBroken');
  });
});

describe('the file of the seal key', () => {
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'longshore-seal-'));
  });
  afterEach(() => rmSync(directory, { recursive: true }));

  async function refusal(path: string): Promise<unknown> {
    return await readOrMakeSealKey(path, systemRandom).then(
      () => undefined,
      (error: { code?: string }) => error.code,
    );
  }

  it('is made once, for its owner alone, and read again', async () => {
    const path = join(directory, 'seal');
    const [first, second] = [
      await readOrMakeSealKey(path, systemRandom),
      await readOrMakeSealKey(path, systemRandom),
    ];
    expect(Buffer.from(first.bytes)).to.deep.equal(Buffer.from(second.bytes));
    expect(first.bytes).to.have.length(32);
    expect(statSync(path).mode & 0o777).to.equal(0o600);
  });

  it('is refused where others can read it, where it holds no key, and where it cannot be made', async () => {
    const open = join(directory, 'open');
    await readOrMakeSealKey(open, systemRandom);
    chmodSync(open, 0o644);
    const short = join(directory, 'short');
    writeFileSync(short, 'abc', { mode: 0o600 });
    for (const path of [open, short, join(directory, 'no', 'such')])
      expect(await refusal(path)).to.equal('SealKeyFile');
  });
});

describe('newAccessKey', () => {
  it('makes ids that Amazon knows not to be its own, in the form that tools expect', () => {
    for (let i = 0; i < 50; i++) {
      const { accessKeyId, secretAccessKey } = newAccessKey(systemRandom);
      expect(accessKeyId).to.match(/^LONGSHORE[A-Z2-7]{11}$/);
      expect(secretAccessKey).to.match(/^[A-Za-z0-9+/]{40}$/);
    }
  });
});
