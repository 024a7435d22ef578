import { Agent, request } from 'node:http';
import { Sha256 } from '@aws-crypto/sha256-js';
import { HttpRequest } from '@smithy/protocol-http';
import { SignatureV4 } from '@smithy/signature-v4';

/** One call of the ECS API, signed once and sent as often as wanted: the server verifies each, the client costs little. */
export class PresignedCall {
  readonly #body: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #port: number;
  readonly #agent: Agent;

  private constructor(
    port: number,
    body: string,
    headers: Readonly<Record<string, string>>,
    sockets: number,
  ) {
    this.#port = port;
    this.#body = body;
    this.#headers = headers;
    this.#agent = new Agent({ keepAlive: true, maxSockets: sockets });
  }

  static async sign(given: {
    readonly port: number;
    readonly operation: string;
    readonly input: object;
    readonly credentials: { readonly accessKeyId: string; readonly secretAccessKey: string };
    readonly sockets: number;
  }): Promise<PresignedCall> {
    const { port, operation, input, credentials, sockets } = given;
    const body = JSON.stringify(input);
    const signer = new SignatureV4({ credentials, region: 'us-east-1', service: 'ecs', sha256: Sha256 });
    const headers = {
      host: `127.0.0.1:${port}`,
      'content-type': 'application/x-amz-json-1.1',
      'content-length': String(Buffer.byteLength(body)),
      'x-amz-target': `AmazonEC2ContainerServiceV20141113.${operation}`,
    };
    const unsigned = new HttpRequest({ method: 'POST', hostname: '127.0.0.1', path: '/', headers, body });
    const signed = await signer.sign(unsigned);
    return new PresignedCall(port, body, signed.headers, sockets);
  }

  /** The answer's JSON; rejects unless it is 200. */
  send(): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const options = { host: '127.0.0.1', port: this.#port, method: 'POST', path: '/', agent: this.#agent };
      const call = request({ ...options, headers: this.#headers }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString();
          if (response.statusCode === 200) resolve(JSON.parse(text));
          else reject(new Error(`${response.statusCode}: ${text}`));
        });
      });
      call.on('error', reject);
      call.end(this.#body);
    });
  }

  close(): void {
    this.#agent.destroy();
  }
}
