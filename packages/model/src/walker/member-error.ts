import { CodedError } from '@longshore/kit';

/** `SerializationException`: of the wrong type; `InvalidParameterException`: none of the allowed values; `ClientException`: unknown. */
export type MemberFault = 'SerializationException' | 'InvalidParameterException' | 'ClientException';

/** A member that does not fit its shape. `path` names it from the request down: `containerDefinitions[0].cpu`. */
export class MemberError extends CodedError {
  override readonly code: MemberFault;
  readonly path: string;
  /** What would have been right, where that can be listed: member names or values. */
  readonly allowed: readonly string[] | undefined;

  constructor(code: MemberFault, path: string, message: string, allowed?: readonly string[]) {
    super(code, message);
    this.code = code;
    this.path = path;
    this.allowed = allowed;
  }
}

export type PathSegment = string | number;

/** `['containerDefinitions', 0, 'cpu']` as `containerDefinitions[0].cpu`. */
export function pathText(path: readonly PathSegment[]): string {
  let text = '';
  for (const segment of path) {
    if (typeof segment === 'number') text += `[${segment}]`;
    else text += text === '' ? segment : `.${segment}`;
  }
  return text;
}

/** What a value is, in JSON's words; never the value itself, which may be secret. */
export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  switch (typeof value) {
    case 'string':
      return 'text';
    case 'number':
      return Number.isInteger(value) ? 'a number' : 'a number with a fraction';
    case 'boolean':
      return 'a boolean';
    case 'object':
      return 'an object';
    default:
      return typeof value;
  }
}
