import type { EcsError } from '@longshore/model';
import type { HttpAnswer } from '../http/exchange.js';

export const jsonContentType = 'application/x-amz-json-1.1';

/** What an operation answered, in the AWS JSON 1.1 protocol. */
export function jsonAnswer(json: unknown, requestId: string): HttpAnswer {
  return { status: 200, headers: headersOf(jsonContentType, requestId), body: JSON.stringify(json) };
}

/** An exception in the same: `{"__type", "message"}` and, for a conflict, the resources. */
export function jsonError(error: EcsError, requestId: string): HttpAnswer {
  const { code, message, resourceIds } = error;
  return {
    status: error.httpStatus,
    headers: { ...headersOf(jsonContentType, requestId), ...retryAfter(error) },
    body: JSON.stringify({ __type: code, message, ...(resourceIds ? { resourceIds } : {}) }),
  };
}

export function retryAfter(error: EcsError): Record<string, string> {
  if (error.retryAfterMs === undefined) return {};
  return { 'retry-after': String(Math.max(1, Math.ceil(error.retryAfterMs / 1000))) };
}

export function headersOf(contentType: string, requestId: string): Record<string, string> {
  return { 'content-type': contentType, 'x-amzn-requestid': requestId };
}
