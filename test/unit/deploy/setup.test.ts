import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';

const script = fileURLToPath(new URL('../../../deploy/setup/setup.sh', import.meta.url));

describe('deploy/setup/setup.sh', () => {
  let bin: string;
  beforeEach(() => {
    bin = mkdtempSync(join(tmpdir(), 'longshore-setup-'));
    symlinkSync('/usr/bin/dirname', join(bin, 'dirname'));
    // Not root: it names what is missing and installs nothing.
    for (const [name, says] of Object.entries({ id: 'echo 1000', openssl: ':' })) program(name, says);
  });
  afterEach(() => rmSync(bin, { recursive: true }));

  const program = (name: string, says: string): void => {
    writeFileSync(join(bin, name), `#!/bin/sh\n${says}\n`);
    chmodSync(join(bin, name), 0o755);
  };
  const setup = (step: string) =>
    spawnSync('/bin/bash', [script, step], { env: { PATH: bin }, encoding: 'utf8' });

  it('finds etcd missing where only its own step has that name', () => {
    const { status, stderr } = setup('etcd');
    expect(stderr).to.contain('missing for the cluster state: etcd-server');
    expect(status).to.equal(1);
  });

  it('leaves alone what is there', () => {
    program('etcd', ':');
    expect(setup('etcd').status).to.equal(0);
  });
});
