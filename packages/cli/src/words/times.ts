import { isPlain } from './check.js';
import { type Kind, membersOf } from './members.js';

/** ECS's JSON with its epoch seconds as ISO 8601, as the aws CLI shows them. */
export function timesForPeople(shape: string, json: unknown): unknown {
  return ofKind({ is: 'structure', shape }, json);
}

function ofKind(kind: Kind, json: unknown): unknown {
  switch (kind.is) {
    case 'timestamp':
      return typeof json === 'number' ? new Date(json * 1000).toISOString() : json;
    case 'list':
      return Array.isArray(json) ? json.map((item) => ofKind(kind.of, item)) : json;
    case 'map':
      return isPlain(json)
        ? Object.fromEntries(Object.entries(json).map(([k, v]) => [k, ofKind(kind.of, v)]))
        : json;
    case 'structure': {
      if (!isPlain(json)) return json;
      const kinds = new Map(membersOf(kind.shape).map((m) => [m.name, m.kind]));
      return Object.fromEntries(
        Object.entries(json).map(([k, v]) => {
          const inner = kinds.get(k);
          return [k, inner ? ofKind(inner, v) : v];
        }),
      );
    }
    default:
      return json;
  }
}
