import { hash } from 'node:crypto';
import { invalidParameter } from './errors.js';
import { maxPageSizes, type PagedOperation, pageSizes } from './limits.js';

/** Which part of a list a request asks for. */
export interface PageRequest {
  readonly operation: PagedOperation;
  readonly limit: number;
  /** The key of the last item of the page before; undefined for the first page. */
  readonly after: string | undefined;
}

/** Reads maxResults and nextToken. Throws InvalidParameterException for a bad one. */
export function pageRequestOf(
  operation: PagedOperation,
  request: { readonly maxResults?: number | undefined; readonly nextToken?: string | undefined },
): PageRequest {
  const most = maxPageSizes[operation];
  const limit = request.maxResults ?? pageSizes[operation];
  if (!Number.isInteger(limit) || limit < 1 || limit > most)
    throw invalidParameter(`maxResults must be between 1 and ${most}, but was ${limit}.`);
  const token = request.nextToken;
  return { operation, limit, after: token ? readToken(operation, token) : undefined };
}

export interface Page<T> {
  readonly items: readonly T[];
  readonly nextToken: string | undefined;
}

/** How a list is walked: `keyOf` names an item, `isAfter` compares where order is not that of the keys' text. */
export interface PageOrder<T> {
  readonly keyOf: (item: T) => string;
  readonly isAfter?: (item: T, after: string) => boolean;
}

/**
 * One page of a list that is already in order. A token holds the last key and no position, so that pages neither repeat
 * nor skip what stays while other items come and go.
 */
export function takePage<T>(items: Iterable<T>, page: PageRequest, order: PageOrder<T>): Page<T> {
  const { after, limit } = page;
  const isAfter = order.isAfter ?? ((item: T, key: string) => order.keyOf(item) > key);
  const taken: T[] = [];
  for (const item of items) {
    if (after !== undefined && !isAfter(item, after)) continue;
    if (taken.length === limit) {
      const last = taken[limit - 1] as T;
      return { items: taken, nextToken: tokenOf(page.operation, order.keyOf(last)) };
    }
    taken.push(item);
  }
  return { items: taken, nextToken: undefined };
}

/** Opaque to clients and the same for the same place, whichever replica answers. */
export function tokenOf(operation: PagedOperation, after: string): string {
  return Buffer.from(`${check(operation, after)}${after}`, 'utf8').toString('base64url');
}

function readToken(operation: PagedOperation, token: string): string {
  const text = Buffer.from(token, 'base64url').toString('utf8');
  const after = text.slice(checkCharacters);
  // Made again and compared: base64 reads much that it would not write.
  if (tokenOf(operation, after) !== token) throw invalidParameter('Invalid token.');
  return after;
}

const checkCharacters = 8;

/** Tells a token of this operation from anything else; it guards nothing. */
function check(operation: PagedOperation, after: string): string {
  return hash('md5', `${operation}/${after}`, 'hex').slice(0, checkCharacters);
}
