import { open, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { makeDirectory } from '@longshore/kit';

/** Files that are whole or not there: written aside, forced to disk, renamed, and the directory forced as well. */
export class DurableFiles {
  readonly directory: string;
  #writes = 0;
  #running: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;

  constructor(directory: string) {
    this.directory = directory;
  }

  open(): void {
    makeDirectory(this.directory, 0o700);
  }

  async write(name: string, text: string): Promise<void> {
    const path = join(this.directory, name);
    // A number of its own: two writes of one file never share a temporary one.
    const temporary = `${path}.${process.pid}.${this.#writes++}.tmp`;
    const file = await open(temporary, 'w', 0o600);
    try {
      await file.writeFile(text);
      await file.datasync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
    await this.#syncDirectory();
  }

  /** Undefined where there is no such file. */
  async read(name: string): Promise<string | undefined> {
    try {
      return await readFile(join(this.directory, name), 'utf8');
    } catch (thrown) {
      if (isMissing(thrown)) return undefined;
      throw thrown;
    }
  }

  async remove(name: string): Promise<void> {
    await rm(join(this.directory, name), { force: true });
    await this.#syncDirectory();
  }

  /** Puts a file that can not be used where nobody reads it and a person finds it. */
  async setAside(name: string): Promise<string> {
    const path = join(this.directory, name);
    const aside = await asideOf(path);
    await rename(path, aside);
    return aside;
  }

  /** Names of the files that end so; what an interrupted write left behind goes. */
  async list(suffix: string): Promise<readonly string[]> {
    const names = await readdir(this.directory).catch((thrown: unknown): readonly string[] => {
      if (isMissing(thrown)) return [];
      throw thrown;
    });
    for (const name of names)
      if (name.endsWith('.tmp')) await rm(join(this.directory, name), { force: true });
    return names.filter((n) => n.endsWith(suffix));
  }

  /** Forces renames to disk. A sync that begins after a rename covers it, so those who wait share the next one. */
  #syncDirectory(): Promise<void> {
    if (!this.#next) {
      const before = this.#running.catch(() => undefined);
      this.#next = before.then(() => {
        this.#next = undefined;
        this.#running = syncDirectory(this.directory);
        return this.#running;
      });
    }
    return this.#next;
  }
}

/** So many copies of one file that could not be read are kept: the last ones. */
const copiesKept = 5;

/** A path for what could not be read of a file, which no earlier copy has; the oldest copies go. */
export async function asideOf(path: string): Promise<string> {
  const stem = `${basename(path)}.unreadable.`;
  const names = await readdir(dirname(path));
  const numbers = names
    .filter((name) => name.startsWith(stem) && /^\d+$/.test(name.slice(stem.length)))
    .map((name) => Number(name.slice(stem.length)));
  const next = Math.max(0, ...numbers) + 1;
  for (const number of numbers.filter((n) => n <= next - copiesKept))
    await rm(`${path}.unreadable.${number}`, { force: true });
  return `${path}.unreadable.${next}`;
}

/** Forces renames in it to disk. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT';
}
