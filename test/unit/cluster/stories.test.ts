import { fork } from 'node:child_process';
import { once } from 'node:events';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { failureOf, playStory } from '../../support/cluster/story.js';

/**
 * LONGSHORE_SEEDS=2000 plays more stories, LONGSHORE_SEED=17 one again, with what was done.
 */
const only = process.env['LONGSHORE_SEED'];
const count = Number(process.env['LONGSHORE_SEEDS'] ?? 60);
/** So few are played here: another process takes longer to start. */
const fewSeeds = 100;
const failuresShown = 3;

describe('stories of a service', function () {
  this.timeout(600_000);

  if (only !== undefined) {
    it(`ends as it should (seed ${only})`, async () => {
      const { faults, log } = await playStory(Number(only));
      process.stdout.write(`${log.join('\n')}\n`);
      if (faults.length > 0) throw new Error(faults.join('\n'));
    });
    return;
  }

  it(`end as they should, whatever happens (${count} seeds)`, async () => {
    const seeds = Array.from({ length: count }, (_, i) => i + 1);
    const failed = count <= fewSeeds ? await playHere(seeds) : await playSpread(seeds);
    if (failed.length > 0) throw new Error(failed.slice(0, failuresShown).join('\n\n'));
  });
});

async function playHere(seeds: readonly number[]): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const seed of seeds) {
    const failure = failureOf(seed, await playStory(seed));
    if (failure !== undefined) failed.push(failure);
    if (failed.length === failuresShown) break;
  }
  return failed;
}

/** A process for each core; each plays its share. */
async function playSpread(seeds: readonly number[]): Promise<readonly string[]> {
  const players = availableParallelism();
  const shares = Array.from({ length: players }, (_, n) => seeds.filter((seed) => seed % players === n));
  return (await Promise.all(shares.map((share) => playElsewhere(share)))).flat();
}

async function playElsewhere(seeds: readonly number[]): Promise<readonly string[]> {
  const script = fileURLToPath(new URL('../../support/cluster/play-stories.ts', import.meta.url));
  // A story's whole cluster dies young: a larger nursery spares the collector most of it.
  const execArgv = ['--max-semi-space-size=64', '--import=tsx', '--conditions=source'];
  const player = fork(script, [String(failuresShown)], { execArgv });
  const failed: string[] = [];
  player.on('message', (failure: string) => failed.push(failure));
  player.send(seeds);
  const [code] = (await once(player, 'exit')) as [number | null];
  if (code !== 0) failed.push(`a player of ${seeds.length} stories ended with code ${code}`);
  return failed;
}
