import type { ContainerDefinition, LogConfiguration } from '@longshore/model';
import type { AgentTask } from './record.js';

/**
 * As the engine is told. `awslogs-stream-prefix` is ECS's own, of which Docker knows nothing: it names the stream by the
 * container and its task, as ECS documents. The account's mode stands in where the configuration gives none; a container
 * without a log configuration has the engine's driver, and the mode that goes with it.
 */
export function logConfigurationOf(
  { name = '', logConfiguration: given }: ContainerDefinition,
  task: Pick<AgentTask, 'id' | 'assignment'>,
): LogConfiguration | undefined {
  if (!given?.logDriver || given.logDriver === 'none') return given;
  // Absent in what an agent has journalled before it knew of it.
  const mode: string | undefined = task.assignment.logDriverMode;
  const { 'awslogs-stream-prefix': prefix, ...rest } = given.options ?? {};
  const ofEcs = given.logDriver === 'awslogs' && prefix !== undefined;
  const options = ofEcs ? { ...rest, 'awslogs-stream': `${prefix}/${name}/${task.id}` } : given.options;
  if (!mode || options?.mode !== undefined) return { ...given, ...(options && { options }) };
  return { ...given, options: { ...options, mode } };
}
