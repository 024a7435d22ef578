import { usageError } from '../exit.js';
import { isPlain } from './check.js';
import { type Kind, membersOf } from './members.js';
import { type Loose, parseShorthand, ShorthandError } from './shorthand.js';

/** Reads what `file://` names. Rejects with a CliError that names the file. */
export type FileReader = (path: string) => string;

/**
 * The JSON value of the words given for one member: `--tasks a b`, `--tags key=a,value=b`,
 * `--network-configuration '{"awsvpcConfiguration":{}}'`, `--overrides file://o.json`.
 */
export function valueOfWords(
  option: string,
  kind: Kind,
  words: readonly string[],
  readFile: FileReader,
): unknown {
  const texts = words.map((w) => (w.startsWith('file://') ? readFile(w.slice('file://'.length)) : w));
  if (kind.is === 'list') return listOf(option, kind.of, texts);
  const [text, ...more] = texts;
  if (text === undefined) throw usageError(`${option}: a value is missing`);
  if (more.length > 0) throw usageError(`${option}: takes one value, not ${texts.length}`);
  return oneOf(option, kind, text);
}

function listOf(option: string, kind: Kind, texts: readonly string[]): unknown {
  const [first] = texts;
  if (texts.length === 1 && first?.trimStart().startsWith('[')) return json(option, first);
  return texts.map((t) => oneOf(option, kind, t));
}

function oneOf(option: string, kind: Kind, text: string): unknown {
  switch (kind.is) {
    case 'structure':
    case 'map':
      if (/^\s*[{[]/.test(text)) return json(option, text);
      return typed(kind, shorthand(option, text));
    case 'anything':
      return json(option, text);
    case 'list':
      return listOf(option, kind.of, [text]);
    default:
      return scalar(kind, text);
  }
}

/** The text as the number, flag or text that the member holds; what cannot be one stays text and is named later. */
function scalar(kind: Kind, text: string): unknown {
  if ((kind.is === 'integer' || kind.is === 'number') && text.trim() !== '' && !Number.isNaN(Number(text)))
    return Number(text);
  if (kind.is === 'timestamp' && /^\d+(\.\d+)?$/.test(text)) return Number(text);
  if (kind.is === 'flag' && /^(true|false)$/i.test(text)) return text.toLowerCase() === 'true';
  return text;
}

function json(option: string, text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw usageError(`${option}: not JSON: ${(thrown as Error).message}`);
  }
}

function shorthand(option: string, text: string): Loose {
  try {
    return parseShorthand(text);
  } catch (thrown) {
    if (thrown instanceof ShorthandError)
      throw usageError(`${option}: ${thrown.message}`, 'write JSON, or key=value,key2=value2');
    throw thrown;
  }
}

/** Shorthand knows text only; the descriptor says what is a number, a flag, or a list of one. */
function typed(kind: Kind, loose: Loose): unknown {
  switch (kind.is) {
    case 'list':
      return (Array.isArray(loose) ? loose : [loose]).map((v: Loose) => typed(kind.of, v));
    case 'map':
      return isPlain(loose)
        ? Object.fromEntries(Object.entries(loose).map(([k, v]) => [k, typed(kind.of, v as Loose)]))
        : loose;
    case 'structure': {
      if (!isPlain(loose)) return loose;
      const members = membersOf(kind.shape);
      return Object.fromEntries(
        Object.entries(loose).map(([k, v]) => {
          const member = members.find((m) => m.name === k);
          return [k, member ? typed(member.kind, v as Loose) : v];
        }),
      );
    }
    default:
      return typeof loose === 'string' ? scalar(kind, loose) : loose;
  }
}
