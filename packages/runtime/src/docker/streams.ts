/** The engine's streams, read by hand: dockerode's own readers recurse per frame and take an error for success. */

/** One JSON value a line; throws where a line is none, and whatever the stream throws. */
export async function* jsonLines(stream: NodeJS.ReadableStream): AsyncGenerator<Record<string, unknown>> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const chunk of stream) {
    rest += typeof chunk === 'string' ? chunk : decoder.decode(chunk, { stream: true });
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n')) {
      const line = rest.slice(0, end).trim();
      rest = rest.slice(end + 1);
      if (line !== '') yield JSON.parse(line) as Record<string, unknown>;
    }
  }
  if (rest.trim() !== '') yield JSON.parse(rest) as Record<string, unknown>;
}

/**
 * Takes the engine's frames (8 bytes of header: stream, three zeros, length; then the bytes) apart, however the chunks
 * cut them.
 */
export function demultiplexer(onBytes: (stream: number, bytes: Buffer) => void): (chunk: Buffer) => void {
  const header = Buffer.alloc(8);
  let headerBytes = 0;
  let left = 0;
  let stream = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length; ) {
      if (left > 0) {
        const n = Math.min(left, chunk.length - at);
        onBytes(stream, chunk.subarray(at, at + n));
        left -= n;
        at += n;
        continue;
      }
      const n = Math.min(8 - headerBytes, chunk.length - at);
      chunk.copy(header, headerBytes, at, at + n);
      headerBytes += n;
      at += n;
      if (headerBytes < 8) return;
      headerBytes = 0;
      stream = header[0] ?? 0;
      left = header.readUInt32BE(4);
    }
  };
}

/** Keeps the last `limit` bytes of what it is given. */
export class TailBuffer {
  readonly #limit: number;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(limit: number) {
    this.#limit = limit;
  }

  add(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes]).subarray(-this.#limit);
  }

  /** A character that the limit cut in two is dropped. */
  text(): string {
    let start = 0;
    while (start < 4 && ((this.#bytes[start] ?? 0) & 0xc0) === 0x80) start += 1;
    return this.#bytes.subarray(start).toString('utf8');
  }
}
