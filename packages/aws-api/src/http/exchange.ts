/** One HTTP request, without Node's types. */
export interface HttpRequest {
  readonly method: string;
  /** Before the `?`, as it was sent. */
  readonly path: string;
  /** After the `?`, as it was sent. */
  readonly query: string;
  /** By lower-case name; several of one name joined by `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  /** The other side's address. */
  readonly peer: string;
  readonly requestId: string;
  /** Aborts when the other side has gone or the door is forced shut. Made when asked for. */
  readonly signal: AbortSignal;
  /** Whether it has aborted, without making it. */
  readonly gone: boolean;
  /** The whole body; rejects with BodyTooLarge as soon as it passes `limitBytes`, or SenderGone. */
  body(limitBytes: number): Promise<Uint8Array>;
}

export interface HttpAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array;
}

export type RouteHandler = (request: HttpRequest) => Promise<HttpAnswer>;

export class BodyTooLarge extends Error {
  constructor(limitBytes: number) {
    super(`the body is larger than ${limitBytes} bytes`);
    this.name = 'BodyTooLarge';
  }
}

/** The other side went away, or was cut off for being slow, before its body had come. */
export class SenderGone extends Error {
  constructor() {
    super('the sender went away before its body had come');
    this.name = 'SenderGone';
  }
}

/** Whether the address is of this machine alone. */
export function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address;
  return plain === '::1' || /^127\.\d+\.\d+\.\d+$/.test(plain);
}
