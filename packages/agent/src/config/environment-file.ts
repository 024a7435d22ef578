export interface EnvironmentFile {
  readonly variables: readonly { readonly name: string; readonly value: string }[];
  /** Numbers of lines that say nothing: no VARIABLE=VALUE. */
  readonly strange: readonly number[];
}

/**
 * A container's environment file as ECS reads it: VARIABLE=VALUE lines, where spaces and quotes are part of the value
 * and a line that begins with # is a comment.
 */
export function parseEnvironmentFile(text: string): EnvironmentFile {
  const variables: { name: string; value: string }[] = [];
  const strange: number[] = [];
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.startsWith('#') || line.trim() === '') continue;
    const at = line.indexOf('=');
    if (at > 0) variables.push({ name: line.slice(0, at), value: line.slice(at + 1) });
    else strange.push(i + 1);
  }
  return { variables, strange };
}
