import { hkdfSync } from 'node:crypto';
import { readOrMakeSealKey, type SealKey } from '@longshore/aws-api';
import { CodedError, type Random } from '@longshore/kit';
import type { Config } from '../config/config.js';
import { readTokenFile, type Tokens } from './tokens.js';

/** What the server knows and never shows. */
export interface Secrets {
  readonly tokens: Tokens | undefined;
  /** Undefined: there is nothing that all replicas share to make a key from. */
  readonly sealKey: SealKey | undefined;
}

/** Throws a CodedError `BadSecrets` that says what is wrong with which file. */
export async function loadSecrets(config: Config, random: Random): Promise<Secrets> {
  const tokens = tokensOf(config);
  return { tokens, sealKey: await sealKeyOf(config, tokens, random) };
}

function tokensOf(config: Config): Tokens | undefined {
  if (!config.tokenFile) return undefined;
  const read = readTokenFile(config.tokenFile);
  if (!read.ok) throw new CodedError('BadSecrets', read.problems.join('\n'));
  return read.value;
}

/**
 * From the key file; else from the tokens, which all replicas share too; a server without both keeps a key of its own
 * only where its store ends with it.
 */
async function sealKeyOf(
  config: Config,
  tokens: Tokens | undefined,
  random: Random,
): Promise<SealKey | undefined> {
  if (config.secretKeyFile) return await readOrMakeSealKey(config.secretKeyFile, random);
  if (tokens) {
    const bytes = hkdfSync('sha256', `${tokens.client}\n${tokens.agent}`, '', 'longshore access keys', 32);
    return { bytes: new Uint8Array(bytes) };
  }
  return config.memoryStore ? { bytes: random.bytes(32) } : undefined;
}
