export type EnvVariables = Readonly<Record<string, string | undefined>>;

/** A value, or every problem with it, each naming the setting. */
export type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * Reads settings one by one and collects every problem, so that a person sees all of them at once.
 * Pure: the variables come in as an argument.
 */
export class SettingReader {
  readonly problems: string[] = [];
  readonly #variables: EnvVariables;

  constructor(variables: EnvVariables) {
    this.#variables = variables;
  }

  text(name: string): string | undefined {
    const value = this.#variables[name];
    return value === undefined || value === '' ? undefined : value;
  }

  oneOf<T extends string>(name: string, allowed: readonly T[]): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const found = allowed.find((a) => a === value);
    if (found === undefined) this.problems.push(`${name}: ${value} is none of ${allowed.join(', ')}`);
    return found;
  }

  flag(name: string): boolean | undefined {
    const value = this.text(name)?.toLowerCase();
    if (value === undefined) return undefined;
    if (['true', '1', 'yes', 't'].includes(value)) return true;
    if (['false', '0', 'no', 'f'].includes(value)) return false;
    this.problems.push(`${name}: ${value} is neither true nor false`);
    return undefined;
  }

  integer(name: string, bounds: { readonly min?: number; readonly max?: number } = {}): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const number = Number(value);
    const { min = Number.MIN_SAFE_INTEGER, max = Number.MAX_SAFE_INTEGER } = bounds;
    if (/^[+-]?\d+$/.test(value) && number >= min && number <= max) return number;
    this.problems.push(`${name}: ${value} is no whole number from ${min} to ${max}`);
    return undefined;
  }

  /** A Go duration as the ECS agent takes it (`3h`, `1m30s`, `500ms`), in milliseconds. */
  durationMs(name: string, bounds: { readonly minMs?: number } = {}): number | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    const ms = parseDurationMs(value);
    if (ms === undefined) this.problems.push(`${name}: ${value} is no duration (like 30s, 10m, 3h)`);
    else if (ms < (bounds.minMs ?? 0)) {
      this.problems.push(`${name}: ${value} is shorter than ${bounds.minMs} ms`);
      return undefined;
    }
    return ms;
  }

  json<T>(name: string, check: (value: unknown) => value is T, shape: string): T | undefined {
    const value = this.text(name);
    if (value === undefined) return undefined;
    try {
      const parsed: unknown = JSON.parse(value);
      if (check(parsed)) return parsed;
    } catch {
      // Said below: malformed JSON and a wrong shape are one problem to the reader.
    }
    this.problems.push(`${name}: not JSON of the shape ${shape}`);
    return undefined;
  }

  done<T>(value: T): Parsed<T> {
    return this.problems.length === 0 ? { ok: true, value } : { ok: false, problems: this.problems };
  }
}

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/** Milliseconds of `1h30m`, `45s`, `500ms`, `1d`; undefined where the text is no duration. */
export function parseDurationMs(text: string): number | undefined {
  if (!/^(\d+(\.\d+)?(ms|s|m|h|d))+$/.test(text)) return undefined;
  let total = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h|d)/g))
    total += Number(amount) * (unitMs[unit ?? ''] ?? Number.NaN);
  return total;
}
