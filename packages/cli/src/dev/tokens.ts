import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDirectory, type Random } from '@longshore/kit';

/**
 * Makes the two tokens of a cluster once and keeps them: `tokens/server` for the server, `tokens/client` for the CLI,
 * `tokens/agent` for agents. All of mode 0600.
 */
export function ensureTokens(dataDir: string, random: Random): { readonly clientFile: string } {
  const directory = join(dataDir, 'tokens');
  const clientFile = join(directory, 'client');
  makeDirectory(directory, 0o700);
  const write = (name: string, text: string): void =>
    writeFileSync(join(directory, name), text, { mode: 0o600 });
  if (!existsSync(join(directory, 'server'))) {
    const client = token(random);
    const agent = token(random);
    write('client', `${client}\n`);
    write('agent', `${agent}\n`);
    // Last: it says that all three are there.
    write('server', `client: ${client}\nagent: ${agent}\n`);
  }
  return { clientFile };
}

function token(random: Random): string {
  return Buffer.from(random.bytes(32)).toString('base64url');
}

export interface KeyPair {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** The access key that an earlier start made, if there is one. */
export function readKeyPair(dataDir: string): KeyPair | undefined {
  const file = keyFile(dataDir);
  if (!existsSync(file)) return undefined;
  const { accessKeyId, secretAccessKey } = JSON.parse(readFileSync(file, 'utf8')) as Partial<KeyPair>;
  return accessKeyId && secretAccessKey ? { accessKeyId, secretAccessKey } : undefined;
}

export function writeKeyPair(dataDir: string, pair: KeyPair): void {
  writeFileSync(keyFile(dataDir), `${JSON.stringify(pair)}\n`, { mode: 0o600 });
}

function keyFile(dataDir: string): string {
  return join(dataDir, 'tokens', 'access-key.json');
}
