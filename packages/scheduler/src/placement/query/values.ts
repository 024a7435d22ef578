/** Parsing and comparing of the values that the query language knows: numbers, versions, dates, text. */

/** The parts of a version as numbers; a pre-release (`1.2.0-rc1`) sorts before its release. Undefined: no version. */
export function parseVersion(text: string): readonly (number | string)[] | undefined {
  const match = /^v?(\d+(?:\.\d+)*)(?:-([\w.]+))?$/.exec(text);
  if (match === null) return undefined;
  const numbers = (match[1] as string).split('.').map(Number);
  return match[2] === undefined ? numbers : [...numbers, match[2]];
}

export function compareVersions(a: readonly (number | string)[], b: readonly (number | string)[]): number {
  for (let i = 0; i < Math.max(a.length, b.length); i++) {
    const order = compareParts(a[i] ?? 0, b[i] ?? 0);
    if (order !== 0) return order;
  }
  return 0;
}

function compareParts(a: number | string, b: number | string): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a === 'string' && typeof b === 'string') return compareText(a, b);
  return typeof a === 'string' ? -1 : 1;
}

/** Milliseconds since 1970 of an ISO 8601 date or date and time (UTC without a zone); undefined: no date. */
export function parseDate(text: string): number | undefined {
  const match =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?(\.\d{1,9})?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i.exec(text);
  if (match === null) return undefined;
  const [, day, minutes = '00:00', seconds = ':00', fraction = '', zone = 'Z'] = match;
  const offset = /^[+-]\d{4}$/.test(zone) ? `${zone.slice(0, 3)}:${zone.slice(3)}` : zone.toUpperCase();
  const time = Date.parse(`${day}T${minutes}${seconds}${fraction.slice(0, 4)}${offset}`);
  return Number.isNaN(time) ? undefined : time;
}

export function parseNumber(text: string): number | undefined {
  return /^[+-]?(\d+(\.\d*)?|\.\d+)$/.test(text) ? Number(text) : undefined;
}

export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** How two attribute values compare: as numbers, else as versions, else as dates, else as text. */
export function compareValues(a: string, b: string): number {
  const numbers = both(parseNumber, a, b);
  if (numbers !== undefined) return numbers[0] - numbers[1];
  const versions = both(parseVersion, a, b);
  if (versions !== undefined) return compareVersions(...versions);
  const dates = both(parseDate, a, b);
  if (dates !== undefined) return dates[0] - dates[1];
  return compareText(a, b);
}

function both<T>(parse: (text: string) => T | undefined, a: string, b: string): [T, T] | undefined {
  const left = parse(a);
  const right = left === undefined ? undefined : parse(b);
  return left === undefined || right === undefined ? undefined : [left, right];
}
