import { join } from 'node:path';
import { type Logger, messageOf } from '@longshore/kit';
import type { AgentTask } from '../engine/record.js';
import { DurableFiles } from './files.js';

/** The format of the files. An agent reads its own and refuses a newer one by name. */
export const journalFormat = 1;

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
  write(task: AgentTask): Promise<void>;
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

/** The agent's memory on disk: one JSON file a task, and one that says who the agent is. */
export class FileJournal implements TaskJournal, IdentityJournal {
  readonly #root: DurableFiles;
  readonly #tasks: DurableFiles;
  readonly #logger: Logger;

  constructor(directory: string, logger: Logger) {
    this.#root = new DurableFiles(directory);
    this.#tasks = new DurableFiles(join(directory, 'tasks'));
    this.#logger = logger;
  }

  async open(): Promise<void> {
    this.#root.open();
    this.#tasks.open();
  }

  write(task: AgentTask): Promise<void> {
    return this.#tasks.write(`${task.id}.json`, envelope(task));
  }

  remove(id: string): Promise<void> {
    return this.#tasks.remove(`${id}.json`);
  }

  async load(): Promise<readonly AgentTask[]> {
    const tasks: AgentTask[] = [];
    for (const name of await this.#tasks.list('.json')) {
      const value = await this.#read(this.#tasks, name);
      if (isTask(value)) tasks.push(value);
      else if (value !== undefined) await this.#setAside(this.#tasks, name, 'not the record of a task');
    }
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
    // A person has put an older agent over a newer one's directory: guessing could start containers twice.
    if (parsed.format > journalFormat)
      throw new Error(
        `journal file ${join(files.directory, name)} has format ${parsed.format}, this agent knows ${journalFormat}: run the newer agent, or give another data directory`,
      );
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

function envelope(value: unknown): string {
  return JSON.stringify({ format: journalFormat, value } satisfies Envelope);
}

function parse(text: string): Envelope | undefined {
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed !== 'object' || parsed === null || !('format' in parsed) || !('value' in parsed))
      return undefined;
    return typeof parsed.format === 'number' ? { format: parsed.format, value: parsed.value } : undefined;
  } catch {
    // Torn or overwritten: the caller sets the file aside and says so.
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
