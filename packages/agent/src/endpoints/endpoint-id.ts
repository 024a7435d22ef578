import { createHash } from 'node:crypto';

/** The id by which a container asks for its metadata: the same after a restart of the agent, and nowhere shown. */
export function endpointId(task: string, container: string): string {
  return createHash('sha256').update(`metadata ${task} ${container}`).digest('hex').slice(0, 40);
}
