import { containerId } from '@longshore/model';
import type { AgentTask } from './record.js';

/** Labels that say whose a container is. An agent looks at, adopts and removes only what carries its instance. */
export const labels = {
  instance: 'longshore.instance',
  task: 'longshore.task',
  container: 'longshore.container',
} as const;

/** Who the agent is, once it has joined: part of ARNs and labels. */
export interface AgentIdentity {
  readonly instance: string;
  readonly cluster: string;
  readonly accountId: string;
  readonly region: string;
}

/** The same for the same task and container, so that creating twice makes one. */
export function engineName(task: AgentTask, container: string): string {
  const [family = 'task', revision = '0'] = task.assignment.definition.split(':');
  const id = containerId(task.id, container).replaceAll('-', '').slice(0, 20);
  return `ecs-${plain(family)}-${plain(revision)}-${plain(container)}-${id}`;
}

/** A volume of a task's own. */
export function volumeName(task: AgentTask, volume: string): string {
  return engineName(task, `volume-${volume}`);
}

function plain(text: string): string {
  return text.replace(/[^a-zA-Z0-9_.-]/g, '').slice(0, 60) || 'x';
}
