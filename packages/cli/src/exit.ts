import { CodedError } from '@longshore/kit';

/** What a shell sees. 130 is what it gives a program that Ctrl-C ended. */
export const exitCodes = {
  done: 0,
  refused: 1,
  usage: 2,
  unreachable: 3,
  waitedTooLong: 4,
  failed: 5,
  interrupted: 130,
} as const;

export type ExitName = keyof typeof exitCodes;

/** One clear line for a person, the way out where there is one, and the code that the process ends with. */
export class CliError extends CodedError {
  readonly exit: ExitName;
  /** What to do next; printed on a line of its own. */
  readonly wayOut: string | undefined;

  constructor(exit: ExitName, message: string, options: { wayOut?: string; cause?: unknown } = {}) {
    super(exit, message, { cause: options.cause });
    this.exit = exit;
    this.wayOut = options.wayOut;
  }
}

/** The caller's words make no sense: exit code 2. */
export function usageError(message: string, wayOut?: string): CliError {
  return new CliError('usage', message, wayOut === undefined ? {} : { wayOut });
}

const unreachableStatus = new Set(['UNAVAILABLE', 'DEADLINE_EXCEEDED']);

/** Whatever was thrown, as a line, a way out and a code. Never a stack trace: what is unforeseen still names itself. */
export function toCliError(thrown: unknown): CliError {
  if (thrown instanceof CliError) return thrown;
  if (thrown instanceof CodedError) {
    if (unreachableStatus.has(statusOf(thrown))) return unreachable(thrown);
    return refused(thrown);
  }
  if (isAbort(thrown)) return new CliError('interrupted', 'interrupted', { cause: thrown });
  if (isSystemError(thrown)) return new CliError('usage', systemSentence(thrown), { cause: thrown });
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new CliError('refused', message, { cause: thrown });
}

/** gRPC's status of what came from the control plane; the code of any other error. */
function statusOf(error: CodedError): string {
  return 'status' in error && typeof error.status === 'string' ? error.status : error.code;
}

function refused(error: CodedError): CliError {
  const wayOut = ['UNAUTHENTICATED', 'PERMISSION_DENIED'].includes(statusOf(error))
    ? 'give the token with --token-file or LONGSHORE_TOKEN_FILE (`. .longshore/env` after `longshore dev`)'
    : undefined;
  return new CliError('refused', `${error.code}: ${error.message}`, {
    cause: error,
    ...(wayOut !== undefined && { wayOut }),
  });
}

function unreachable(error: CodedError): CliError {
  if (answered(error))
    return new CliError('unreachable', `the control plane does not answer: ${error.message}`, {
      cause: error,
      wayOut: '`longshore doctor` looks at the control plane and its etcd',
    });
  const late = statusOf(error) === 'DEADLINE_EXCEEDED';
  // Where nothing listens at all, nothing was called: `reach` has said so.
  const why = late ? error.message : 'something listens there, and it is no gRPC that is understood';
  return new CliError('unreachable', `the control plane does not answer: ${why}`, {
    cause: error,
    wayOut:
      'give the port of gRPC (7400; 7401 is HTTP), with https:// or --ca-file where the server has TLS and only there; or start one with `longshore dev`',
  });
}

/** Whether a control plane is there and says itself that it cannot: then another address is no help. */
function answered(error: CodedError): boolean {
  return 'answered' in error && error.answered === true;
}

function isAbort(thrown: unknown): boolean {
  return thrown instanceof Error && thrown.name === 'AbortError';
}

interface SystemError extends Error {
  readonly code: string;
  readonly path?: string;
}

function isSystemError(thrown: unknown): thrown is SystemError {
  return (
    thrown instanceof Error && 'code' in thrown && typeof thrown.code === 'string' && 'syscall' in thrown
  );
}

function systemSentence(error: SystemError): string {
  const what = error.path ? `${error.path}: ` : '';
  if (error.code === 'ENOENT') return `${what}no such file`;
  if (error.code === 'EACCES') return `${what}permission denied`;
  if (error.code === 'EISDIR') return `${what}is a directory`;
  return `${what}${error.message}`;
}
