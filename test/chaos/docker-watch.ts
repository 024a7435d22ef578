import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

export interface Running {
  readonly task: string;
  readonly instance: string;
  readonly container: string;
}

interface EngineEvent {
  readonly status: string;
  readonly id: string;
  readonly Actor: { readonly Attributes: Readonly<Record<string, string>> };
}

/** Counts every start of a container that carries a task, as the engine itself tells it. */
export class DockerWatch {
  /** Starts by task: the ids of the containers, one for each start. */
  readonly starts = new Map<string, string[]>();
  readonly #child: ChildProcess;
  #ended = false;

  constructor() {
    const filters = ['type=container', 'event=start', 'label=longshore.task'];
    const args = ['events', '--format', '{{json .}}', ...filters.flatMap((f) => ['--filter', f])];
    this.#child = spawn('docker', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child.once('exit', () => {
      this.#ended = true;
    });
    if (this.#child.stdout)
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#take(line));
  }

  /** Whether every event since the beginning has been heard. */
  get whole(): boolean {
    return !this.#ended;
  }

  stop(): void {
    this.#child.kill('SIGTERM');
  }

  #take(line: string): void {
    const { id, Actor } = JSON.parse(line) as EngineEvent;
    const task = Actor.Attributes['longshore.task'] ?? '';
    this.starts.set(task, [...(this.starts.get(task) ?? []), id]);
  }
}

/** The containers of these instances that run now. */
export function runningOn(instances: readonly string[]): readonly Running[] {
  const format = '{{.ID}} {{.Label "longshore.task"}} {{.Label "longshore.instance"}}';
  const printed = execFileSync(
    'docker',
    ['ps', '--no-trunc', '--filter', 'label=longshore.task', '--format', format],
    {
      encoding: 'utf8',
      timeout: 20_000,
    },
  );
  return printed
    .split('\n')
    .filter(Boolean)
    .map((line) => line.split(' '))
    .map(([container = '', task = '', instance = '']) => ({ container, task, instance }))
    .filter(({ instance }) => instances.includes(instance));
}
