import type { Random } from '@longshore/kit';

export interface AccessKeyPair {
  /** Begins with LONGSHORE, so that Amazon refuses it by itself; 20 characters, as tools expect. */
  readonly accessKeyId: string;
  /** 40 characters; shown once. */
  readonly secretAccessKey: string;
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

export function newAccessKey(random: Random): AccessKeyPair {
  const digits = Array.from(random.bytes(11), (b) => alphabet[b % alphabet.length]);
  return {
    accessKeyId: `LONGSHORE${digits.join('')}`,
    secretAccessKey: Buffer.from(random.bytes(30)).toString('base64'),
  };
}
