import {
  type HealthRules,
  type HealthSubject,
  healthChangesInMs,
  taskHealth,
} from '../health/task-health.js';
import type { Verdict } from './seats.js';
import { kinds, stateNumber } from './tallies.js';

/** What a task counts as. */
export interface Judged {
  /** One of `kinds`. */
  readonly kind: number;
  /** The number of its state; that of an active task alone is counted. */
  readonly state: number;
  /** When time alone changes its health. */
  readonly changesInMs: number | undefined;
}

/** A task on a lost instance, or on one that is gone, counts for nothing: it is unknown, not stopped. */
export function judgeTask(subject: HealthSubject, verdict: Verdict, rules: HealthRules): Judged {
  const health = taskHealth(subject, rules);
  const running = subject.lastStatus === 'RUNNING';
  const draining = verdict === 'draining';
  const isOver = health === 'stopped' || health === 'stopping';
  const state = stateNumber(running, draining, isOver ? 'starting' : health);
  if (health === 'stopped') return { kind: kinds.stopped, state, changesInMs: undefined };
  if (verdict === 'gone') return { kind: kinds.lost, state, changesInMs: undefined };
  if (health === 'stopping') return { kind: kinds.stopping, state, changesInMs: undefined };
  return { kind: kinds.active, state, changesInMs: healthChangesInMs(subject, rules) };
}
