import { playStory } from '../../support/cluster/story.js';

/**
 * LONGSHORE_SEEDS=2000 plays more stories, LONGSHORE_SEED=17 one again, with what was done.
 */
const only = process.env['LONGSHORE_SEED'];
const count = Number(process.env['LONGSHORE_SEEDS'] ?? 60);
const seeds = only === undefined ? Array.from({ length: count }, (_, i) => i + 1) : [Number(only)];

describe('stories of a service', function () {
  this.timeout(600_000);

  it(`end as they should, whatever happens (${seeds.length} seeds)`, async () => {
    const failed: string[] = [];
    for (const seed of seeds) {
      const { faults, log } = await playStory(seed);
      if (only !== undefined) process.stdout.write(`${log.join('\n')}\n`);
      if (faults.length === 0) continue;
      failed.push(`seed ${seed} (LONGSHORE_SEED=${seed} plays it again):\n${[...log, ...faults].join('\n')}`);
      if (failed.length === 3) break;
    }
    if (failed.length > 0) throw new Error(failed.join('\n\n'));
  });
});
