import { type Kind, membersOf } from './members.js';
import { didYouMean } from './nearest.js';

/**
 * Every way in which `json` is not the ECS shape that it shall be, each naming the place:
 * `containerDefinitions[0].portMappings[1].containerport: no such member: did you mean containerPort?`
 * The server checks again, and more; this names all at once and the nearest right name before anything is sent.
 */
export function problemsIn(shape: string, json: unknown): readonly string[] {
  const problems: string[] = [];
  checkStructure(shape, json, '', problems);
  return problems;
}

function checkStructure(shape: string, json: unknown, at: string, problems: string[]): void {
  if (!isPlain(json)) {
    problems.push(`${at || 'the input'}: ${said(json)} where a structure belongs`);
    return;
  }
  const members = membersOf(shape);
  for (const [key, value] of Object.entries(json)) {
    const member = members.find((m) => m.name === key);
    const place = at ? `${at}.${key}` : key;
    if (member) check(member.kind, value, place, problems);
    else
      problems.push(
        `${place}: no such member${didYouMean(
          key,
          members.map((m) => m.name),
        )}`,
      );
  }
}

function check(kind: Kind, json: unknown, at: string, problems: string[]): void {
  // ECS takes null for absent.
  if (json === null || json === undefined) return;
  switch (kind.is) {
    case 'structure':
      checkStructure(kind.shape, json, at, problems);
      return;
    case 'list':
      if (!Array.isArray(json)) problems.push(`${at}: ${said(json)} where a list belongs`);
      else for (const [i, item] of json.entries()) check(kind.of, item, `${at}[${i}]`, problems);
      return;
    case 'map':
      if (!isPlain(json)) problems.push(`${at}: ${said(json)} where a map belongs`);
      else for (const [key, item] of Object.entries(json)) check(kind.of, item, `${at}.${key}`, problems);
      return;
    case 'anything':
      return;
    default:
      checkScalar(kind, json, at, problems);
  }
}

function checkScalar(
  kind: Exclude<Kind, { readonly is: 'structure' | 'list' | 'map' | 'anything' }>,
  json: unknown,
  at: string,
  problems: string[],
): void {
  switch (kind.is) {
    case 'integer':
      if (!Number.isInteger(json)) problems.push(`${at}: ${said(json)} where a whole number belongs`);
      return;
    case 'number':
      if (typeof json !== 'number') problems.push(`${at}: ${said(json)} where a number belongs`);
      return;
    case 'flag':
      if (typeof json !== 'boolean') problems.push(`${at}: ${said(json)} where true or false belongs`);
      return;
    case 'timestamp':
      if (typeof json !== 'number' && (typeof json !== 'string' || Number.isNaN(Date.parse(json))))
        problems.push(`${at}: ${said(json)} where a time belongs (epoch seconds or 2030-01-31T12:00:00Z)`);
      return;
    case 'text':
      if (typeof json !== 'string') problems.push(`${at}: ${said(json)} where text belongs`);
      else if (kind.allowed && !kind.allowed.includes(json))
        problems.push(
          `${at}: ${json} is none of ${kind.allowed.join(', ')}${didYouMean(json, kind.allowed)}`,
        );
  }
}

export function isPlain(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function said(json: unknown): string {
  if (Array.isArray(json)) return 'a list';
  if (isPlain(json)) return 'a structure';
  return JSON.stringify(json) ?? 'nothing';
}
