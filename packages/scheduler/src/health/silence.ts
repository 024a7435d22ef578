/** What the health controller knows of one container instance of a cluster. */
export interface HeardInstance {
  readonly id: string;
  /**
   * How long nothing has been heard of its agent, measured by this leader with open ears: never longer than it has led
   * over a store that takes writes.
   */
  readonly silentMs: number;
  /** 0: it is not marked lost. Wall time. */
  readonly lostSinceMs: number;
  /** The shortest that a service with tasks there waits before it replaces them, the server's default at most. */
  readonly replaceAfterMs: number;
}

export interface SilenceRules {
  /** Silent for so long: its agent is not connected. */
  readonly instanceTimeoutMs: number;
  /** Marked lost for so long: its tasks are given up. */
  readonly forgetAfterMs: number;
  /** A person has said that the silence is real, however many are silent. */
  readonly resumeReplacing: boolean;
}

export interface SilenceVerdict {
  readonly disconnected: readonly string[];
  /** To be marked lost now. */
  readonly lost: readonly string[];
  /** Marked lost, and heard again. */
  readonly returned: readonly string[];
  /** Their tasks become STOPPED with stop code InfrastructureHealth. */
  readonly forgotten: readonly string[];
  /** Why nobody is marked lost though some are due; undefined: nothing is held back. */
  readonly paused: string | undefined;
  /** When time alone changes the verdict. */
  readonly wakeAfterMs: number | undefined;
}

/**
 * Who of a cluster's instances is disconnected, lost, back, or to be forgotten. When more than a third of them, and more
 * than three, are silent and not lost yet, it is more likely that we are deaf than that they died: nobody is marked
 * until the number falls or a person says so.
 */
export function judgeSilence(
  instances: readonly HeardInstance[],
  rules: SilenceRules,
  nowMs: number,
): SilenceVerdict {
  const { instanceTimeoutMs, forgetAfterMs } = rules;
  const silent = instances.filter(({ silentMs }) => silentMs >= instanceTimeoutMs);
  const waiting = silent.filter(({ lostSinceMs }) => lostSinceMs === 0);
  const due = waiting.filter((i) => i.silentMs >= instanceTimeoutMs + i.replaceAfterMs);
  const tooMany = waiting.length > 3 && waiting.length * 3 > instances.length;
  const isPaused = tooMany && !rules.resumeReplacing;
  const marked = instances.filter(({ lostSinceMs }) => lostSinceMs > 0);
  return {
    disconnected: ids(silent),
    lost: isPaused ? [] : ids(due),
    returned: ids(marked.filter(({ silentMs }) => silentMs < instanceTimeoutMs)),
    forgotten: ids(
      marked.filter((i) => i.silentMs >= instanceTimeoutMs && nowMs - i.lostSinceMs >= forgetAfterMs),
    ),
    paused: isPaused ? pauseText(waiting.length, instances.length) : undefined,
    wakeAfterMs: nextChange(instances, rules, nowMs),
  };
}

/** How a service waits that has its own time: `never` is ECS, which replaces nothing on an instance that is silent. */
export interface ReplaceRules {
  readonly replaceAfterMs: number | 'never';
  /** What had been waited when the instance was marked. */
  readonly markedAfterMs: number;
}

/** Whether a service replaces its tasks on an instance that is marked lost. */
export function isLostFor(lostSinceMs: number, rules: ReplaceRules, nowMs: number): boolean {
  if (lostSinceMs === 0 || rules.replaceAfterMs === 'never') return false;
  return nowMs - lostSinceMs >= rules.replaceAfterMs - rules.markedAfterMs;
}

function pauseText(silent: number, total: number): string {
  return `${silent} of ${total} container instances are silent: replacing their tasks is paused until fewer are, or until it is resumed by hand`;
}

function nextChange(
  instances: readonly HeardInstance[],
  rules: SilenceRules,
  nowMs: number,
): number | undefined {
  const times = instances.flatMap(({ silentMs, lostSinceMs, replaceAfterMs }) => [
    rules.instanceTimeoutMs - silentMs,
    lostSinceMs > 0
      ? lostSinceMs + rules.forgetAfterMs - nowMs
      : rules.instanceTimeoutMs + replaceAfterMs - silentMs,
  ]);
  const ahead = times.filter((ms) => ms > 0);
  return ahead.length === 0 ? undefined : Math.min(...ahead);
}

function ids(instances: readonly HeardInstance[]): string[] {
  return instances.map(({ id }) => id).sort();
}
