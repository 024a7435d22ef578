import { EcsError } from '@longshore/model';

/** No shape of ECS comes near. */
const maxDepth = 64;

/**
 * JSON as the wire allows it: UTF-8, no key twice in one object, nested no deeper than sense. Throws
 * SerializationException. Two equal keys are refused because readers differ in which of them they take, and what one
 * has checked another would run.
 */
export function parseStrictJson(bytes: Uint8Array): unknown {
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw serialization('The request body is not UTF-8.', cause);
  }
  try {
    refuseDuplicates(text);
    return JSON.parse(text);
  } catch (cause) {
    if (cause instanceof EcsError) throw cause;
    // The parser's message quotes the body, where secrets may stand.
    throw serialization('The request body is not JSON.', cause);
  }
}

/** Looks at brackets and keys alone: what is no JSON passes here and fails in the parser. */
function refuseDuplicates(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let keyNext = false;
  for (let at = 0; at < text.length; at++) {
    switch (text[at]) {
      case '"': {
        const end = endOfText(text, at);
        if (keyNext) addKey(open.at(-1), text.slice(at, end + 1));
        keyNext = false;
        at = end;
        break;
      }
      case '{':
      case '[':
        if (open.length >= maxDepth) throw serialization('The request body is nested too deeply.');
        open.push(text[at] === '{' ? new Set() : undefined);
        keyNext = text[at] === '{';
        break;
      case '}':
      case ']':
        open.pop();
        keyNext = false;
        break;
      case ',':
        keyNext = open.at(-1) !== undefined;
        break;
    }
  }
}

function addKey(keys: Set<string> | undefined, quoted: string): void {
  // The same key may be written in two ways: "a" and "\u0061".
  const key = quoted.includes('\\') ? String(JSON.parse(quoted)) : quoted.slice(1, -1);
  if (keys?.has(key))
    throw serialization(`The key ${JSON.stringify(key.slice(0, 64))} stands twice in one object.`);
  keys?.add(key);
}

/** Where the closing quote of the text that opens at `start` stands; the end where there is none. */
function endOfText(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let slashes = 0;
    while (text[end - 1 - slashes] === '\\') slashes++;
    if (slashes % 2 === 0) return end;
  }
  return text.length;
}

function serialization(message: string, cause?: unknown): EcsError {
  return new EcsError('SerializationException', message, { cause });
}
