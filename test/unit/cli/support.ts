// A world of strings for the command line: what it writes is read, what it asks for is answered by functions.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CodedError } from '@longshore/kit';
import { codecOf, type MessageName, serviceDescriptor } from '@longshore/model';
import pc from 'picocolors';
import { exitCodes } from '../../../packages/cli/src/exit.js';
import type { Gateway } from '../../../packages/cli/src/gateway.js';
import { runCli } from '../../../packages/cli/src/main.js';
import type { Terminal } from '../../../packages/cli/src/terminal/terminal.js';

type Answer = object | Error | ((request: never) => object);

export interface Play {
  /** Answers by the name of the operation; a function gets the request. */
  readonly answers?: Readonly<Record<string, Answer>>;
  readonly env?: Readonly<Record<string, string>>;
  /** A person sits there, and answers so. */
  readonly person?: { readonly says: boolean };
  readonly terminal?: boolean;
  readonly stdin?: string;
}

export interface Played {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly calls: readonly { readonly operation: string; readonly request: Record<string, unknown> }[];
  readonly questions: readonly string[];
}

/** Plays one command line. */
export async function play(argv: readonly string[], options: Play = {}): Promise<Played> {
  const calls: { operation: string; request: Record<string, unknown> }[] = [];
  const questions: string[] = [];
  let out = '';
  let err = '';
  const terminal: Terminal = {
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    canAsk: options.person !== undefined,
    outIsTerminal: options.terminal ?? false,
    errIsTerminal: false,
    columns: 100,
    colours: pc.createColors(false),
    confirm: (question) => {
      questions.push(question);
      return Promise.resolve(options.person?.says ?? false);
    },
    readStdin: () => Promise.resolve(options.stdin ?? ''),
  };
  const answer = (operation: string, request: unknown): Promise<never> => {
    calls.push({ operation, request: request as Record<string, unknown> });
    return Promise.resolve().then(() => answered(operation, request, options.answers ?? {}) as never);
  };
  const gateway: Gateway = {
    ecs: answer,
    longshore: answer,
    events: () => {
      throw new Error('no events in this play');
    },
    close: () => undefined,
  };
  const exit = await runCli(argv, {
    env: { LONGSHORE_CONFIG: '/nonexistent/config.yaml', ...options.env },
    terminal,
    signal: new AbortController().signal,
    connect: () => Promise.resolve(gateway),
  });
  return { code: typeof exit === 'number' ? exit : exitCodes[exit], out, err, calls, questions };
}

function answered(operation: string, request: unknown, answers: NonNullable<Play['answers']>): object {
  const answer = answers[operation];
  if (answer instanceof Error) throw answer;
  const value = typeof answer === 'function' ? answer(request as never) : answer;
  if (value === undefined) throw new Error(`the play has no answer to ${operation}`);
  const service = operation in serviceDescriptor('EcsService').methods ? 'EcsService' : 'LongshoreService';
  const codec = codecOf(serviceDescriptor(service).methods[operation]?.responseType as MessageName);
  // Through the wire's form, so that a fake answers nothing that a server could not.
  return codec.decode(codec.encode(value as never));
}

/** What a server refuses with. */
export function refusal(code: string, message: string): CodedError {
  return Object.assign(new CodedError(code, message), { status: 'INVALID_ARGUMENT' });
}

export function away(message = 'connect ECONNREFUSED'): CodedError {
  return Object.assign(new CodedError('UNAVAILABLE', message, { retryable: true }), {
    status: 'UNAVAILABLE',
  });
}

/** Runs `use` with a temporary folder that holds these files. */
export async function withFiles<T>(
  files: Readonly<Record<string, string>>,
  use: (directory: string) => Promise<T>,
): Promise<T> {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-cli-'));
  try {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    return await use(directory);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
