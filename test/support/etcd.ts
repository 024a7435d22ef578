import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from './eventually.js';

export interface EtcdOptions {
  /** Beside those of DESIGN.md; a flag given here replaces ours of the same name. */
  readonly flags?: readonly string[];
  /** Paths in PEM: serves TLS and asks for a client certificate. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string };
}

/** A private etcd of one member with its data in a temporary folder; ended and removed by `stop`. */
export class TestEtcd {
  readonly clientPort: number;
  readonly endpoint: string;
  readonly dataDir: string;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(ports: { client: number; peer: number }, options: EtcdOptions) {
    this.clientPort = ports.client;
    this.dataDir = mkdtempSync(join(tmpdir(), 'longshore-etcd-'));
    const scheme = options.tls ? 'https' : 'http';
    this.endpoint = `${scheme}://127.0.0.1:${ports.client}`;
    this.#args = argumentsOf(this.dataDir, this.endpoint, `http://127.0.0.1:${ports.peer}`, options);
  }

  static async start(options: EtcdOptions = {}): Promise<TestEtcd> {
    const [client, peer] = await Promise.all([freePort(), freePort()]);
    const etcd = new TestEtcd({ client, peer }, options);
    try {
      await etcd.run();
    } catch (thrown) {
      await etcd.stop();
      throw thrown;
    }
    return etcd;
  }

  get pid(): number {
    const pid = this.#process?.pid;
    if (pid === undefined) throw new Error('etcd does not run');
    return pid;
  }

  /** Starts the process, again after `kill`, on the same data, and waits until it serves. */
  async run(): Promise<void> {
    const bin = process.env.ETCD_BIN ?? 'etcd';
    const child = spawn(bin, this.#args, { stdio: ['ignore', 'pipe', 'pipe'] });
    this.#process = child;
    let failure: Error | undefined;
    child.on('error', (error) => {
      failure = new Error(`etcd cannot be started (${error.message}): install it, or name it in ETCD_BIN`);
    });
    const keep = (text: Buffer): void => {
      this.#log = `${this.#log}${text.toString()}`.slice(-20_000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    await eventually(
      () => {
        if (failure) throw failure;
        if (child.exitCode !== null) throw new Error(`etcd ended with ${child.exitCode}`);
        return this.#log.includes('serving client traffic');
      },
      { withinMs: 20_000, state: () => this.#log.slice(-2_000) },
    );
  }

  /** Stands still: accepts and answers nothing, keeps its connections. */
  freeze(): void {
    process.kill(this.pid, 'SIGSTOP');
  }

  thaw(): void {
    process.kill(this.pid, 'SIGCONT');
  }

  /** Ends the process at once; the data stays. */
  async kill(): Promise<void> {
    const child = this.#process;
    this.#process = undefined;
    this.#log = '';
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGKILL');
    await ended;
  }

  /** Another, empty etcd on the same ports. */
  async wipe(): Promise<void> {
    await this.kill();
    rmSync(join(this.dataDir, 'member'), { recursive: true, force: true });
    await this.run();
  }

  async stop(): Promise<void> {
    await this.kill();
    rmSync(this.dataDir, { recursive: true, force: true });
  }
}

function argumentsOf(dataDir: string, client: string, peer: string, options: EtcdOptions): readonly string[] {
  const flags = new Map<string, string>([
    ['--name', 'test'],
    ['--data-dir', dataDir],
    ['--listen-client-urls', client],
    ['--advertise-client-urls', client],
    ['--listen-peer-urls', peer],
    ['--initial-advertise-peer-urls', peer],
    ['--initial-cluster', `test=${peer}`],
    ['--quota-backend-bytes', String(8 * 2 ** 30)],
    ['--snapshot-count', '5000'],
    ['--max-txn-ops', '512'],
    ['--logger', 'zap'],
    ['--log-level', 'info'],
  ]);
  const { tls } = options;
  if (tls) {
    flags.set('--cert-file', tls.cert).set('--key-file', tls.key);
    flags.set('--trusted-ca-file', tls.ca).set('--client-cert-auth', 'true');
  }
  for (const flag of options.flags ?? []) {
    const [name = '', value = 'true'] = flag.split(/=(.*)/s);
    flags.set(name, value);
  }
  return [...flags].map(([name, value]) => `${name}=${value}`);
}

/** A port that was free a moment ago. */
export function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}
