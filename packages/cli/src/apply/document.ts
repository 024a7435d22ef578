import { parseAllDocuments } from 'yaml';
import { usageError } from '../exit.js';
import type { Json } from '../operations/call.js';
import { isPlain, problemsIn } from '../words/check.js';
import { membersOf } from '../words/members.js';
import { nearest } from '../words/nearest.js';

/** What a file to apply holds: what it says, and what it is. */
export interface Document {
  readonly kind: 'task definition' | 'service';
  readonly json: Json;
  /** The file, and which of several documents in it: for messages. */
  readonly from: string;
}

const shapes = {
  'task definition': { request: 'RegisterTaskDefinitionRequest', answer: 'TaskDefinition' },
  service: { request: 'CreateServiceRequest', answer: 'Service' },
} as const;

const wrappers = { taskDefinition: 'task definition', service: 'service' } as const;

/** Reads JSON or YAML, also several YAML documents. Throws usage errors that name file, place and the nearest right name. */
export function readDocuments(text: string, from: string): readonly Document[] {
  // JSON is YAML too: one reader, whose errors name line and column.
  const parsed = parseAllDocuments(text, { prettyErrors: true });
  if (!Array.isArray(parsed)) throw usageError(`${from}: is empty`);
  const documents = parsed.flatMap((document, i) => {
    const name = parsed.length > 1 ? `${from} (document ${i + 1})` : from;
    const [error] = document.errors;
    if (error)
      throw usageError(`${name}: ${error.message.split('\n')[0]?.replace(/:$/, '') ?? 'cannot be read'}`);
    const json: unknown = document.toJS({ maxAliasCount: 100 });
    return json === null || json === undefined ? [] : [toDocument(json, name)];
  });
  if (documents.length === 0) throw usageError(`${from}: is empty`);
  return documents;
}

function toDocument(found: unknown, from: string): Document {
  if (!isPlain(found)) throw usageError(`${from}: not a task definition or service, but no structure at all`);
  const { json, kind } = unwrapped(found);
  const { request, answer } = shapes[kind];
  const problems = problemsIn(request, withoutAnswers(json, request, answer));
  if (problems.length > 0)
    throw usageError(
      problems.length === 1
        ? `${from}: ${problems[0]}`
        : `${from}: ${problems.length} problems\n${problems.map((p) => `  ${p}`).join('\n')}`,
    );
  const name = kind === 'service' ? 'serviceName' : 'family';
  if (typeof json[name] !== 'string')
    throw usageError(`${from}: ${name} is missing: the name of the ${kind}`);
  return { kind, json: withoutAnswers(json, request, answer), from };
}

/** What `describe-task-definition` prints can be applied as it is: `{"taskDefinition": {...}}`. */
function unwrapped(found: Json): { readonly json: Json; readonly kind: Document['kind'] } {
  for (const [key, kind] of Object.entries(wrappers)) {
    const inner = found[key];
    if (isPlain(inner)) return { json: inner, kind };
  }
  return { json: found, kind: kindOf(found) };
}

/** Members that only an answer has (revision, status, taskDefinitionArn) say nothing about what shall be. */
function withoutAnswers(json: Json, request: string, answer: string): Json {
  const asked = new Set(membersOf(request).map((m) => m.name));
  const answered = new Set(membersOf(answer).map((m) => m.name));
  return Object.fromEntries(Object.entries(json).filter(([key]) => asked.has(key) || !answered.has(key)));
}

/** The kind whose members the keys fit best; a misspelt key counts for the name that is nearest to it. */
function kindOf(json: Json): Document['kind'] {
  const keys = Object.keys(json);
  const fit = (shape: string): number => {
    const names = membersOf(shape).map((m) => m.name);
    return keys.reduce((sum, k) => sum + (names.includes(k) ? 1 : nearest(k, names) ? 0.9 : 0), 0);
  };
  return fit(shapes.service.request) > fit(shapes['task definition'].request) ? 'service' : 'task definition';
}
