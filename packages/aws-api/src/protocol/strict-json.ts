import { isUtf8 } from 'node:buffer';
import { EcsError } from '@longshore/model';

/** No shape of ECS comes near. */
const maxDepth = 64;

const quote = 0x22;
const comma = 0x2c;
const openList = 0x5b;
const backslash = 0x5c;
const closeList = 0x5d;
const openObject = 0x7b;
const closeObject = 0x7d;

/**
 * JSON as the wire allows it: UTF-8, no key twice in one object, nested no deeper than sense. Throws
 * SerializationException. Two equal keys are refused because readers differ in which of them they take, and what one
 * has checked another would run.
 */
export function parseStrictJson(body: Uint8Array): unknown {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  refuseDuplicates(bytes);
  if (!isUtf8(bytes)) throw notJson();
  try {
    return JSON.parse(bytes.toString('utf8'));
  } catch (cause) {
    // The parser's message quotes the body, where secrets may stand.
    throw notJson(cause);
  }
}

/**
 * Looks at brackets and keys alone, on the bytes (what it looks for is ASCII): most of what is no JSON is refused here
 * without a copy as text, so that a flood of it leaves little behind; the rest fails in the parser.
 */
function refuseDuplicates(bytes: Buffer): void {
  const open: (Set<string> | undefined)[] = [];
  let keyNext = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (byte === quote) {
      const end = endOfText(bytes, at);
      if (keyNext) addKey(open.at(-1), bytes.toString('utf8', at, end + 1));
      keyNext = false;
      at = end;
    } else if (byte === openObject || byte === openList) {
      if (open.length >= maxDepth) throw serialization('The request body is nested too deeply.');
      open.push(byte === openObject ? new Set() : undefined);
      keyNext = byte === openObject;
    } else if (byte === closeObject || byte === closeList) {
      open.pop();
      keyNext = false;
    } else if (byte === comma) keyNext = open.at(-1) !== undefined;
  }
  if (open.length > 0) throw notJson();
}

function addKey(keys: Set<string> | undefined, quoted: string): void {
  const key = quoted.includes('\\') ? unescaped(quoted) : quoted.slice(1, -1);
  if (keys?.has(key))
    throw serialization(`The key ${JSON.stringify(key.slice(0, 64))} stands twice in one object.`);
  keys?.add(key);
}

/** The same key may be written in two ways: "a" and "\u0061". */
function unescaped(quoted: string): string {
  try {
    return String(JSON.parse(quoted));
  } catch (cause) {
    throw notJson(cause);
  }
}

/** Where the closing quote of the text that opens at `start` stands. */
function endOfText(bytes: Buffer, start: number): number {
  for (let end = bytes.indexOf(quote, start + 1); end >= 0; end = bytes.indexOf(quote, end + 1)) {
    let slashes = 0;
    while (bytes[end - 1 - slashes] === backslash) slashes++;
    if (slashes % 2 === 0) return end;
  }
  throw notJson();
}

function notJson(cause?: unknown): EcsError {
  return serialization('The request body is not JSON in UTF-8.', cause);
}

function serialization(message: string, cause?: unknown): EcsError {
  return new EcsError('SerializationException', message, { cause });
}
