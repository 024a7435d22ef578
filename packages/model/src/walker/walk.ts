import { kindOf, MemberError, type PathSegment, pathText } from './member-error.js';

export type Plain = Record<string, unknown>;

/** What a caller wants to happen with a member that the shape does not have: an exception, or to be told. */
export type UnknownMembers = 'refuse' | ((path: string, allowed: readonly string[]) => void);

/** Deeper than any shape of ECS; what goes deeper is an attack or a mistake. */
const maxDepth = 64;

/** One walk through one value: where it stands, and what it does with what does not fit. */
export class Walk {
  readonly #path: PathSegment[] = [];
  readonly #unknownMembers: UnknownMembers;

  constructor(unknownMembers: UnknownMembers) {
    this.#unknownMembers = unknownMembers;
  }

  /** Goes one step down. Not undone when `read` throws: the walk ends there, and the path says where. */
  at<T>(segment: PathSegment, read: () => T): T {
    if (this.#path.length >= maxDepth) throw this.#fault('SerializationException', 'is nested too deeply');
    this.#path.push(segment);
    const result = read();
    this.#path.pop();
    return result;
  }

  unknownMember(name: string, allowed: readonly string[]): void {
    const path = pathText([...this.#path, name]);
    if (this.#unknownMembers !== 'refuse') this.#unknownMembers(path, allowed);
    else throw new MemberError('ClientException', path, `${path}: no such member`, allowed);
  }

  wrongType(expected: string, found: unknown): MemberError {
    return this.#fault('SerializationException', `must be ${expected}, is ${kindOf(found)}`);
  }

  notAllowed(value: string, allowed: readonly string[]): MemberError {
    const shown = value.length > 64 ? `${value.slice(0, 64)}...` : value;
    return this.#fault(
      'InvalidParameterException',
      `${JSON.stringify(shown)} is none of ${allowed.join(', ')}`,
      allowed,
    );
  }

  invalid(why: string): MemberError {
    return this.#fault('InvalidParameterException', why);
  }

  #fault(code: MemberError['code'], why: string, allowed?: readonly string[]): MemberError {
    const path = pathText(this.#path);
    return new MemberError(code, path, `${path === '' ? 'the request' : path} ${why}`, allowed);
  }
}

export function isObject(value: unknown): value is Plain {
  return (
    typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Uint8Array)
  );
}
