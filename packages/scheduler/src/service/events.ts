import type { PastEvent } from './snapshot.js';

/** What keeps being true is said again after so long. */
const repeatAfterMs = 6 * 3_600_000;

/** Recognises a past event. */
export type IsEvent = (message: string) => boolean;

/**
 * Whether to say a message now: not while its last saying is younger than six hours and nothing has come since that
 * ended its cause. `past` is newest first; `same` recognises earlier sayings, whose figures may have differed.
 */
export function isWorthSaying(
  past: readonly PastEvent[],
  { nowMs, same, ends }: { nowMs: number; same: IsEvent; ends: IsEvent },
): boolean {
  for (const event of past) {
    if (same(event.message)) return nowMs - event.createdAtMs >= repeatAfterMs;
    if (ends(event.message)) return true;
  }
  return true;
}

export const hasStarted: IsEvent = (message) => message.includes(') has started ');
export const hasMoved: IsEvent = (message) => hasStarted(message) || message.includes(') has stopped ');
/** Anything but what is said about a steady service. */
export const hasUnsettled: IsEvent = (message) => !message.includes('would move (task');
