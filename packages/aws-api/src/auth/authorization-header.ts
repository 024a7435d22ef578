import { EcsError } from '@longshore/model';

/** What a request says of its signature. Nothing of it is verified. */
export interface SignatureClaim {
  readonly accessKeyId: string;
  /** YYYYMMDD */
  readonly day: string;
  readonly region: string;
  readonly service: string;
  readonly signedHeaders: readonly string[];
  /** 64 lower-case hex digits. */
  readonly signature: string;
  readonly signedAt: Date;
}

export const algorithm = 'AWS4-HMAC-SHA256';

/**
 * Reads `Authorization` and `X-Amz-Date`. Throws MissingAuthenticationTokenException where there is no signature,
 * IncompleteSignatureException where there is half of one.
 */
export function readClaim(headers: Readonly<Record<string, string | undefined>>): SignatureClaim {
  const header = headers.authorization;
  if (header === undefined || header.trim() === '')
    throw new EcsError('MissingAuthenticationTokenException', 'The request is not signed.');
  if (!header.startsWith(`${algorithm} `))
    throw incomplete(`The Authorization header does not begin with ${algorithm}.`);
  const part = partsOf(header.slice(algorithm.length + 1));
  const scope = part('Credential').split('/');
  const [accessKeyId = '', day = '', region = '', service = '', end] = scope;
  if (scope.length !== 5 || end !== 'aws4_request' || !/^\d{8}$/.test(day))
    throw incomplete('The Credential must be KEY/YYYYMMDD/REGION/SERVICE/aws4_request.');
  if (!/^\w{1,128}$/.test(accessKeyId) || !/^[a-z0-9-]{1,64}$/.test(region))
    throw incomplete('The Credential names no access key or no region.');
  const signature = part('Signature');
  if (!/^[0-9a-f]{64}$/.test(signature)) throw incomplete('The Signature is not 64 hex digits.');
  return {
    accessKeyId,
    day,
    region,
    service,
    signedHeaders: signedHeadersOf(part('SignedHeaders')),
    signature,
    signedAt: signedAt(headers['x-amz-date'], day),
  };
}

function partsOf(text: string): (name: string) => string {
  const parts = new Map<string, string>();
  for (const piece of text.split(',')) {
    const [, name, value] = /^\s*(\w+)=(\S+)\s*$/.exec(piece) ?? [];
    if (name !== undefined && value !== undefined) parts.set(name, value);
  }
  return (name) => {
    const value = parts.get(name);
    if (value === undefined) throw incomplete(`The Authorization header lacks ${name}.`);
    return value;
  };
}

function signedHeadersOf(text: string): readonly string[] {
  const names = text.split(';');
  if (!names.every((n) => /^[a-z0-9-]{1,128}$/.test(n)))
    throw incomplete('SignedHeaders must be lower-case names with ; between them.');
  if (!names.includes('host')) throw incomplete('SignedHeaders must hold host.');
  return names;
}

function signedAt(date: string | undefined, day: string): Date {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(date ?? '');
  if (!match) throw incomplete('X-Amz-Date must be there and look like 20300131T120000Z.');
  const [, year, month, dayOfMonth, hour, minute, second] = match;
  const parsed = new Date(`${year}-${month}-${dayOfMonth}T${hour}:${minute}:${second}Z`);
  if (Number.isNaN(parsed.getTime())) throw incomplete('X-Amz-Date is no date.');
  if (date?.slice(0, 8) !== day) throw incomplete('The day of the Credential is not that of X-Amz-Date.');
  return parsed;
}

function incomplete(message: string): EcsError {
  return new EcsError('IncompleteSignatureException', message);
}
