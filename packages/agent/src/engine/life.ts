import type { TaskStatus } from '@longshore/model';
import type { ContainerPhase } from './record.js';

/** One arrow of a life. A step may follow several at once: an agent that comes back finds how far things have gone. */
export interface Arrow<S extends string> {
  readonly from: S;
  readonly to: S;
  readonly when: string;
}

/** How far the agent brings a task. What lies before PENDING is the control plane's. */
export const taskLife: readonly Arrow<TaskStatus>[] = [
  { from: 'PENDING', to: 'RUNNING', when: 'every container has started' },
  { from: 'PENDING', to: 'STOPPING', when: 'told to, or it can not start' },
  { from: 'RUNNING', to: 'STOPPING', when: 'told to, or an essential container has exited' },
  { from: 'RUNNING', to: 'STOPPED', when: 'every container has exited' },
  { from: 'STOPPING', to: 'STOPPED', when: 'no container runs, and their logs are read' },
];

/** What is known of a container. */
export const containerLife: readonly Arrow<ContainerPhase>[] = [
  { from: 'WAITING', to: 'READY', when: 'its image is there' },
  { from: 'WAITING', to: 'STOPPED', when: 'no image, or the task stops' },
  { from: 'READY', to: 'CREATED', when: 'the engine has made it' },
  { from: 'READY', to: 'STOPPED', when: 'not made, or the task stops' },
  { from: 'CREATED', to: 'RUNNING', when: 'it has started' },
  { from: 'CREATED', to: 'READY', when: 'its host port is taken: made anew with another' },
  { from: 'CREATED', to: 'STOPPED', when: 'it can not start, or the task stops' },
  { from: 'RUNNING', to: 'RUNNING', when: 'its restart policy starts it again' },
  { from: 'RUNNING', to: 'STOPPED', when: 'it has exited, or is gone' },
];

/** Whether arrows lead from one state to another; from each to itself always. */
export function leads<S extends string>(life: readonly Arrow<S>[], from: S, to: S): boolean {
  const reached = new Set<S>([from]);
  for (const state of reached) for (const arrow of life) if (arrow.from === state) reached.add(arrow.to);
  return reached.has(to);
}

/** The life as a Mermaid diagram, for the README. */
export function diagramOf<S extends string>(life: readonly Arrow<S>[], first: S, last: S): string {
  const arrows = life.map(({ from, to, when }) => `    ${from} --> ${to}: ${when}`);
  return ['stateDiagram-v2', `    [*] --> ${first}`, ...arrows, `    ${last} --> [*]`].join('\n');
}
