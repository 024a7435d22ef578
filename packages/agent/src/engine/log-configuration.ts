import type { ContainerDefinition, LogConfiguration } from '@longshore/model';

/**
 * As the engine is told. `awslogs-stream-prefix` is ECS's own, of which Docker knows nothing: it names the stream by the
 * container and its task, as ECS documents.
 */
export function logConfigurationOf(
  { name = '', logConfiguration: given }: ContainerDefinition,
  task: string,
): LogConfiguration | undefined {
  const { 'awslogs-stream-prefix': prefix, ...options } = given?.options ?? {};
  if (given?.logDriver !== 'awslogs' || prefix === undefined) return given;
  return { ...given, options: { ...options, 'awslogs-stream': `${prefix}/${name}/${task}` } };
}
