import { connect } from 'node:http2';

export interface BareAnswer {
  /** `grpc-status`. */
  readonly status: string;
  /** The first message, without its frame. */
  readonly bytes: Buffer;
  /** The same as text. */
  readonly body: string;
}

/** One gRPC call over bare HTTP/2, for what no careful client would send. */
export async function duplexCall(
  port: number,
  path: string,
  ...messages: readonly (readonly number[])[]
): Promise<BareAnswer> {
  const session = connect(`http://127.0.0.1:${port}`);
  const headers = { ':method': 'POST', ':path': path, 'content-type': 'application/grpc', te: 'trailers' };
  const stream = session.request(headers);
  stream.end(Buffer.concat(messages.map(framed)));
  const chunks: Buffer[] = [];
  const status = new Promise<string>((resolve, reject) => {
    const look = (found: Record<string, unknown>): void => {
      const status = found['grpc-status'];
      if (typeof status === 'string') resolve(status);
    };
    stream.on('response', look);
    stream.on('trailers', look);
    stream.on('data', (chunk: Buffer) => void chunks.push(chunk));
    stream.on('error', reject);
  });
  const ended = await status;
  session.close();
  const bytes = Buffer.concat(chunks).subarray(5);
  return { status: ended, bytes, body: bytes.toString('latin1') };
}

function framed(message: readonly number[]): Buffer {
  const frame = Buffer.alloc(5);
  frame.writeUInt32BE(message.length, 1);
  return Buffer.concat([frame, Buffer.from(message)]);
}
