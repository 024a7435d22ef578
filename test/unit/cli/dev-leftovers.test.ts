import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { systemClock } from '@longshore/kit';
import { expect } from 'chai';
import { removeFromEngine } from '../../../packages/cli/src/dev/leftovers.js';

/** An engine of one network, which lets it go at the `refusals + 1`th time; says what it was asked in `asked`. */
function engine(refusals: number): string {
  return `#!/bin/sh
cd "$(dirname "$0")"
echo "$1 $2" >> asked
case "$1 $2" in
  'ps -aq') exit 0 ;;
  'network ls') [ -e removed ] || echo net1; exit 0 ;;
  'network rm') if [ "$(grep -c 'network rm' asked)" -le ${refusals} ]; then
      echo 'error while removing network: net1 has active endpoints' >&2; exit 1
    fi; touch removed; exit 0 ;;
  'volume ls') exit 0 ;;
esac
exit 64
`;
}

describe('what dev leaves on the engine', () => {
  const path = process.env.PATH;
  let directory: string;
  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'longshore-leftovers-'));
    process.env.PATH = `${directory}${delimiter}${path}`;
  });
  afterEach(() => {
    process.env.PATH = path;
    rmSync(directory, { recursive: true });
  });

  function put(script: string): void {
    writeFileSync(join(directory, 'docker'), script);
    chmodSync(join(directory, 'docker'), 0o755);
  }
  const asked = (): readonly string[] => readFileSync(join(directory, 'asked'), 'utf8').trim().split('\n');

  it('is asked for again while the engine does not let it go', async () => {
    put(engine(2));
    expect(await removeFromEngine(['i-1'], systemClock)).to.deep.equal([]);
    expect(asked().filter((words) => words === 'network rm')).to.have.length(3);
  });

  it('is said in the words of the engine where it stays, and what comes after it goes all the same', async () => {
    put(engine(1000));
    // An hour a sleep: the patience ends at the second look.
    let hours = 0;
    const clock = {
      ...systemClock,
      monotonicMs: () => hours * 3_600_000,
      sleep: () => {
        hours++;
        return Promise.resolve();
      },
    };
    expect(await removeFromEngine(['i-1'], clock)).to.deep.equal([
      'docker network rm: error while removing network: net1 has active endpoints',
    ]);
    expect(asked().at(-1)).to.equal('volume ls');
  });

  it('is not waited for where there is no engine to ask', async () => {
    put('#!/bin/sh\necho "Cannot connect to the Docker daemon." >&2\nexit 1\n');
    const clock = { ...systemClock, sleep: () => Promise.reject(new Error('waited')) };
    const problems = await removeFromEngine(['i-1'], clock);
    expect(problems).to.have.length(3);
    expect(problems[0]).to.equal('docker rm -f -v: Cannot connect to the Docker daemon.');
  });
});
