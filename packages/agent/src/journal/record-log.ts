import { copyFile, type FileHandle, open, readFile, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { toError } from '@longshore/kit';
import { asideOf, isMissing, syncDirectory } from './files.js';

/** The log may grow to so much, or to twice what it has to say, before it is written anew. */
const smallBytes = 2 ** 20;

interface Entry {
  readonly key: string;
  /** One line; undefined: the key is gone. */
  readonly text: string | undefined;
  readonly written: () => void;
  readonly done: () => void;
  readonly failed: (error: Error) => void;
}

/** What a log's lines say: one key and its text, or that the key is gone; undefined where nobody can read it. */
export interface LineFormat {
  line(key: string, text: string | undefined): string;
  read(line: string): { readonly key: string; readonly text: string | undefined } | undefined;
}

/**
 * Texts by key, in one file that is appended to: the last line of a key counts. Those who write at the same time share
 * one turn of the disk. Invariants: a write resolves when a power cut can not take it any more, and calls `written`
 * when the death of this process can not; a file that could not be written or forced is never appended to again, since
 * nobody knows what it holds: the next write makes a new one, of all that is known.
 */
export class RecordLog {
  readonly #path: string;
  readonly #format: LineFormat;
  readonly #open: typeof open;
  readonly #live = new Map<string, string>();
  #queue: Entry[] = [];
  #unforced: Entry[] = [];
  /** Undefined: the next write makes a new one. */
  #file: FileHandle | undefined;
  #bytes = 0;
  #rewriteAtBytes = smallBytes;
  #writing: Promise<void> | undefined;
  #forcing: Promise<void> | undefined;

  /** `openFile` is the file system's. */
  constructor(path: string, format: LineFormat, openFile: typeof open = open) {
    this.#path = path;
    this.#open = openFile;
    this.#format = format;
  }

  /**
   * Reads the file; undefined where there is none. A last line without its end was being written and counts as never
   * written. What else can not be read is set aside, as a copy whose path comes back.
   */
  async load(): Promise<
    { readonly texts: ReadonlyMap<string, string>; readonly setAside: string | undefined } | undefined
  > {
    this.#live.clear();
    const whole = await readFile(this.#path, 'utf8').catch((thrown: unknown) => {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    });
    if (whole === undefined) return undefined;
    let unreadable = 0;
    for (const line of whole.split('\n').slice(0, -1)) {
      const found = this.#format.read(line);
      if (found === undefined) unreadable += 1;
      else this.#know(found.key, found.text);
    }
    const setAside = unreadable === 0 ? undefined : await asideOf(this.#path);
    if (setAside !== undefined) await copyFile(this.#path, setAside);
    return { texts: new Map(this.#live), setAside };
  }

  /** Takes over what another place holds: it goes into the next file. */
  adopt(key: string, text: string): void {
    this.#live.set(key, text);
  }

  put(key: string, text: string | undefined, written: () => void = () => undefined): Promise<void> {
    return new Promise((done, failed) => {
      this.#queue.push({ key, text, written, done, failed });
      this.#writing ??= this.#write();
    });
  }

  #know(key: string, text: string | undefined): void {
    if (text === undefined) this.#live.delete(key);
    else this.#live.set(key, text);
  }

  async #write(): Promise<void> {
    // Whoever writes in this turn of the loop goes along.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const entries = this.#queue;
      this.#queue = [];
      for (const { key, text } of entries) this.#know(key, text);
      try {
        if (this.#file === undefined || this.#bytes > this.#rewriteAtBytes) await this.#writeAnew(entries);
        else await this.#append(this.#file, entries);
      } catch (thrown) {
        await this.#giveUp(entries, toError(thrown));
      }
    }
    this.#writing = undefined;
  }

  async #append(file: FileHandle, entries: readonly Entry[]): Promise<void> {
    const bytes = Buffer.from(entries.map((e) => this.#format.line(e.key, e.text)).join(''));
    await file.appendFile(bytes);
    if (this.#file !== file) throw new Error('what was written before could not be forced to disk');
    this.#bytes += bytes.length;
    this.#unforced.push(...entries);
    for (const entry of entries) entry.written();
    this.#forcing ??= this.#force(file);
  }

  /** A turn of the disk covers what was written before it began; what comes meanwhile has the next one. */
  async #force(file: FileHandle): Promise<void> {
    while (this.#unforced.length > 0 && this.#file === file) {
      const entries = this.#unforced;
      this.#unforced = [];
      try {
        await file.datasync();
        for (const entry of entries) entry.done();
      } catch (thrown) {
        await this.#giveUp([...entries, ...this.#unforced.splice(0)], toError(thrown));
      }
    }
    this.#forcing = undefined;
  }

  /** A file of what is known, in place of the one before. */
  async #writeAnew(entries: readonly Entry[]): Promise<void> {
    await this.#forcing;
    await this.#close();
    const temporary = `${this.#path}.tmp`;
    const bytes = Buffer.from([...this.#live].map(([key, text]) => this.#format.line(key, text)).join(''));
    const file = await this.#open(temporary, 'w', 0o600);
    try {
      await file.appendFile(bytes);
      await file.datasync();
      await rename(temporary, this.#path);
      await syncDirectory(dirname(this.#path));
    } catch (thrown) {
      await file.close();
      throw thrown;
    }
    this.#file = file;
    this.#bytes = bytes.length;
    this.#rewriteAtBytes = Math.max(smallBytes, bytes.length * 2);
    for (const entry of entries) {
      entry.written();
      entry.done();
    }
  }

  /** What is being written comes first. */
  async close(): Promise<void> {
    await this.#writing;
    await this.#forcing;
    await this.#close();
  }

  async #giveUp(entries: readonly Entry[], error: Error): Promise<void> {
    await this.#close();
    for (const entry of entries) entry.failed(error);
  }

  async #close(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await file?.close().catch(() => undefined);
  }
}
