// `longshore dev` as a user starts it: built programs, a data directory of its own, free ports.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { eventually } from '../support/eventually.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const bin = join(root, 'packages/cli/bin/longshore.js');

export interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

let built = false;

/** Builds what the programs are made of; nothing where it is fresh, or where LONGSHORE_BUILT says that somebody did. */
export function build(): void {
  if (built || process.env.LONGSHORE_BUILT) return;
  const tsc = join(root, 'node_modules/.bin/tsc');
  execFileSync(tsc, ['-b', 'packages/cli', 'packages/agent', 'packages/control-plane'], {
    cwd: root,
    stdio: 'pipe',
  });
  built = true;
}

/** Runs `longshore` with these words and variables, and nothing of the caller's. */
export function longshore(
  argv: readonly string[],
  env: Readonly<Record<string, string>> = {},
  options: { readonly stdin?: string; readonly interruptAfter?: (err: string) => boolean } = {},
): Promise<Ended> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [bin, ...argv], {
      cwd: root,
      env: { PATH: process.env.PATH ?? '', LONGSHORE_CONFIG: '/nonexistent/config.yaml', ...env },
      stdio: 'pipe',
    });
    let out = '';
    let err = '';
    child.stdout.on('data', (text: Buffer) => {
      out += text.toString();
    });
    child.stderr.on('data', (text: Buffer) => {
      err += text.toString();
      if (!child.killed && options.interruptAfter?.(err)) child.kill('SIGINT');
    });
    child.on('error', reject);
    child.on('close', (code) => resolve({ code: code ?? -1, out, err }));
    child.stdin.end(options.stdin ?? '');
  });
}

export interface DevClusterOptions {
  readonly instances: number;
  readonly flags?: readonly string[];
}

/** A cluster of a test. `stop` takes everything with it: processes, tasks, containers, networks, files. */
export class DevCluster {
  readonly dataDir: string;
  /** What `. DATA-DIR/env` sets. */
  readonly env: Readonly<Record<string, string>>;
  /** Milliseconds until it said that it is ready. */
  readonly readyMs: number;
  readonly #child: ChildProcess;
  readonly #said: { text: string };

  private constructor(
    dataDir: string,
    env: Readonly<Record<string, string>>,
    readyMs: number,
    child: ChildProcess,
    said: { text: string },
  ) {
    this.dataDir = dataDir;
    this.env = env;
    this.readyMs = readyMs;
    this.#child = child;
    this.#said = said;
  }

  static async start(options: DevClusterOptions): Promise<DevCluster> {
    build();
    const dataDir = join(mkdtempSync(join(tmpdir(), 'longshore-e2e-')), 'data');
    const flags = [
      '--grpc-listen',
      '127.0.0.1:0',
      '--http-listen',
      '127.0.0.1:0',
      '--rm',
      ...(options.flags ?? []),
    ];
    const argv = [bin, 'dev', '--instances', String(options.instances), '--data-dir', dataDir, ...flags];
    const said = { text: '' };
    const keep = (text: Buffer): void => {
      said.text += text.toString();
    };
    const startedMs = performance.now();
    const child = spawn(process.execPath, argv, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    await eventually(
      () => {
        if (child.exitCode !== null) throw new Error(`longshore dev ended with ${child.exitCode}`);
        return /^ready/m.test(said.text);
      },
      { withinMs: 60_000, state: () => said.text },
    ).catch(async (thrown: unknown) => {
      await ended(child, 'SIGTERM');
      throw thrown;
    });
    return new DevCluster(dataDir, shellEnv(dataDir), performance.now() - startedMs, child, said);
  }

  get said(): string {
    return this.#said.text;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  /** The process id of `etcd`, `server` or `agent-1` as DATA-DIR/run names it now. */
  pidOf(name: string): number {
    return Number(readFileSync(join(this.dataDir, 'run', `${name}.pid`), 'utf8'));
  }

  /** Runs a command that must succeed, and reads its JSON. */
  async json<T>(...argv: readonly string[]): Promise<T> {
    const { code, out, err } = await longshore(argv, this.env);
    if (code !== 0) throw new Error(`longshore ${argv.join(' ')} ended with ${code}: ${err}`);
    return JSON.parse(out) as T;
  }

  run(...argv: readonly string[]): Promise<Ended> {
    return longshore(argv, this.env);
  }

  async stop(): Promise<number> {
    const code = await ended(this.#child, 'SIGINT');
    rmSync(join(this.dataDir, '..'), { recursive: true, force: true });
    const unremoved = this.said.match(/^dev: docker .*$/m)?.[0];
    if (unremoved !== undefined) throw new Error(`left on the engine: ${unremoved}`);
    return code;
  }
}

function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<number> {
  return new Promise((resolve) => {
    if (child.exitCode !== null) return resolve(child.exitCode);
    child.once('exit', (code) => resolve(code ?? -1));
    child.kill(signal);
  });
}

function shellEnv(dataDir: string): Record<string, string> {
  const printed = execFileSync(
    'env',
    ['-i', `PATH=${process.env.PATH}`, 'sh', '-c', '. "$0"; env', join(dataDir, 'env')],
    {
      encoding: 'utf8',
    },
  );
  const pairs = printed
    .split('\n')
    .map((line) => /^((?:LONGSHORE|AWS)_\w+)=(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, name = '', value = '']): [string, string] => [name, value]);
  return Object.fromEntries(pairs);
}
