import type { Clock } from '@longshore/kit';
import { EcsError } from '@longshore/model';
import { type HttpRequest, isLoopback } from '../http/exchange.js';
import { readClaim, type SignatureClaim } from './authorization-header.js';
import { verifySignature } from './signature.js';

/** Who calls, and where it thinks it is. */
export interface Identity {
  readonly kind: 'access-key' | 'anonymous';
  /** The access key's id, or `anonymous`. */
  readonly name: string;
  /** Of the signature's scope; ARNs in the answer carry it. */
  readonly region: string;
}

/**
 * Two steps, so that a body is read only for a caller who might be let in: `claim` looks at the headers, `verify` at
 * the whole. Both throw ECS's protocol exceptions.
 */
export interface Authenticator {
  claim(request: HttpRequest, service: SigningService): Promise<PendingIdentity>;
}

export interface PendingIdentity {
  verify(body: Uint8Array): Promise<Identity>;
}

export type SigningService = 'ecs' | 'sts';

export interface SignatureV4Options {
  /** The secret of an access key; undefined: there is no such key. */
  readonly secretOf: (accessKeyId: string) => string | undefined | Promise<string | undefined>;
  readonly clock: Clock;
  /** How far the caller's clock may be off; AWS allows 5 minutes. */
  readonly maxSkewMs?: number;
  /** The only regions that are served; absent: any. */
  readonly regions?: readonly string[] | undefined;
  /** Lets unsigned calls in that come from this machine, in this region. */
  readonly anonymous?: { readonly region: string } | undefined;
}

/** Signature Version 4 over headers, against the access keys of the store. */
export function signatureV4(options: SignatureV4Options): Authenticator {
  return {
    claim: async (request, service) => {
      const { anonymous } = options;
      if (anonymous && request.headers.authorization === undefined && isLocal(request))
        return { verify: async () => ({ kind: 'anonymous', name: 'anonymous', region: anonymous.region }) };
      const claim = readClaim(request.headers);
      checkSigned(request, claim);
      const secret = await options.secretOf(claim.accessKeyId);
      if (secret === undefined)
        throw new EcsError('UnrecognizedClientException', 'The access key of the request is not known here.');
      checkTime(claim, options);
      checkScope(claim, service, options.regions);
      return { verify: (body) => verified(request, body, claim, secret) };
    },
  };
}

async function verified(
  request: HttpRequest,
  body: Uint8Array,
  claim: SignatureClaim,
  secret: string,
): Promise<Identity> {
  await verifySignature(request, body, claim, secret);
  return { kind: 'access-key', name: claim.accessKeyId, region: claim.region };
}

/** A page in a browser of this machine must not speak for it: names that only look local do not count. */
function isLocal(request: HttpRequest): boolean {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return isLoopback(request.peer) && (host === 'localhost' || isLoopback(host));
}

/** What decides about the call must stand under the signature, else it could be exchanged. */
function checkSigned(request: HttpRequest, claim: SignatureClaim): void {
  for (const name of ['x-amz-date', 'x-amz-target'])
    if (request.headers[name] !== undefined && !claim.signedHeaders.includes(name))
      throw new EcsError('IncompleteSignatureException', `SignedHeaders must hold ${name}.`);
}

function checkTime(claim: SignatureClaim, options: SignatureV4Options): void {
  const { clock, maxSkewMs = 5 * 60_000 } = options;
  const nowMs = clock.wallMs();
  if (Math.abs(nowMs - claim.signedAt.getTime()) <= maxSkewMs) return;
  const signed = claim.signedAt.toISOString();
  const now = new Date(nowMs).toISOString();
  const direction = claim.signedAt.getTime() < nowMs ? 'Signature expired' : 'Signature not yet current';
  throw new EcsError(
    'InvalidSignatureException',
    `${direction}: signed at ${signed}, the server's clock says ${now}, and they may differ by ${maxSkewMs / 1000} s.`,
  );
}

function checkScope(
  claim: SignatureClaim,
  service: SigningService,
  regions: readonly string[] | undefined,
): void {
  if (claim.service !== service)
    throw new EcsError(
      'InvalidSignatureException',
      `The credential must be scoped to the service ${service}.`,
    );
  if (regions && !regions.includes(claim.region))
    throw new EcsError(
      'InvalidSignatureException',
      `The credential must be scoped to one of the regions ${regions.join(', ')}.`,
    );
}
