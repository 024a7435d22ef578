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

interface Ports {
  readonly client: number;
  readonly peer: number;
}

/** A private member of etcd with its data in a temporary folder; ended and removed by `stop`. */
export class TestEtcd {
  readonly clientPort: number;
  readonly endpoint: string;
  readonly dataDir: string;
  readonly #args: readonly string[];
  #process: ChildProcess | undefined;
  #log = '';

  private constructor(name: string, ports: Ports, options: EtcdOptions) {
    this.clientPort = ports.client;
    this.dataDir = mkdtempSync(join(tmpdir(), 'longshore-etcd-'));
    const scheme = options.tls ? 'https' : 'http';
    this.endpoint = `${scheme}://127.0.0.1:${ports.client}`;
    const peer = `http://127.0.0.1:${ports.peer}`;
    this.#args = argumentsOf({ name, dataDir: this.dataDir, client: this.endpoint, peer }, options);
  }

  /** Of one member. */
  static async start(options: EtcdOptions = {}): Promise<TestEtcd> {
    const [etcd] = await TestEtcd.#startAll(['test'], options);
    if (!etcd) throw new Error('no member');
    return etcd;
  }

  /** The members of one cluster. */
  static startThree(options: EtcdOptions = {}): Promise<readonly TestEtcd[]> {
    return TestEtcd.#startAll(['one', 'two', 'three'], options);
  }

  static async #startAll(names: readonly string[], options: EtcdOptions): Promise<readonly TestEtcd[]> {
    // All at once: what is asked for one after the other may be the same twice.
    const free = await Promise.all(names.flatMap(() => [freePort(), freePort()]));
    const ports = new Map<string, Ports>(
      names.map((name, i) => [name, { client: free[2 * i] ?? 0, peer: free[2 * i + 1] ?? 0 }]),
    );
    const peers = [...ports].map(([name, { peer }]) => `${name}=http://127.0.0.1:${peer}`).join(',');
    const flags = [`--initial-cluster=${peers}`, ...(options.flags ?? [])];
    const members = [...ports].map(([name, own]) => new TestEtcd(name, own, { ...options, flags }));
    try {
      await Promise.all(members.map((member) => member.run()));
      return members;
    } catch (thrown) {
      for (const member of members) await member.stop();
      throw thrown;
    }
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

interface Place {
  readonly name: string;
  readonly dataDir: string;
  readonly client: string;
  readonly peer: string;
}

function argumentsOf(place: Place, options: EtcdOptions): readonly string[] {
  const { name, dataDir, client, peer } = place;
  const flags = new Map<string, string>([
    ['--name', name],
    ['--data-dir', dataDir],
    ['--listen-client-urls', client],
    ['--advertise-client-urls', client],
    ['--listen-peer-urls', peer],
    ['--initial-advertise-peer-urls', peer],
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
    const [word = '', value = 'true'] = flag.split(/=(.*)/s);
    flags.set(word, value);
  }
  return [...flags].map(([word, value]) => `${word}=${value}`);
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
