// A Docker Engine of a test's own, which it may restart, freeze and kill. Needs root and dockerd.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { mkdtemp, readdir, readFile, readlink, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemRandom } from '@longshore/kit';
import { TestEngine, testImage } from './docker.js';
import { eventually } from './eventually.js';
import type { TestRegistry } from './registry.js';

export interface PrivateEngineOptions {
  readonly liveRestore?: boolean;
  /** With a bridge and iptables of its own, as an engine usually has them; nothing is routed beyond its namespace. */
  readonly bridge?: boolean;
  /** Reached at its own address from inside the engine's network namespace. */
  readonly registry?: TestRegistry;
  /** Its data on a file system of its own that is no larger. */
  readonly diskMiB?: number;
  /** More flags of dockerd. */
  readonly flags?: readonly string[];
}

/** In a network namespace of its own; unless told to, without a bridge and iptables: its containers have no network. */
export class PrivateEngine {
  readonly directory: string;
  readonly engine: TestEngine;
  readonly #options: PrivateEngineOptions;
  readonly #namespace = `longshore-test-${systemRandom.hexId().slice(0, 8)}`;
  #process: ChildProcess | undefined;
  #forwarder: ChildProcess | undefined;

  private constructor(directory: string, options: PrivateEngineOptions) {
    this.directory = directory;
    this.engine = new TestEngine(join(directory, 'docker.sock'));
    this.#options = options;
  }

  /** Started, with the image of the tests loaded. Close it in `after`. */
  static async start(options: PrivateEngineOptions = {}): Promise<PrivateEngine> {
    const directory = await mkdtemp(join(tmpdir(), 'longshore-test-dockerd-'));
    const made = new PrivateEngine(directory, options);
    try {
      if (options.diskMiB !== undefined) made.#mountDisk(options.diskMiB);
      await options.registry?.listenAt(join(directory, 'registry.sock'));
      await made.up();
      const image = await new TestEngine().bytes(`/images/${testImage}/get`);
      await made.engine.ask('POST', '/images/load', image);
      return made;
    } catch (thrown) {
      await made.#remove();
      throw thrown;
    }
  }

