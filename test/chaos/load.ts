import { messageOf, type Random, systemClock } from '@longshore/kit';
import type { EcsClient } from '@longshore/rpc';
import type { Endings, Promised } from './audit.js';
import { between, pick } from './schedule.js';

/** A container that stays until it is told to stop, and then stops at once. */
const staying = "trap 'exit 0' TERM; sleep 3600 & wait $!";

export const endings: Endings = { brief: 7 };

export const service = { name: 'kept', family: 'kept', desiredCount: 4 } as const;

interface Wish {
  readonly atMs: number;
  readonly family: string;
  readonly token: string;
  /** Its stop is asked for so long after its start was promised. */
  readonly stopAfterMs: number | undefined;
}

/** What is asked for, and when. */
export function wishesOf(random: Random, count: number, lastsMs: number): readonly Wish[] {
  return Array.from({ length: count }, (_, i) => {
    const family = pick(random, ['stay', 'stay', 'stay', 'brief', 'brief', 'port']);
    const atMs = between(random, 0, lastsMs);
    const stops = family !== 'brief' && random.next() < 0.4;
    const stopAfterMs = stops ? between(random, 0, 8_000) : undefined;
    return { atMs, family, token: `wish-${i}`, stopAfterMs };
  });
}

/** Asks as a patient client does: the same again until it is answered, and once more where there was no room. */
export class Load {
  /** What was answered with a task, by id. */
  readonly promised = new Map<string, Promised>();
  /** Answers that no trouble excuses. */
  readonly problems: string[] = [];
  readonly #ecs: EcsClient;
  readonly #giveUp: AbortSignal;

  constructor(ecs: EcsClient, giveUp: AbortSignal) {
    this.#ecs = ecs;
    this.#giveUp = giveUp;
  }

  async register(): Promise<void> {
    const container = { name: 'app', image: 'busybox:1.36', memory: 16, stopTimeout: 3 };
    const shell = (script: string) => ({ ...container, command: ['sh', '-c', script] });
    const definitions = {
      stay: shell(staying),
      brief: shell('sleep 2; exit 7'),
      [service.family]: shell(staying),
      port: { ...shell(staying), portMappings: [{ containerPort: 80, hostPort: 18_080 }] },
    };
    for (const [family, definition] of Object.entries(definitions))
      await this.#ecs.RegisterTaskDefinition({ family, containerDefinitions: [definition] });
    await this.#ecs.CreateService({
      serviceName: service.name,
      taskDefinition: service.family,
      desiredCount: service.desiredCount,
    });
  }

  async fulfil(wish: Wish): Promise<void> {
    await systemClock.sleep(wish.atMs);
    for (let attempt = 0; !this.#giveUp.aborted; attempt++) {
      const clientToken = `${wish.token}-${attempt}`;
      const answer = await this.#insist(() =>
        this.#ecs.RunTask({ taskDefinition: wish.family, clientToken }, { timeoutMs: 5_000 }),
      );
      const id = answer?.tasks?.[0]?.taskArn?.split('/').at(-1);
      if (id !== undefined) return await this.#placed(id, wish);
      // No room, or no agent just now; another wish, and another token.
      await systemClock.sleep(1_000);
    }
  }

  async #placed(id: string, { family, stopAfterMs }: Wish): Promise<void> {
    if (this.promised.has(id)) this.problems.push(`two wishes were answered with task ${id}`);
    this.promised.set(id, { id, family, stopped: false });
    if (stopAfterMs === undefined) return;
    await systemClock.sleep(stopAfterMs);
    const answer = await this.#insist(() => this.#ecs.StopTask({ task: id }, { timeoutMs: 5_000 }));
    if (answer) this.promised.set(id, { id, family, stopped: true });
  }

  /** Until an answer comes; undefined where the time is up before, or where the answer is one that must not be. */
  async #insist<T>(call: () => Promise<T>): Promise<T | undefined> {
    while (!this.#giveUp.aborted) {
      try {
        return await call();
      } catch (thrown) {
        if (!isTrouble(thrown)) {
          this.problems.push(`a call was answered with: ${messageOf(thrown)}`);
          return undefined;
        }
        await systemClock.sleep(200);
      }
    }
    return undefined;
  }
}

/** What a client must expect while things break, and may try again. */
function isTrouble(thrown: unknown): boolean {
  const { retryable, status } = thrown as { readonly retryable?: boolean; readonly status?: string };
  return retryable === true || status === 'UNAVAILABLE' || status === 'DEADLINE_EXCEEDED';
}
