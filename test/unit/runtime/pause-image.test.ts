import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FakeClock } from '@longshore/kit';
import { ensurePauseImage, FakeRuntime, pauseImageOf } from '@longshore/runtime';
import { expect } from 'chai';
import { codeOf, pausePrograms } from '../../../packages/runtime/src/pause/program.js';
import { needsHere } from '../../support/needs.js';
import { rejection } from './contract.js';

const architectures = [
  {
    architecture: 'x86_64',
    machine: 62,
    objdump: 'objdump',
    need: 'objdump',
    mode: ['-m', 'i386:x86-64', '-M', 'intel'],
  },
  {
    architecture: 'aarch64',
    machine: 183,
    objdump: 'aarch64-linux-gnu-objdump',
    need: 'objdumpAarch64',
    mode: ['-m', 'aarch64'],
  },
] as const;

/** Numbers in decimal, no jump targets, no blanks: as the listing and objdump both can be written. */
function plain(text: string): string {
  const [operation = '', operands = ''] = text
    .replace(/[;/<].*$/, '')
    .trim()
    .split(/\s+(.*)/);
  const isJump = /^(j|b\.|b$)/.test(operation);
  const shown = operands
    .replaceAll('#', '')
    .replace(/0xffffffffffffffff/g, '-1')
    .replace(/0x[0-9a-f]+/g, (hex) => String(Number(hex)))
    .replaceAll(' ', '');
  return isJump ? operation : `${operation} ${shown}`;
}

describe('the pause image', () => {
  for (const { architecture, machine, objdump, need, mode } of architectures) {
    it(`holds one small executable for ${architecture}`, () => {
      const pause = pauseImageOf(architecture);
      const executable = Buffer.from(pause?.content.tar ?? []).subarray(512);
      expect(executable.subarray(0, 4).toString('latin1')).to.equal('\x7fELF');
      expect(executable.readUInt16LE(18)).to.equal(machine);
      expect(pause?.content.tar.length).to.be.lessThan(4096);
      expect(pause?.image).to.match(/^longshore\/pause:[0-9a-f]{12}$/);
      expect(pauseImageOf(architecture)).to.deep.equal(pause);
    });

    it(`has the machine code for ${architecture} that its listing says`, function () {
      needsHere(this, need);
      const program = pausePrograms[architecture];
      const directory = mkdtempSync(join(tmpdir(), 'longshore-test-pause-'));
      try {
        const file = join(directory, 'code');
        writeFileSync(file, codeOf(program ?? { elfMachine: 0, instructions: [] }));
        const text = execFileSync(objdump, ['-D', '-b', 'binary', ...mode, file], { encoding: 'utf8' });
        const found = [...text.matchAll(/^\s+[0-9a-f]+:\t[0-9a-f ]+\t(.*)$/gm)].map((m) => plain(m[1] ?? ''));
        expect(found).to.deep.equal(program?.instructions.map((i) => plain(i.text)));
      } finally {
        rmSync(directory, { recursive: true, force: true });
      }
    });
  }

  it('is made once, without a registry', async () => {
    const runtime = new FakeRuntime({ clock: new FakeClock() });
    const made = await ensurePauseImage(runtime);
    expect(await ensurePauseImage(runtime)).to.deep.equal(made);
    expect([runtime.calls('importImage'), runtime.calls('pullImage')]).to.deep.equal([1, 0]);
  });

  it('says which architectures there are where the engine has another', async () => {
    const runtime = new FakeRuntime({ clock: new FakeClock(), engine: { architecture: 'riscv64' } });
    const error = await rejection(ensurePauseImage(runtime));
    expect(error.code).to.equal('CannotPullContainerError');
    expect(error.message).to.contain('riscv64').and.to.contain('aarch64');
  });
});
