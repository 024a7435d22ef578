import { readFileSync, statSync } from 'node:fs';
import { messageOf } from '@longshore/kit';
import { RuntimeError, type RuntimeErrorCode } from '../errors.js';

/** Ends a call from our side: its deadline or its caller's signal. */
export class CallEnded extends Error {
  readonly why: 'deadline' | 'given up';

  constructor(why: CallEnded['why'], message: string, cause?: unknown) {
    super(message, { cause });
    this.why = why;
  }
}

/** The engine answered, and refused. */
export class EngineRefusal extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const unreachable = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EACCES',
  'EPERM',
  'EPIPE',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'ETIMEDOUT',
]);

/** The engine says these of host ports; it has no code for them, so this one door reads its text. */
const portWords = /port is already allocated|address already in use|ports are not available/;

/** A daemon that is going down fails calls with these; the container is as it was. */
const passingWords =
  /transport is closing|ttrpc: closed|context canceled|connection is unavailable|shutting down/;

/** The engine passes on of a registry what a second try may not meet; what it refuses it will refuse again. */
const registryWords =
  /unexpected HTTP status: 5\d\d|toomanyrequests|connection refused|no such host|server misbehaving|TLS handshake timeout|i\/o timeout|Client\.Timeout exceeded|connection reset by peer|unexpected EOF|Temporary failure in name resolution/;

/** Whether what the engine says of a pull is worth another try. */
export function isPassingPull(message: string): boolean {
  return passingWords.test(message) || registryWords.test(message);
}

/** Calls whose failure with HTTP 500 says nothing about what they asked for. */
const looks = new Set<RuntimeErrorCode>([
  'CannotInspectContainerError',
  'CannotStopContainerError',
  'CannotRemoveContainerError',
  'RuntimeError',
]);

export function statusOf(thrown: unknown): number | undefined {
  return thrown instanceof EngineRefusal ? thrown.status : undefined;
}

/** Into the code of the call, with the engine's own words as ECS's agent passes them on. */
export function toRuntimeError(
  code: RuntimeErrorCode,
  thrown: unknown,
  socket: string | undefined,
): RuntimeError {
  if (thrown instanceof RuntimeError) return thrown;
  if (thrown instanceof CallEnded)
    return new RuntimeError(
      thrown.why === 'deadline' ? 'DockerTimeoutError' : 'RuntimeError',
      thrown.message,
      {
        retryable: true,
        cause: thrown,
      },
    );
  if (thrown instanceof EngineRefusal) return refused(code, thrown);
  const { code: errno } = (thrown ?? {}) as { readonly code?: string };
  const message = messageOf(thrown);
  if (errno === 'EACCES' || errno === 'EPERM')
    return unavailable(`${message}${socket === undefined ? '' : groupHint(socket)}`, thrown);
  if (
    (errno !== undefined && unreachable.has(errno)) ||
    message === 'aborted' ||
    message === 'socket hang up'
  )
    return unavailable(message, thrown);
  return new RuntimeError(code, message, { cause: thrown });
}

function refused(code: RuntimeErrorCode, refusal: EngineRefusal): RuntimeError {
  const portClash = portWords.test(refusal.message);
  const passingPull = code === 'CannotPullContainerError' && isPassingPull(refusal.message);
  const retryable =
    !portClash &&
    (refusal.status === 503 ||
      passingPull ||
      (refusal.status >= 500 && (looks.has(code) || passingWords.test(refusal.message))));
  return new RuntimeError(code, `Error response from daemon: ${refusal.message}`, {
    portClash,
    retryable,
    cause: refusal,
  });
}

function unavailable(message: string, cause: unknown): RuntimeError {
  return new RuntimeError('EngineUnavailable', message, { retryable: true, cause });
}

/** Who may open a socket is its group: named, so that the reader knows what to join. */
function groupHint(socket: string): string {
  try {
    const { gid } = statSync(socket);
    const line = readFileSync('/etc/group', 'utf8')
      .split('\n')
      .find((l) => l.split(':')[2] === String(gid));
    return `: join the group ${line?.split(':')[0] ?? gid} (usermod -aG)`;
  } catch (thrown) {
    return `: who may open it is not known either (${messageOf(thrown)})`;
  }
}
