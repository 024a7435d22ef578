// Docker for tests: asked directly over its socket, never through the driver that is tested.
import { type IncomingMessage, request } from 'node:http';
import { createServer } from 'node:net';
import { systemRandom } from '@longshore/kit';

export const testLabel = 'longshore.test';
export const testImage = 'busybox:1.36';
export const testSocket = '/var/run/docker.sock';

export interface Answer<T = unknown> {
  readonly status: number;
  readonly body: T;
}

/** A Docker Engine, spoken to over its socket. What carries `labels` is removed by `cleanUp`. */
export class TestEngine {
  readonly socket: string;
  /** Names this run: everything that a test makes carries it. */
  readonly labels: Readonly<Record<string, string>>;
  #named = 0;

  constructor(socket: string = testSocket, run: string = systemRandom.hexId().slice(0, 12)) {
    this.socket = socket;
    this.labels = { [testLabel]: run };
  }

  /** A name that no other run uses. */
  name(stem: string): string {
    this.#named += 1;
    return `longshore-test-${this.labels[testLabel]}-${stem}-${this.#named}`;
  }

  async ask<T = unknown>(method: string, path: string, body?: object | Buffer): Promise<Answer<T>> {
    const response = await this.#send(method, path, body);
    const bytes = await collect(response);
    const text = bytes.toString();
    const isJson = (response.headers['content-type'] ?? '').includes('json') && !text.includes('}\r\n{');
    return { status: response.statusCode ?? 0, body: (isJson && text !== '' ? JSON.parse(text) : text) as T };
  }

  /** An answer as it is; for images. */
  async bytes(path: string): Promise<Buffer> {
    return collect(await this.#send('GET', path));
  }

  /** True where an engine answers. */
  async answers(): Promise<boolean> {
    return this.ask('GET', '/_ping').then(
      (answer) => answer.status === 200,
      () => false,
    );
  }

  async inspect(container: string): Promise<Inspection> {
    const answer = await this.ask<Inspection>('GET', `/containers/${container}/json`);
    if (answer.status !== 200) throw new Error(`inspect ${container}: HTTP ${answer.status}`);
    return answer.body;
  }

  /** Runs a shell command in a container; its output, standard error included. */
  async exec(
    container: string,
    command: string,
  ): Promise<{ readonly output: string; readonly exitCode: number }> {
    const made = await this.ask<{ Id: string }>('POST', `/containers/${container}/exec`, {
      AttachStdout: true,
      AttachStderr: true,
      Tty: true,
      Cmd: ['sh', '-c', command],
    });
    if (made.status !== 201) throw new Error(`exec in ${container}: ${JSON.stringify(made.body)}`);
    const ran = await this.#send('POST', `/exec/${made.body.Id}/start`, { Detach: false, Tty: true });
    const output = (await collect(ran)).toString().replaceAll('\r\n', '\n').trimEnd();
    const ended = await this.ask<{ ExitCode: number }>('GET', `/exec/${made.body.Id}/json`);
    return { output, exitCode: ended.body.ExitCode };
  }

  /** Removes the containers, networks and volumes of this run. */
  async cleanUp(): Promise<void> {
    const filters = encodeURIComponent(JSON.stringify({ label: [`${testLabel}=${this.labels[testLabel]}`] }));
    const containers = await this.ask<{ Id: string }[]>(
      'GET',
      `/containers/json?all=true&filters=${filters}`,
    );
    for (const { Id } of containers.body) await this.ask('DELETE', `/containers/${Id}?force=true&v=true`);
    const networks = await this.ask<{ Id: string }[]>('GET', `/networks?filters=${filters}`);
    for (const { Id } of networks.body) await this.ask('DELETE', `/networks/${Id}`);
    const volumes = await this.ask<{ Volumes: { Name: string }[] | null }>(
      'GET',
      `/volumes?filters=${filters}`,
    );
    for (const { Name } of volumes.body.Volumes ?? []) await this.ask('DELETE', `/volumes/${Name}`);
  }

  #send(method: string, path: string, body?: object | Buffer): Promise<IncomingMessage> {
    const bytes =
      body === undefined ? undefined : Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
    const type = Buffer.isBuffer(body) ? 'application/x-tar' : 'application/json';
    const headers = bytes ? { 'Content-Type': type, 'Content-Length': bytes.length } : {};
    return new Promise((resolve, reject) => {
      const sent = request({ socketPath: this.socket, method, path, headers }, resolve);
      sent.on('error', reject);
      sent.end(bytes);
    });
  }
}

/** What tests read of the engine's inspect. */
export interface Inspection {
  readonly Id: string;
  readonly Image: string;
  readonly State: { readonly Status: string; readonly Pid: number; readonly ExitCode: number };
  readonly Config: Readonly<Record<string, unknown>>;
  readonly HostConfig: Readonly<Record<string, unknown>>;
  readonly NetworkSettings: {
    readonly Networks: Readonly<
      Record<string, { readonly IPAddress: string; readonly Aliases: string[] | null }>
    >;
    readonly Ports: Readonly<Record<string, { readonly HostIp: string; readonly HostPort: string }[] | null>>;
  };
  readonly Mounts: readonly Readonly<Record<string, unknown>>[];
}

async function collect(stream: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** A tcp port of this machine that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      const port = typeof address === 'object' && address ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}
