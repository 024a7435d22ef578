import { MemberError, type UnknownMembers } from '@longshore/model';
import type { OperationName } from '../operations.js';

/** Names that callers make up must not make metrics without end. */
const maxNames = 200;

/**
 * What happens with members that ECS's shapes lack: refused by name where a person wrote them (a task definition,
 * overrides), since a misspelt one would silently do nothing; taken and counted elsewhere, since an SDK newer than this
 * server sends them.
 */
export class UnknownMemberPolicy {
  readonly #count: (operation: string, member: string) => void;
  readonly #seen = new Set<string>();

  constructor(count: (operation: string, member: string) => void) {
    this.#count = count;
  }

  of(operation: OperationName): UnknownMembers {
    if (operation === 'RegisterTaskDefinition') return 'refuse';
    return (path, allowed) => {
      if (/^overrides[.[]/.test(path)) throw refusal(path, allowed);
      this.#count(operation, this.#bounded(operation, path));
    };
  }

  #bounded(operation: OperationName, path: string): string {
    const name = path.replace(/\[\d+\]/g, '[]');
    const key = `${operation} ${name}`;
    if (!/^[\w.[\]-]{1,80}$/.test(name)) return 'other';
    if (!this.#seen.has(key) && this.#seen.size >= maxNames) return 'other';
    this.#seen.add(key);
    return name;
  }
}

function refusal(path: string, allowed: readonly string[]): MemberError {
  return new MemberError('ClientException', path, `${path}: no such member`, allowed);
}