  #mountDisk(sizeMiB: number): void {
    const [image, data] = [join(this.directory, 'disk'), join(this.directory, 'data')];
    execFileSync('truncate', ['-s', `${sizeMiB}M`, image]);
    execFileSync('mkfs.ext4', ['-q', '-m', '0', image]);
    mkdirSync(data);
    execFileSync('mount', ['-o', 'loop', image, data]);
  }

  get url(): string {
    return `unix://${this.engine.socket}`;
  }

  async up(): Promise<void> {
    const at = (name: string): string => join(this.directory, name);
    const log = openSync(at('log'), 'a');
    // In a network namespace of its own: an engine without a bridge deletes docker0, the machine's engine's, as it starts.
    const arguments_ = [
      // An engine without a bridge removes the `docker0` that it finds: this one must not see the machine's.
      '--net',
      'dockerd',
      `--data-root=${at('data')}`,
      `--exec-root=${at('exec')}`,
      `--pidfile=${at('pid')}`,
      `--host=${this.url}`,
      ...(this.#options.bridge === true ? [] : ['--bridge=none', '--iptables=false', '--ip-masq=false']),
      // Where the machine has a containerd of its own it is shared: not the names in it.
      `--containerd-namespace=${this.#namespace}`,
      `--containerd-plugins-namespace=${this.#namespace}-p`,
      ...(this.#options.liveRestore === true ? ['--live-restore'] : []),
      ...(this.#options.flags ?? []),
    ];
    this.#process = spawn('unshare', arguments_, { stdio: ['ignore', log, log], detached: true });
    closeSync(log);
    if (this.#options.registry) await this.#forward(this.#options.registry.port);
    await eventually(async () => this.engine.answers(), {
      withinMs: 30_000,
      state: () => readFileSync(at('log'), 'utf8').slice(-2000),
    });
  }

  /** The registry's port in the engine's namespace leads to the registry's socket. */
  async #forward(port: number): Promise<void> {
    const { pid } = this.#process ?? {};
    const namespaceOf = (of: number | 'self' | undefined): Promise<string> => readlink(`/proc/${of}/ns/net`);
    const ours = await namespaceOf('self');
    await eventually(async () => (await namespaceOf(pid)) !== ours);
    const inside = ['--net', '--target', String(pid)];
    execFileSync('nsenter', [...inside, 'ip', 'link', 'set', 'lo', 'up']);
    const script = `
      const net = require('node:net');
      const serve = (near) => {
        const far = net.connect(process.argv[1]);
        near.on('error', () => far.destroy());
        far.on('error', () => near.destroy());
        near.pipe(far).pipe(near);
      };
      net.createServer(serve).listen(${port}, '127.0.0.1', () => console.log('up'));`;
    const socket = join(this.directory, 'registry.sock');
    const forwarder = spawn('nsenter', [...inside, process.execPath, '-e', script, socket], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#forwarder = forwarder;
    await new Promise((resolve) => forwarder.stdout.once('data', resolve));
  }

  /** SIGSTOP freezes it, SIGCONT thaws it, SIGKILL and SIGTERM end it: then this waits for its end. */
  async signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL' | 'SIGTERM'): Promise<void> {
    const running = this.#process;
    if (!running) return;
    const isEnd = signal === 'SIGKILL' || signal === 'SIGTERM';
    const isGone = running.pid === undefined || running.exitCode !== null || running.signalCode !== null;
    const ended = isEnd && !isGone ? new Promise((resolve) => running.once('exit', resolve)) : undefined;
    running.kill(signal);
    await ended;
    if (isEnd) this.#forwarder?.kill();
    // A signal is on its way for a while: only a stopped process answers nothing more.
    if (signal === 'SIGSTOP') await eventually(async () => (await stateOf(running.pid)) === 'T');
    if (!isEnd) return;
    this.#process = undefined;
    await this.#forgetContainerd();
  }

  /**
   * The engine's containerd dies with it, but where nobody buries it (a machine without an init) the next engine takes
   * the dead one's number for a living one, and waits for it in vain.
   */
  async #forgetContainerd(): Promise<void> {
    const file = join(this.directory, 'exec/containerd/containerd.pid');
    const pid = await readFile(file, 'utf8').catch(() => undefined);
    if (pid === undefined) return;
    await eventually(async () => ['Z', 'X'].includes(await stateOf(Number(pid))));
    await rm(file, { force: true });
  }

  /** What an engine that was killed has lost sight of. */
  async #endShims(): Promise<void> {
    for (const pid of await readdir('/proc')) {
      const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
      if (!command.includes('containerd-shim') || !command.includes(`${this.directory}/`)) continue;
      const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8').catch(() => '');
      for (const each of [...children.trim().split(' '), pid])
        if (Number(each) > 1) process.kill(Number(each), 'SIGKILL');
    }
  }

  async close(): Promise<void> {
    if (!this.#process) await this.up();
    await this.signal('SIGCONT');
    const listed = await this.engine.ask<{ Id: string }[]>('GET', '/containers/json?all=true');
    for (const { Id } of listed.body) await this.engine.ask('DELETE', `/containers/${Id}?force=true&v=true`);
    await this.#remove();
  }

  /** What it has on the machine, be it up or not. */
  async #remove(): Promise<void> {
    await this.signal('SIGTERM');
    await this.#endShims();
    // An engine that was killed has left its mounts.
    const mounts = (await readFile('/proc/mounts', 'utf8'))
      .split('\n')
      .map((line) => line.split(' ')[1] ?? '');
    for (const mount of mounts.filter((m) => m.startsWith(`${this.directory}/`)).reverse())
      execFileSync('umount', ['--lazy', mount]);
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

/** The kernel's letter for the state of a process; X where there is none. */
async function stateOf(pid: number | undefined): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') X');
  return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? 'X';
}
