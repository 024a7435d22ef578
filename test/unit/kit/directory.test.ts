import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeDirectory } from '@longshore/kit';
import { expect } from 'chai';
import { needs } from '../../support/needs.js';

describe('makeDirectory', () => {
  let root: string;
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'longshore-directory-'));
  });
  afterEach(() => rmSync(root, { recursive: true }));

  it('makes what is missing, all of one mode, and leaves what is there', () => {
    makeDirectory(join(root, 'a', 'b', 'c'), 0o700);
    for (const path of ['a', 'a/b', 'a/b/c']) expect(statSync(join(root, path)).mode & 0o777).to.equal(0o700);
    makeDirectory(join(root, 'a', 'b'), 0o755);
    expect(statSync(join(root, 'a/b')).mode & 0o777).to.equal(0o700);
  });

  it('says so where a file is in the way', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => makeDirectory(join(root, 'file'))).to.throw(/EEXIST/);
    expect(() => makeDirectory(join(root, 'file', 'below'))).to.throw(/ENOTDIR/);
  });
});

describe('makeDirectory below /proc', () => {
  needs('linux');
  it('ends, though the system says that the parent is not there', () => {
    expect(() => makeDirectory('/proc/nope/below')).to.throw(/ENOENT/);
  });
});
