import { createHash, timingSafeEqual } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { messageOf, type Parsed } from '@longshore/kit';

/** The two tokens of a cluster: what clients and what agents carry as `authorization: Bearer`. */
export interface Tokens {
  readonly client: string;
  readonly agent: string;
}

const line = /^(client|agent):[ \t]*(\S+)[ \t]*$/;
const shortest = 16;

/** Reads `client: TOKEN` and `agent: TOKEN`. The file's owner alone may read it. */
export function readTokenFile(path: string): Parsed<Tokens> {
  let text: string;
  try {
    const mode = statSync(path).mode & 0o777;
    if ((mode & 0o077) !== 0)
      return bad(`--token-file: ${path} has mode ${mode.toString(8)}, others can read it: chmod 600 ${path}`);
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    return bad(`--token-file: ${messageOf(thrown)}`);
  }
  return parseTokens(text, path);
}

export function parseTokens(text: string, path: string): Parsed<Tokens> {
  const found = new Map<string, string>();
  const problems: string[] = [];
  text.split('\n').forEach((content, index) => {
    if (content.trim() === '' || content.startsWith('#')) return;
    const match = line.exec(content);
    if (!match)
      problems.push(`--token-file: ${path}:${index + 1} is no line \`client: TOKEN\` or \`agent: TOKEN\``);
    else found.set(match[1] ?? '', match[2] ?? '');
  });
  const client = found.get('client');
  const agent = found.get('agent');
  for (const [name, token] of [
    ['client', client],
    ['agent', agent],
  ] as const) {
    if (token === undefined) problems.push(`--token-file: ${path} has no line \`${name}: TOKEN\``);
    else if (token.length < shortest)
      problems.push(`--token-file: the ${name} token of ${path} has fewer than ${shortest} characters`);
  }
  if (client !== undefined && client === agent)
    problems.push(`--token-file: ${path} gives clients and agents the same token`);
  if (client === undefined && agent === undefined && /^\s*\S+\s*$/.test(text))
    return bad(
      `--token-file: ${path} holds one token, as clients and agents read it from LONGSHORE_TOKEN_FILE; ` +
        'the server needs a file with lines `client: TOKEN` and `agent: TOKEN`',
    );
  if (problems.length > 0 || client === undefined || agent === undefined) return { ok: false, problems };
  return { ok: true, value: { client, agent } };
}

/** Equal or not, in a time that says nothing of where they differ. */
export function sameToken(a: string, b: string): boolean {
  return timingSafeEqual(digest(a), digest(b));
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function bad(problem: string): Parsed<never> {
  return { ok: false, problems: [problem] };
}
