import { EcsError, type EcsErrorName } from '@longshore/model';
import type { Identity } from '../auth/authenticate.js';
import type { HttpAnswer } from '../http/exchange.js';
import { headersOf, retryAfter } from './answers.js';

const namespace = 'https://sts.amazonaws.com/doc/2011-06-15/';

/** The one action of STS that tools call before anything else. Throws UnknownOperationException for another. */
export function checkStsAction(body: Uint8Array): void {
  const action = new URLSearchParams(Buffer.from(body).toString('latin1')).get('Action');
  if (action !== 'GetCallerIdentity')
    throw new EcsError('UnknownOperationException', 'Of STS this server answers GetCallerIdentity alone.');
}

/** `sts:GetCallerIdentity` in the AWS query protocol. */
export function callerIdentity(identity: Identity, accountId: string, requestId: string): HttpAnswer {
  const arn = `arn:aws:iam::${accountId}:user/${identity.name}`;
  const body =
    `<GetCallerIdentityResponse xmlns="${namespace}"><GetCallerIdentityResult>` +
    `<Arn>${escaped(arn)}</Arn><UserId>${escaped(identity.name)}</UserId><Account>${escaped(accountId)}</Account>` +
    `</GetCallerIdentityResult><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata>` +
    `</GetCallerIdentityResponse>`;
  return { status: 200, headers: headersOf('text/xml', requestId), body };
}

/** STS has its own words for what the protocol refuses. */
const stsErrors: Partial<Readonly<Record<EcsErrorName, { readonly code: string; readonly status: number }>>> =
  {
    UnrecognizedClientException: { code: 'InvalidClientTokenId', status: 403 },
    InvalidSignatureException: { code: 'SignatureDoesNotMatch', status: 403 },
    MissingAuthenticationTokenException: { code: 'MissingAuthenticationToken', status: 403 },
    IncompleteSignatureException: { code: 'IncompleteSignature', status: 400 },
    UnknownOperationException: { code: 'InvalidAction', status: 400 },
    ThrottlingException: { code: 'Throttling', status: 400 },
    AccessDeniedException: { code: 'AccessDenied', status: 403 },
  };

export function stsError(error: EcsError, requestId: string): HttpAnswer {
  const { code, status } = stsErrors[error.code] ?? { code: error.code, status: error.httpStatus };
  const body =
    `<ErrorResponse xmlns="${namespace}"><Error><Type>${error.fault === 'client' ? 'Sender' : 'Receiver'}</Type>` +
    `<Code>${code}</Code><Message>${escaped(error.message)}</Message></Error>` +
    `<RequestId>${requestId}</RequestId></ErrorResponse>`;
  return { status, headers: { ...headersOf('text/xml', requestId), ...retryAfter(error) }, body };
}

function escaped(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&apos;',
  };
  return text.replace(/[&<>"']/g, (c) => entities[c] ?? c);
}
