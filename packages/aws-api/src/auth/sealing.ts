import { createCipheriv, createDecipheriv } from 'node:crypto';
import { constants } from 'node:fs';
import { open, readFile, stat } from 'node:fs/promises';
import { CodedError, messageOf, type Random } from '@longshore/kit';

/** What secrets in the store are encrypted with: 32 bytes that lie in a file beside the server, never in the store. */
export interface SealKey {
  readonly bytes: Uint8Array;
}

const version = 1;
const nonceBytes = 12;
const tagBytes = 16;

/** Version, nonce, ciphertext, tag. `context` (the access key's id) is bound in: a secret cannot be moved to another. */
export function seal(key: SealKey, secret: string, context: string, random: Random): Uint8Array {
  const nonce = random.bytes(nonceBytes);
  const cipher = createCipheriv('aes-256-gcm', key.bytes, nonce);
  cipher.setAAD(Buffer.from(context));
  const sealed = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()]);
  return new Uint8Array(Buffer.concat([Buffer.from([version]), nonce, sealed, cipher.getAuthTag()]));
}

/** Throws a CodedError `SealBroken` where key, context or bytes are not those of the sealing. */
export function unseal(key: SealKey, sealed: Uint8Array, context: string): string {
  if (sealed.length < 1 + nonceBytes + tagBytes || sealed[0] !== version)
    throw new CodedError('SealBroken', 'a sealed secret has an unknown format');
  const nonce = sealed.subarray(1, 1 + nonceBytes);
  const text = sealed.subarray(1 + nonceBytes, -tagBytes);
  const decipher = createDecipheriv('aes-256-gcm', key.bytes, nonce);
  decipher.setAAD(Buffer.from(context));
  decipher.setAuthTag(sealed.subarray(-tagBytes));
  try {
    return Buffer.concat([decipher.update(text), decipher.final()]).toString('utf8');
  } catch (cause) {
    const message = 'a sealed secret does not open: was the key file replaced?';
    throw new CodedError('SealBroken', message, { cause });
  }
}

/**
 * The key in the file (64 hex digits, readable by its owner alone), made where there is none. Every replica needs the
 * same file. Throws a CodedError `SealKeyFile` that says what is wrong with it.
 */
export async function readOrMakeSealKey(path: string, random: Random): Promise<SealKey> {
  try {
    const file = await open(path, constants.O_CREAT | constants.O_EXCL | constants.O_WRONLY, 0o600);
    try {
      await file.writeFile(`${Buffer.from(random.bytes(32)).toString('hex')}\n`);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST')
      throw new CodedError('SealKeyFile', `${path}: ${messageOf(thrown)}`, { cause: thrown });
  }
  return await readSealKey(path);
}

async function readSealKey(path: string): Promise<SealKey> {
  const { mode } = await stat(path);
  if ((mode & 0o077) !== 0)
    throw new CodedError('SealKeyFile', `${path}: others can read it: chmod 600 ${path}`);
  const text = (await readFile(path, 'utf8')).trim();
  if (!/^[0-9a-f]{64}$/i.test(text)) throw new CodedError('SealKeyFile', `${path}: must hold 64 hex digits`);
  return { bytes: Buffer.from(text, 'hex') };
}
