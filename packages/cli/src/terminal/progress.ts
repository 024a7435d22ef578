import { printable, type Terminal } from './terminal.js';

/**
 * What one waits for, on stderr: one line drawn over itself on a terminal, a line for each change in a log or pipe.
 */
export class Progress {
  readonly #terminal: Terminal;
  #last = '';
  #drawn = false;

  constructor(terminal: Terminal) {
    this.#terminal = terminal;
  }

  show(text: string): void {
    const line = printable(text).replaceAll('\n', ' ');
    if (line === this.#last) return;
    this.#last = line;
    if (this.#terminal.errIsTerminal) {
      this.#terminal.err(`\r\u001b[2K${line.slice(0, this.#terminal.columns - 1)}`);
      this.#drawn = true;
    } else this.#terminal.err(`${line}\n`);
  }

  /** A line that stays. */
  note(text: string): void {
    this.clear();
    this.#terminal.err(`${printable(text)}\n`);
  }

  clear(): void {
    if (this.#drawn) this.#terminal.err('\r\u001b[2K');
    this.#drawn = false;
    this.#last = '';
  }
}
