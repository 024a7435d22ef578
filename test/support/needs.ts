import { execFileSync } from 'node:child_process';
import { accessSync, constants, readFileSync } from 'node:fs';

/** What a test may need of the machine. Each probe gives undefined where it is there, else why it is not. */
const probes = {
  root: () => (process.getuid?.() === 0 ? undefined : 'needs to run as root'),
  linux: () => (process.platform === 'linux' ? undefined : `needs Linux, not ${process.platform}`),
  docker: () =>
    answers('docker', ['info', '--format', '{{.ServerVersion}}'], 'needs a Docker Engine that answers'),
  etcd: () => answers(process.env.ETCD_BIN ?? 'etcd', ['--version'], 'needs etcd on PATH or in ETCD_BIN'),
  bash: () => answers('bash', ['--version'], 'needs bash on PATH'),
  openssl: () => answers('openssl', ['version'], 'needs openssl on PATH'),
  aws: () => answers('aws', ['--version'], 'needs the aws command on PATH'),
  boto3: () => answers('python3', ['-c', 'import boto3'], 'needs python3 with boto3'),
  python: () => answers('python3', ['--version'], 'needs python3 on PATH'),
  /** `LONGSHORE_PYTHON` names another python, a virtual environment's for example. */
  pythonGrpc: () =>
    answers(
      process.env.LONGSHORE_PYTHON ?? 'python3',
      ['-c', 'import grpc_tools'],
      'needs python3 with grpcio-tools',
    ),
  grpcurl: () => answers('grpcurl', ['-version'], 'needs grpcurl on PATH'),
  objdump: () => answers('objdump', ['--version'], 'needs objdump on PATH'),
  objdumpAarch64: () =>
    answers('aarch64-linux-gnu-objdump', ['--version'], 'needs aarch64-linux-gnu-objdump on PATH'),
  iptables: () => answers('iptables', ['-w', '-n', '-L'], 'needs iptables and the right to use it'),
  netns: () => answers('ip', ['netns', 'list'], 'needs ip and network namespaces'),
  /** `docker run --privileged`: needs every capability of the machine. */
  privileged: () =>
    hasEveryCapability() ? undefined : 'needs all capabilities, which this machine does not give',
  cgroupV2: () => readable('/sys/fs/cgroup/cgroup.controllers', 'needs cgroup v2'),
  /** A small file system in a file, to be filled. */
  loop: () => readable('/dev/loop-control', 'needs loop devices'),
  kvm: () => readable('/dev/kvm', 'needs /dev/kvm'),
  gpu: () => answers('nvidia-smi', ['-L'], 'needs an NVIDIA GPU'),
} satisfies Record<string, () => string | undefined>;

export type Need = keyof typeof probes;

const known = new Map<Need, string | undefined>();

/** Why `need` is not met on this machine; undefined where it is. Probed once a process. */
export function missing(need: Need): string | undefined {
  if (!known.has(need)) known.set(need, probes[need]());
  return known.get(need);
}

/** In a describe: skips all of it where the machine lacks something. The reason is shown in the run's count. */
export function needs(...wanted: readonly Need[]): void {
  before(`needs ${wanted.join(', ')}`, function () {
    needsHere(this, ...wanted);
  });
}

/** In a test or hook (a function, not an arrow): `needsHere(this, 'docker')` skips that one. */
export function needsHere(context: Mocha.Context, ...wanted: readonly Need[]): void {
  const reason = wanted.map(missing).find((why) => why !== undefined);
  if (reason !== undefined) skipHere(context, reason);
}

/** For what is no probe's to know: skips with a reason that the run's count shows. */
export function skipHere(context: Mocha.Context, reason: string): void {
  const at = context.currentTest ?? context.test;
  // A hook skips the suite that it belongs to; the reporter looks for the reason there.
  for (const runnable of [at, at?.parent]) if (runnable) Object.assign(runnable, { skipReason: reason });
  context.skip();
}

function answers(command: string, args: readonly string[], reason: string): string | undefined {
  try {
    execFileSync(command, args, { stdio: 'ignore', timeout: 10_000 });
    return undefined;
  } catch {
    return reason;
  }
}

function readable(path: string, reason: string): string | undefined {
  try {
    accessSync(path, constants.R_OK);
    return undefined;
  } catch {
    return reason;
  }
}

/** The bounding set against the newest capability that the kernel knows. */
function hasEveryCapability(): boolean {
  try {
    const status = readFileSync('/proc/self/status', 'utf8');
    const bounding = BigInt(`0x${/^CapBnd:\s*(\w+)$/m.exec(status)?.[1] ?? '0'}`);
    const last = Number(readFileSync('/proc/sys/kernel/cap_last_cap', 'utf8'));
    return bounding === (1n << BigInt(last + 1)) - 1n;
  } catch {
    return false;
  }
}
