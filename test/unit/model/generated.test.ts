import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect } from 'chai';

const run = promisify(execFile);

describe('packages/model/src/generated', () => {
  it('is fresh', async function () {
    this.timeout(30_000);
    const args = ['--import=tsx', '--conditions=source', 'packages/model/scripts/generate.ts', '--check'];
    const { stderr } = await run(process.execPath, args);
    expect(stderr).to.equal('');
  });
});
