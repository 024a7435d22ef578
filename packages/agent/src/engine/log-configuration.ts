import type { ContainerDefinition, LogConfiguration } from '@longshore/model';
import type { AgentTask } from './record.js';

/** ECS's own: Docker's is 1 MiB. */
const bufferOfEcs = '10m';

/**
 * As the engine is told. `awslogs-stream-prefix` is ECS's own, of which Docker knows nothing: it names the stream by the
 * container and its task, as ECS documents. The account's mode stands in where the configuration gives none, and ECS's
 * size of the buffer where the mode has one and the configuration does not say how large. A container without a log
 * configuration has the engine's driver, and the mode that goes with it.
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
  const told = withBuffer(mode && options?.mode === undefined ? { ...options, mode } : options);
  return { ...given, ...(told && { options: told }) };
}

type Options = LogConfiguration['options'];

function withBuffer(options: Options): Options {
  if (options?.mode !== 'non-blocking' || options['max-buffer-size'] !== undefined) return options;
  return { ...options, 'max-buffer-size': bufferOfEcs };
}
