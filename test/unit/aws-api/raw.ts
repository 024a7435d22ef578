import { connect } from 'node:net';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';
import { accessKeyId, type Rig, secretAccessKey, targetPrefix } from './rig.js';

export interface RawRequest {
  readonly operation?: string;
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Applied after signing. */
  readonly tamper?: (headers: Record<string, string>) => void;
  readonly sign?:
    | {
        readonly secret?: string;
        readonly keyId?: string;
        readonly service?: string;
        readonly date?: Date;
        readonly region?: string;
      }
    | false;
  readonly path?: string;
  /** Where it is sent, if not where it was signed for. */
  readonly sentPath?: string;
}

export interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** `__type` of a JSON error. */
  readonly type: string | undefined;
  readonly message: string | undefined;
}

/** A request made by hand: signed like an SDK's, unless told otherwise. */
export async function ask(rig: Rig, raw: RawRequest = {}): Promise<RawAnswer> {
  const body = raw.body ?? '{}';
  const headers: Record<string, string> = {
    host: `127.0.0.1:${rig.port}`,
    'content-type': 'application/x-amz-json-1.1',
    ...(raw.operation === '' ? {} : { 'x-amz-target': `${targetPrefix}${raw.operation ?? 'ListClusters'}` }),
    ...raw.headers,
  };
  const signed = raw.sign === false ? headers : await signedHeaders(headers, body, raw);
  raw.tamper?.(signed);
  const { host: _, ...sent } = signed;
  const url = `${rig.endpoint}${raw.sentPath ?? raw.path ?? '/'}`;
  const response = await fetch(url, { method: 'POST', headers: sent, body: asBody(body) });
  const text = await response.text();
  const json = parsed(text);
  return {
    status: response.status,
    headers: response.headers,
    text,
    type: json?.__type,
    message: json?.message,
  };
}

async function signedHeaders(
  headers: Record<string, string>,
  body: string | Uint8Array,
  raw: RawRequest,
): Promise<Record<string, string>> {
  const {
    secret = secretAccessKey,
    keyId = accessKeyId,
    service = 'ecs',
    region = 'us-east-1',
    date,
  } = raw.sign || {};
  const signer = new SignatureV4({
    credentials: { accessKeyId: keyId, secretAccessKey: secret },
    region,
    service,
    sha256: Sha256,
  });
  const [path = '/', search = ''] = (raw.path ?? '/').split('?');
  const query = Object.fromEntries(new URLSearchParams(search));
  const request = new HttpRequest({ method: 'POST', hostname: '127.0.0.1', path, query, headers, body });
  const signed = await signer.sign(request, date ? { signingDate: date } : {});
  return { ...signed.headers };
}

function asBody(body: string | Uint8Array): string | Uint8Array<ArrayBuffer> {
  return typeof body === 'string' ? body : new Uint8Array(body);
}

function parsed(text: string): { __type?: string; message?: string } | undefined {
  try {
    return JSON.parse(text) as { __type?: string; message?: string };
  } catch {
    // An answer of another kind: the caller looks at its text.
    return undefined;
  }
}

/** Bytes on a bare connection; resolves with what came back when the server closes it or `untilMs` has passed. */
export function sendBytes(
  port: number,
  write: (send: (bytes: string) => void) => void,
  untilMs: number,
): Promise<string> {
  return new Promise((resolve) => {
    let found = '';
    const socket = connect(port, '127.0.0.1', () => write((bytes) => void socket.write(bytes)));
    socket.setTimeout(untilMs, () => socket.destroy());
    socket.on('data', (chunk) => {
      found += chunk.toString('latin1');
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(found));
  });
}
