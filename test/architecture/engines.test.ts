import { readFileSync } from 'node:fs';
import { expect } from 'chai';

interface Locked {
  readonly engines?: { readonly node?: string };
}

interface LockFile {
  readonly packages: Readonly<Record<string, Locked>>;
}

const root = new URL('../../', import.meta.url);

function read(path: string): unknown {
  return JSON.parse(readFileSync(new URL(path, root), 'utf8'));
}

type Version = readonly [number, number, number];

function versionOf(text: string): Version {
  const [major = 0, minor = 0, patch = 0] = text
    .replace(/[^\d.]/g, '')
    .split('.')
    .map(Number);
  return [major, minor, patch];
}

function isBelow(a: Version, b: Version): boolean {
  const i = a.findIndex((part, at) => part !== b[at]);
  return i >= 0 && (a[i] as number) < (b[i] as number);
}

/** One comparator of a range: `>=20`, `^20.19.0`, `<23`, `20`, `*`. */
function admits(comparator: string, version: Version): boolean {
  if (/^[*x]?$/.test(comparator)) return true;
  const bound = versionOf(comparator);
  if (comparator.startsWith('>=')) return !isBelow(version, bound);
  if (comparator.startsWith('>')) return isBelow(bound, version);
  if (comparator.startsWith('<')) return isBelow(version, bound);
  return version[0] === bound[0] && !isBelow(version, bound);
}

function admitsRange(range: string, version: Version): boolean {
  return range
    .replace(/([<>=^~])\s+/g, '$1')
    .split('||')
    .some((set) =>
      set
        .trim()
        .split(/\s+/)
        .every((c) => admits(c, version)),
    );
}

describe('packages that are installed', () => {
  const { packages } = read('package-lock.json') as LockFile;
  const oldest = versionOf('20.19.0');

  it('run on the oldest Node.js that we promise: a warning at the first npm ci is a broken promise', () => {
    const named = Object.entries(packages).filter(([path]) => path.includes('node_modules/'));
    expect(named.length).to.be.greaterThan(100);
    const tooNew = named
      .filter(([, { engines }]) => engines?.node !== undefined && !admitsRange(engines.node, oldest))
      .map(([path, { engines }]) => `${path} wants ${engines?.node}`);
    expect(tooNew).to.deep.equal([]);
  });

  it('are judged by ranges that are read right', () => {
    for (const range of ['>=20', '^20.19.0 || >=22', '20 || >=22', '*', '>= 18 <23', '>=0.10'])
      expect(admitsRange(range, oldest), range).to.equal(true);
    for (const range of ['>=22.12.0', '^22', '>=20.20', '<20', '18 || >=21'])
      expect(admitsRange(range, oldest), range).to.equal(false);
  });
});
