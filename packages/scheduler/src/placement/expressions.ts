import type { Attribute } from '@longshore/model';
import type { Board } from './board.js';
import type { Mask } from './mask.js';
import { allOf, attributeMask, maskOf } from './mask.js';
import type { Query, QueryError } from './query/ast.js';
import { compileQuery } from './query/parser.js';

const maxCompiled = 4096;
/** One byte an instance each. */
const maxKept = 512;

interface KeptMask {
  readonly mask: Mask;
  readonly lasting: number;
}

/**
 * Expressions are compiled once; those that ask only for what lasts are evaluated again when that has changed, those
 * that no placement can change once a call.
 */
export class Expressions {
  readonly #compiled = new Map<string, Query | QueryError>();
  readonly #kept = new Map<string, KeptMask>();
  readonly #ofCall = new Map<string, Mask>();

  /** A call begins. */
  begin(): void {
    if (this.#ofCall.size > 0) this.#ofCall.clear();
  }

  compile(text: string): Query | QueryError {
    let query = this.#compiled.get(text);
    if (query === undefined) {
      query = compileQuery(text);
      if (this.#compiled.size >= maxCompiled) this.#compiled.clear();
      this.#compiled.set(text, query);
    }
    return query;
  }

  /** Must not be changed by who gets it. */
  mask(query: Query, board: Board): Mask {
    if (query.taskDependent) return maskOf(query.root, board);
    if (query.lasting) return this.#lasting(query.text, board, () => maskOf(query.root, board));
    let mask = this.#ofCall.get(query.text);
    if (mask === undefined) {
      mask = maskOf(query.root, board);
      this.#ofCall.set(query.text, mask);
    }
    return mask;
  }

  /** The instances that have all of these attributes; undefined: none is asked for. */
  attributes(required: readonly Attribute[], board: Board): Mask | undefined {
    if (required.length === 0) return undefined;
    let key = '';
    for (const { name, value } of required) key += `\u0000${name}\u0000${value ?? ''}`;
    const build = (): Mask =>
      allOf(required.map(({ name, value }) => attributeMask(name ?? '', value, board))) as Mask;
    return this.#lasting(key, board, build);
  }

  #lasting(key: string, { rows }: Board, build: () => Mask): Mask {
    const known = this.#kept.get(key);
    if (known?.lasting === rows.lasting) return known.mask;
    const mask = build();
    if (this.#kept.size >= maxKept) this.#kept.clear();
    this.#kept.set(key, { mask, lasting: rows.lasting });
    return mask;
  }
}
