import { CodedError } from '@longshore/kit';
import type { LongshoreClient } from '@longshore/rpc';

/**
 * Which tasks run, from the event stream: who asks again and again takes processor from what is measured, some 3 ms a
 * time. It only says when to ask: what counts is what DescribeTasks shows.
 */
export class StartedTasks {
  readonly #running = new Set<string>();
  readonly #end = new AbortController();
  readonly #following: Promise<void>;
  #failure: unknown;
  #wake: () => void = () => undefined;

  constructor(client: LongshoreClient, cluster: string) {
    this.#following = this.#follow(client, cluster).catch((thrown: unknown) => {
      this.#failure = thrown;
      this.#wake();
    });
  }

  /** Resolves when each of these was RUNNING, or has ended; rejects after `withinMs`. */
  async until(arns: readonly string[], withinMs: number): Promise<void> {
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      this.#wake();
    }, withinMs);
    while (!arns.every((arn) => this.#running.has(arn))) {
      if (this.#failure !== undefined) throw this.#failure;
      if (late) throw new CodedError('Late', `not all of ${arns.length} tasks run after ${withinMs} ms`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(timer);
  }

  async stop(): Promise<void> {
    this.#end.abort(new Error('the bench has ended'));
    await this.#following;
  }

  async #follow(client: LongshoreClient, cluster: string): Promise<void> {
    for await (const { task } of client.WatchEvents({ cluster }, { signal: this.#end.signal })) {
      if (task?.taskArn === undefined) continue;
      if (task.lastStatus !== 'RUNNING' && task.lastStatus !== 'STOPPED') continue;
      this.#running.add(task.taskArn);
      this.#wake();
    }
  }
}
