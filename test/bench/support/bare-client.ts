import http2, { type ClientHttp2Session, type ClientHttp2Stream } from 'node:http2';
import { leanHttp2 } from '@longshore/kit';
import {
  codecOf,
  type EcsServiceOperations,
  type MessageName,
  protoPackage,
  serviceDescriptor,
} from '@longshore/model';
import type { RequestOf, ResponseOf } from '@longshore/rpc';

type Operation = keyof EcsServiceOperations;

/** What a client may send before the server's event loop has its next turn, as our own clients let it. */
const windowBytes = 2 ** 20;
const timeoutSeconds = 30;

/**
 * EcsService over one connection by Node's HTTP/2 alone. Who asks shares the processors of who answers: grpc-js takes
 * twice as much for a call, and its own waits would be measured with the server's. Nothing is checked or sent again.
 */
export class BareEcsClient {
  readonly #url: string;
  readonly #messages: ReadonlyMap<string, { readonly request: MessageName; readonly response: MessageName }>;
  #session: ClientHttp2Session | undefined;

  /** `endpoint`: host and port of a server without TLS. */
  constructor(endpoint: string) {
    leanHttp2();
    this.#url = `http://${endpoint}`;
    this.#messages = new Map(
      serviceDescriptor('EcsService').methodsArray.map(({ name, requestType, responseType }) => [
        name,
        { request: requestType as MessageName, response: responseType as MessageName },
      ]),
    );
  }

  /** Rejects with the status and the message of the server, or with what became of the connection. */
  async call<M extends Operation>(
    operation: M,
    request: RequestOf<'EcsService', M>,
  ): Promise<ResponseOf<'EcsService', M>> {
    const messages = this.#messages.get(operation);
    if (!messages) throw new Error(`EcsService has no ${operation}`);
    const stream = this.#connected().request({
      ':method': 'POST',
      ':path': `/${protoPackage}.EcsService/${operation}`,
      'content-type': 'application/grpc',
      'grpc-timeout': `${timeoutSeconds}S`,
      te: 'trailers',
    });
    stream.end(framed(codecOf(messages.request).encode(request as never)));
    const bytes = await answerOf(stream);
    return codecOf(messages.response).decode(bytes) as ResponseOf<'EcsService', M>;
  }

  close(): void {
    this.#session?.close();
  }

  #connected(): ClientHttp2Session {
    if (this.#session && !this.#session.closed) return this.#session;
    const session = http2.connect(this.#url, { settings: { initialWindowSize: windowBytes } });
    session.once('connect', () => session.setLocalWindowSize(windowBytes));
    // Its calls reject with it.
    session.on('error', () => undefined);
    this.#session = session;
    return session;
  }
}

type Headers = Readonly<Record<string, unknown>>;

/** A message of gRPC: not compressed, its length, itself. */
function framed(message: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(5 + message.byteLength);
  frame[0] = 0;
  frame.writeUInt32BE(message.byteLength, 1);
  frame.set(message, 5);
  return frame;
}

/** The one message of a unary answer. */
function answerOf(stream: ClientHttp2Stream): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let [status, message] = ['none', ''];
    const hear = ({ 'grpc-status': code, 'grpc-message': text }: Headers): void => {
      if (typeof code === 'string') status = code;
      if (typeof text === 'string') message = text;
    };
    stream.on('response', hear);
    stream.on('trailers', hear);
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
    stream.on('error', reject);
    stream.on('close', () => {
      const bytes = chunks.length === 1 ? chunks[0] : Buffer.concat(chunks);
      if (status === '0' && bytes && bytes.byteLength >= 5) resolve(bytes.subarray(5));
      else reject(new Error(`gRPC status ${status}: ${decodeURIComponent(message)}`));
    });
  });
}
