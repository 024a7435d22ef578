import { createInterface } from 'node:readline/promises';
import type { Readable, Writable } from 'node:stream';
import pc from 'picocolors';

export type Colours = ReturnType<typeof pc.createColors>;

/** Where a command reads and writes. A test gives one of strings; `main` gives the process's own. */
export interface Terminal {
  /** The answer: stdout. */
  out(text: string): void;
  /** Progress, warnings, errors: stderr. */
  err(text: string): void;
  /** A person sits there: stdin and stderr are terminals, so a question can be asked. */
  readonly canAsk: boolean;
  /** stdout is a terminal: tables rather than JSON. */
  readonly outIsTerminal: boolean;
  /** stderr is a terminal: progress lines may be drawn over. */
  readonly errIsTerminal: boolean;
  readonly columns: number;
  readonly colours: Colours;
  /** Asks a yes/no question; anything but yes is no. */
  confirm(question: string): Promise<boolean>;
  readStdin(): Promise<string>;
}

interface TerminalStream extends Writable {
  readonly isTTY?: boolean;
  readonly columns?: number;
}

export interface ProcessStreams {
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly stdout: TerminalStream;
  readonly stderr: TerminalStream;
}

/** The terminal of a process. `colour` is false for NO_COLOR; a pipe gets none in any case. */
export function processTerminal(streams: ProcessStreams, colour: boolean): Terminal {
  const { stdin, stdout, stderr } = streams;
  const outIsTerminal = stdout.isTTY === true;
  const errIsTerminal = stderr.isTTY === true;
  return {
    out: (text) => void stdout.write(text),
    err: (text) => void stderr.write(text),
    canAsk: stdin.isTTY === true && errIsTerminal,
    outIsTerminal,
    errIsTerminal,
    columns: stdout.columns ?? 100,
    colours: pc.createColors(colour && outIsTerminal),
    confirm: async (question) => {
      const lines = createInterface({ input: stdin, output: stderr });
      try {
        return /^y(es)?$/i.test((await lines.question(`${question} [y/N] `)).trim());
      } finally {
        lines.close();
      }
    },
    readStdin: async () => {
      const chunks: Buffer[] = [];
      for await (const chunk of stdin) chunks.push(Buffer.from(chunk as Uint8Array));
      return Buffer.concat(chunks).toString('utf8');
    },
  };
}

/** Takes the control characters out of what containers and servers say, so that it cannot drive the terminal. */
export function printable(text: string): string {
  return Array.from(text)
    .filter((character) => isShown(character.codePointAt(0) ?? 0))
    .join('');
}

function isShown(code: number): boolean {
  if (code === 0x09 || code === 0x0a) return true;
  return code >= 0x20 && code !== 0x7f && !(code >= 0x80 && code < 0xa0);
}
