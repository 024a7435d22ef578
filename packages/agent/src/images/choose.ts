import type { ContainerFacts, ImageFacts } from '@longshore/runtime';
import type { Config } from '../config/config.js';
import { labels } from '../engine/names.js';
import { familiarReference } from './digest.js';
import type { TrackedImage } from './image-list.js';

export interface AboutImages {
  readonly tracked: ReadonlyMap<string, TrackedImage>;
  readonly inUse: ReadonlySet<string>;
  readonly settings: Config['imageCleanup'];
  readonly nowMs: number;
  readonly pressure: boolean;
}

/** Which images may go, the least recently used first. Under pressure age does not count. Pure. */
export function removable(present: readonly ImageFacts[], about: AboutImages): readonly ImageFacts[] {
  const { tracked, inUse, settings, nowMs, pressure } = about;
  const excluded = new Set(settings.excluded.map(familiarReference));
  const lastUse = (image: ImageFacts): number => tracked.get(image.id)?.usedAtMs ?? image.createdAtMs;
  const isRipe = (image: ImageFacts): boolean => {
    if (image.tags.some((t) => excluded.has(t))) return false;
    const own = tracked.get(image.id);
    if (own && isOurs(image, own)) return pressure || nowMs - own.pulledAtMs >= settings.minimumAgeMs;
    return settings.untracked && (pressure || nowMs - image.createdAtMs >= settings.untrackedMinimumAgeMs);
  };
  return present
    .filter((image) => !inUse.has(image.id) && isRipe(image))
    .sort((a, b) => lastUse(a) - lastUse(b));
}

/** One that somebody has given a name of their own is theirs as well. */
function isOurs(image: ImageFacts, own: TrackedImage): boolean {
  return own.foreign !== true && (!own.names || image.tags.every((t) => own.names?.includes(t)));
}

/** Containers that no agent has made and that have not run for so long, the oldest first. Pure. */
export function leftBehind(
  present: readonly ContainerFacts[],
  about: { readonly nowMs: number; readonly waitMs: number },
): readonly ContainerFacts[] {
  const since = (c: ContainerFacts): number => Math.max(c.createdAtMs, c.finishedAtMs);
  return present
    .filter((c) => c.labels[labels.instance] === undefined && c.state !== 'running')
    .filter((c) => about.nowMs - since(c) >= about.waitMs)
    .sort((a, b) => since(a) - since(b));
}
