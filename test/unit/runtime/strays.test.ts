import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { endStrays, strayWords } from '../../../packages/runtime/src/docker/strays.js';

describe('what an engine that died has lost sight of', () => {
  const proc = mkdtempSync(join(tmpdir(), 'longshore-strays-'));
  after(() => rmSync(proc, { recursive: true, force: true }));
  const id = 'a'.repeat(64);

  it('is known by the words of the start', () => {
    expect(strayWords.test(`task ${id}: already exists`)).to.equal(true);
    expect(strayWords.test('id already in use')).to.equal(true);
    expect(strayWords.test('network web already exists')).to.equal(false);
  });

  it('is ended by the cgroup of its container, and nothing else is', async () => {
    const [mine, other] = [spawn('sleep', ['60']), spawn('sleep', ['60'])];
    const ended = new Promise((resolve) => mine.once('exit', (_code, signal) => resolve(signal)));
    try {
      for (const [child, path] of [
        [mine, `12:pids:/ecs/task/${id}`],
        [other, `0::/system.slice/docker-${'b'.repeat(64)}.scope`],
      ] as const) {
        mkdirSync(join(proc, String(child.pid)));
        writeFileSync(join(proc, String(child.pid), 'cgroup'), `${path}\n`);
      }
      mkdirSync(join(proc, 'self'));
      expect(await endStrays(id, proc)).to.equal(1);
      expect(await ended).to.equal('SIGKILL');
      expect(other.exitCode ?? other.signalCode).to.equal(null);
    } finally {
      for (const child of [mine, other]) child.kill('SIGKILL');
    }
  });

  it('is nothing where no whole id is given', async () => {
    expect(await endStrays('a', proc)).to.equal(0);
  });
});
