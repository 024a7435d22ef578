import { createHash, timingSafeEqual } from 'node:crypto';
import { Sha256 } from '@aws-crypto/sha256-js';
import { EcsError } from '@longshore/model';
import { HttpRequest as SignableRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { HttpRequest } from '../http/exchange.js';
import type { SignatureClaim } from './authorization-header.js';

const hashHeader = 'x-amz-content-sha256';

/**
 * Signs the request as it was received with the secret, and compares. Throws InvalidSignatureException, which says
 * nothing of what was expected.
 */
export async function verifySignature(
  request: HttpRequest,
  body: Uint8Array,
  claim: SignatureClaim,
  secretAccessKey: string,
): Promise<void> {
  // Hashed natively: in JavaScript a body of 1 MiB takes longer than a turn may.
  const bodyHash = createHash('sha256').update(body).digest('hex');
  const signsHash = claim.signedHeaders.includes(hashHeader);
  if (signsHash && request.headers[hashHeader] !== bodyHash) throw mismatch();
  const { accessKeyId, region, service } = claim;
  const signer = new SignatureV4({
    credentials: { accessKeyId, secretAccessKey },
    region,
    service,
    sha256: Sha256,
    applyChecksum: false,
  });
  const signed = await signer.sign(signable(request, claim, bodyHash), {
    signingDate: claim.signedAt,
    signableHeaders: new Set(
      signsHash ? claim.signedHeaders : claim.signedHeaders.filter((h) => h !== hashHeader),
    ),
    ...(signsHash ? {} : { unsignableHeaders: new Set([hashHeader]) }),
  });
  const expected = /Signature=([0-9a-f]{64})$/.exec(signed.headers.authorization ?? '')?.[1];
  if (expected === undefined || !timingSafeEqual(Buffer.from(expected), Buffer.from(claim.signature)))
    throw mismatch();
}

/** The request with the headers that were signed, and the body's hash so that it is not computed again. */
function signable(request: HttpRequest, claim: SignatureClaim, bodyHash: string): SignableRequest {
  const headers: Record<string, string> = { [hashHeader]: bodyHash };
  for (const name of claim.signedHeaders) {
    const value = request.headers[name];
    if (value === undefined) throw mismatch();
    headers[name] = value;
  }
  return new SignableRequest({
    method: request.method,
    protocol: 'http:',
    hostname: 'signed-by-its-host-header',
    path: request.path,
    query: queryOf(request.query),
    headers,
  });
}

function queryOf(text: string): Record<string, string[]> {
  const query = new Map<string, string[]>();
  for (const pair of text.split('&').filter((p) => p !== '')) {
    const [name = '', value = ''] = pair.split('=', 2);
    const key = decoded(name);
    query.set(key, [...(query.get(key) ?? []), decoded(value)]);
  }
  return Object.fromEntries(query);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw mismatch();
  }
}

function mismatch(): EcsError {
  const message =
    'The signature of the request does not fit it: check the secret access key and the signing method.';
  return new EcsError('InvalidSignatureException', message);
}
