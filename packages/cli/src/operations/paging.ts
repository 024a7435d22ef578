import { usageError } from '../exit.js';
import type { Json } from './call.js';

export interface PageWish {
  /** Stop after this many items; the answer then holds a nextToken to go on with. */
  readonly maxItems?: number;
  readonly pageSize?: number;
  readonly startingToken?: string;
}

interface Place {
  readonly token: string | undefined;
  /** Items of that page that were given out before. */
  readonly skip: number;
}

/**
 * Asks page after page and gives all of them as one answer, as the aws CLI does. Invariant: no item is given twice or
 * left out when one goes on with the nextToken of an answer that maxItems cut short.
 */
export async function allPages(
  ask: (json: Json) => Promise<Json>,
  request: Json,
  wish: PageWish,
): Promise<Json> {
  let place = wish.startingToken === undefined ? { token: undefined, skip: 0 } : placeOf(wish.startingToken);
  let whole: Json | undefined;
  let left = wish.maxItems ?? Number.POSITIVE_INFINITY;
  for (;;) {
    const page = await ask({
      ...request,
      ...(place.token !== undefined && { nextToken: place.token }),
      ...(wish.pageSize !== undefined && { maxResults: wish.pageSize }),
    });
    const { nextToken, ...rest } = page;
    const taken = cut(rest, place.skip, left);
    whole = whole ? joined(whole, taken.page) : taken.page;
    left -= taken.count;
    if (taken.more)
      return { ...whole, nextToken: tokenOf({ token: place.token, skip: place.skip + taken.count }) };
    if (typeof nextToken !== 'string' || nextToken === '') return whole;
    if (left === 0) return { ...whole, nextToken: tokenOf({ token: nextToken, skip: 0 }) };
    place = { token: nextToken, skip: 0 };
  }
}

/** A page without its first `skip` items and with `most` of the others; a page's items are its only list. */
function cut(
  page: Json,
  skip: number,
  most: number,
): { readonly page: Json; readonly count: number; readonly more: boolean } {
  const name = Object.keys(page).find((k) => Array.isArray(page[k]));
  if (name === undefined) return { page, count: 0, more: false };
  const items = (page[name] as readonly unknown[]).slice(skip);
  const taken = items.slice(0, most);
  return { page: { ...page, [name]: taken }, count: taken.length, more: taken.length < items.length };
}

function joined(first: Json, second: Json): Json {
  const result: Record<string, unknown> = { ...second };
  for (const [key, value] of Object.entries(first)) {
    const other = result[key];
    result[key] = Array.isArray(value) && Array.isArray(other) ? [...value, ...other] : (other ?? value);
  }
  return result;
}

function tokenOf(place: Place): string {
  return Buffer.from(JSON.stringify({ nextToken: place.token, skip: place.skip })).toString('base64url');
}

function placeOf(token: string): Place {
  try {
    const found = JSON.parse(Buffer.from(token, 'base64url').toString('utf8')) as {
      readonly nextToken?: unknown;
      readonly skip?: unknown;
    };
    if (typeof found.skip === 'number')
      return {
        token: typeof found.nextToken === 'string' ? found.nextToken : undefined,
        skip: found.skip,
      };
  } catch (thrown) {
    throw usageError(`--starting-token: not a token of this command (${(thrown as Error).name})`);
  }
  throw usageError('--starting-token: not a token of this command');
}
