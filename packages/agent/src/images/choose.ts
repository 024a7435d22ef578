import type { ContainerFacts, ImageFacts } from '@longshore/runtime';
import type { Config } from '../config/config.js';
import { labels } from '../engine/names.js';
import { imageOf } from '../engine/overrides.js';
import { type AgentTask, definitionOf } from '../engine/record.js';
import { familiarReference } from './digest.js';
import type { TrackedImage } from './image-list.js';

/** What tasks hold: images by id, and by reference where the task does not know the id yet. */
export interface Held {
  readonly ids: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** Between its pull and the making of its container an image is held by nothing that the engine knows. Pure. */
export function heldBy(tasks: readonly AgentTask[]): Held {
  const ids = new Set<string>();
  const names = new Set<string>();
  for (const task of tasks)
    for (const c of task.containers) {
      if (c.imageId !== '') ids.add(c.imageId);
      else if (c.phase === 'WAITING' && !c.internal)
        names.add(familiarReference(imageOf(task.assignment, definitionOf(task, c.name))));
    }
  return { ids, names };
}

export function isHeld(image: ImageFacts, { ids, names }: Held): boolean {
  return ids.has(image.id) || [...image.tags, ...image.digests].some((name) => names.has(name));
}

export interface AboutImages {
  readonly tracked: ReadonlyMap<string, TrackedImage>;
  readonly held: Held;
  readonly settings: Config['imageCleanup'];
  readonly nowMs: number;
  readonly pressure: boolean;
}

/** Which images may go, the least recently used first. Under pressure age does not count. Pure. */
export function removable(present: readonly ImageFacts[], about: AboutImages): readonly ImageFacts[] {
  const { tracked, held, settings, nowMs, pressure } = about;
  const excluded = new Set(settings.excluded.map(familiarReference));
  const lastUse = (image: ImageFacts): number => tracked.get(image.id)?.usedAtMs ?? image.createdAtMs;
  const isRipe = (image: ImageFacts): boolean => {
    if (image.tags.some((t) => excluded.has(t))) return false;
    const own = tracked.get(image.id);
    if (own && isOurs(image, own)) return pressure || nowMs - own.pulledAtMs >= settings.minimumAgeMs;
    return settings.untracked && (pressure || nowMs - image.createdAtMs >= settings.untrackedMinimumAgeMs);
  };
  return present
    .filter((image) => !isHeld(image, held) && isRipe(image))
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
