// Plays the stories of the seeds that it is sent, and sends back what failed. Argument: after how many failures it ends.
import { once } from 'node:events';
import { failureOf, playStory } from './story.js';

const [seeds] = (await once(process, 'message')) as [readonly number[]];
let failures = 0;
for (const seed of seeds) {
  const failure = failureOf(seed, await playStory(seed));
  if (failure === undefined) continue;
  process.send?.(failure);
  if (++failures === Number(process.argv[2])) break;
}
process.disconnect();
