import type { ImagePull } from '@longshore/model';
import { imageOf } from '../engine/overrides.js';
import { type AgentTask, definitionOf } from '../engine/record.js';
import type { RunningPull } from '../images/image-provider.js';

/** The pulls that run, each with the tasks that wait for it. Pure; costs nothing while nothing is pulled. */
export function imagePulls(
  pulling: readonly RunningPull[],
  tasks: () => readonly AgentTask[],
): readonly ImagePull[] {
  if (pulling.length === 0) return [];
  const waiting = new Map<string, string[]>();
  for (const task of tasks())
    for (const c of task.containers) {
      if (c.doing !== 'pullImage' || c.internal) continue;
      const image = imageOf(task.assignment, definitionOf(task, c.name));
      const ids = waiting.get(image) ?? [];
      if (!ids.includes(task.id)) waiting.set(image, [...ids, task.id]);
    }
  return pulling.map((pull) => ({ ...pull, tasks: waiting.get(pull.image) ?? [] }));
}
