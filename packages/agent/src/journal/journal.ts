import { join } from 'node:path';
import { type Logger, messageOf } from '@longshore/kit';
import type { AgentTask } from '../engine/record.js';
import { DurableFiles } from './files.js';
import { type LineFormat, RecordLog } from './record-log.js';

/**
 * The format of the files. An agent reads its own and older ones, and refuses a newer one by name.
 * 1: a file a task, below `tasks/`. 2: all tasks in one file, a line a record.
 */
export const journalFormat = 2;

/** Who this agent is. `pendingNonce` is written before it is sent, so that a lost answer can be told from a clone. */
export interface StoredIdentity {
  readonly instance: string;
  readonly cluster: string;
  readonly nonce: string;
  readonly pendingNonce: string;
  readonly epoch: string;
  readonly accountId: string;
  readonly region: string;
}

export interface TaskJournal {
  /** Resolves when the record is on disk. `written` comes before: from then on the next process reads it. */
  write(task: AgentTask, written?: () => void): Promise<void>;
  remove(id: string): Promise<void>;
  /** Every task that can be read; what can not is set aside, loudly. */
  load(): Promise<readonly AgentTask[]>;
}

export interface IdentityJournal {
  readIdentity(): Promise<StoredIdentity | undefined>;
  writeIdentity(identity: StoredIdentity): Promise<void>;
}

interface Envelope {
  readonly format: number;
  readonly value: unknown;
}

/** The agent's memory on disk: a log of task records, and a file that says who the agent is. */
export class FileJournal implements TaskJournal, IdentityJournal {
  readonly #root: DurableFiles;
  /** Where format 1 had its tasks. */
  readonly #older: DurableFiles;
  readonly #log: RecordLog;
  readonly #logger: Logger;

  constructor(directory: string, logger: Logger) {
    this.#root = new DurableFiles(directory);
    this.#older = new DurableFiles(join(directory, 'tasks'));
    this.#log = new RecordLog(join(directory, 'tasks.log'), taskLines);
    this.#logger = logger;
  }

  async open(): Promise<void> {
    this.#root.open();
  }

  close(): Promise<void> {
    return this.#log.close();
  }

  write(task: AgentTask, written?: () => void): Promise<void> {
    return this.#log.put(task.id, JSON.stringify(task), written);
  }

  remove(id: string): Promise<void> {
    return this.#log.put(id, undefined);
  }

  async load(): Promise<readonly AgentTask[]> {
    const found = await this.#log.load();
    if (found === undefined) return this.#loadOlder();
    if (found.setAside !== undefined)
      this.#logger.error(
        { path: found.setAside },
        'lines of the journal are not readable: a copy is set aside, container labels take their place',
      );
    for (const name of await this.#older.list('.json')) await this.#older.remove(name);
    return [...found.texts.values()].map((text) => JSON.parse(text) as AgentTask);
  }

  /** Format 1. Its files go when there is a log: the first write makes it, of all of them. */
  async #loadOlder(): Promise<readonly AgentTask[]> {
    const tasks: AgentTask[] = [];
    for (const name of await this.#older.list('.json')) {
      const value = await this.#read(this.#older, name);
      if (isTask(value)) tasks.push(value);
      else if (value !== undefined) await this.#setAside(this.#older, name, 'not the record of a task');
    }
    for (const task of tasks) this.#log.adopt(task.id, JSON.stringify(task));
    return tasks;
  }

  async readIdentity(): Promise<StoredIdentity | undefined> {
    const value = await this.#read(this.#root, 'identity.json');
    if (value === undefined || isIdentity(value)) return value;
    await this.#setAside(this.#root, 'identity.json', 'not an identity');
    return undefined;
  }

  writeIdentity(identity: StoredIdentity): Promise<void> {
    return this.#root.write('identity.json', envelope(identity));
  }

  async #read(files: DurableFiles, name: string): Promise<unknown> {
    const text = await files.read(name);
    if (text === undefined) return undefined;
    const parsed = parse(text);
    if (!parsed) return this.#setAside(files, name, 'no readable JSON');
    refuseNewer(parsed.format, join(files.directory, name));
    return parsed.value;
  }

  async #setAside(files: DurableFiles, name: string, problem: string): Promise<undefined> {
    try {
      const path = await files.setAside(name);
      this.#logger.error({ path, problem }, 'journal file set aside, container labels take its place');
    } catch (thrown) {
      this.#logger.error({ name, problem, error: messageOf(thrown) }, 'journal file not set aside');
    }
    return undefined;
  }
}

/** A record a line: the task that it is of, and its text; without one the task is forgotten. */
const taskLines: LineFormat = {
  line: (task, text) =>
    `{"format":${journalFormat},"task":${JSON.stringify(task)}${text === undefined ? '' : `,"value":${text}`}}\n`,
  read: (line) => {
    const parsed = objectOf(line);
    if (parsed === undefined || !('format' in parsed) || !('task' in parsed)) return undefined;
    const { format, task } = parsed;
    if (typeof format !== 'number' || typeof task !== 'string') return undefined;
    refuseNewer(format, 'tasks.log');
    if (!('value' in parsed)) return { key: task, text: undefined };
    return isTask(parsed.value) ? { key: task, text: JSON.stringify(parsed.value) } : undefined;
  },
};

/** A person has put an older agent over a newer one's directory: guessing could start containers twice. */
function refuseNewer(format: number, file: string): void {
  if (format > journalFormat)
    throw new Error(
      `journal file ${file} has format ${format}, this agent knows ${journalFormat}: run the newer agent, or give another data directory`,
    );
}

function envelope(value: unknown): string {
  return JSON.stringify({ format: journalFormat, value } satisfies Envelope);
}

function parse(text: string): Envelope | undefined {
  const parsed = objectOf(text);
  if (parsed === undefined || !('format' in parsed) || !('value' in parsed)) return undefined;
  return typeof parsed.format === 'number' ? { format: parsed.format, value: parsed.value } : undefined;
}

function objectOf(text: string): object | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    // Torn or overwritten: the caller sets it aside and says so.
    return undefined;
  }
}

function isTask(value: unknown): value is AgentTask {
  return (
    typeof value === 'object' &&
    value !== null &&
    'id' in value &&
    typeof value.id === 'string' &&
    'containers' in value &&
    Array.isArray(value.containers) &&
    'assignment' in value &&
    'definition' in value &&
    'status' in value
  );
}

function isIdentity(value: unknown): value is StoredIdentity {
  return (
    typeof value === 'object' &&
    value !== null &&
    'instance' in value &&
    typeof value.instance === 'string' &&
    'nonce' in value &&
    'pendingNonce' in value &&
    'epoch' in value
  );
}
