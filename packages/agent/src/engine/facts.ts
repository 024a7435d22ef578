import type { HealthStatus } from '@longshore/model';
import type { ContainerFacts } from '@longshore/runtime';
import { type AgentTask, type ContainerState, definitionOf, type Now, withContainer } from './record.js';

/** Said of a container that left the engine without the agent's doing. */
export const removedOutside = 'ContainerRemoved: the container was removed from the engine from outside';

/**
 * Merges a look at the engine. Facts are ordered by (start of the run, created < running < exited), so that any order
 * and duplication of looks ends in the same record.
 */
export function mergeFacts(task: AgentTask, c: ContainerState, facts: ContainerFacts, now: Now): AgentTask {
  if (c.discardedIds.includes(facts.id)) return task;
  if (c.runtimeId !== '' && c.runtimeId !== facts.id) return task;
  const known = identify(task, c, facts);
  const current = known.containers.find((x) => x.name === c.name) ?? c;
  if (current.phase === 'STOPPED' || facts.state === 'created') return known;
  const old = facts.startedAtMs <= current.previousStartedAtMs && current.previousStartedAtMs > 0;
  if (old) return known;
  return facts.state === 'running'
    ? mergeRunning(known, current, facts, now)
    : mergeExited(known, current, facts, now);
}

/** A container that has stopped for the record, but runs again: a late start, or somebody's hand. */
export function isRogue(c: ContainerState, facts: ContainerFacts | undefined): boolean {
  return (
    facts !== undefined &&
    c.phase === 'STOPPED' &&
    c.runtimeId === facts.id &&
    facts.state === 'running' &&
    (c.engineStartedAtMs === 0 || facts.startedAtMs > c.engineStartedAtMs)
  );
}

/** Id, digest and times that a first look brings; the phase is at least CREATED. */
function identify(task: AgentTask, c: ContainerState, facts: ContainerFacts): AgentTask {
  if (c.phase === 'STOPPED') return task;
  const first = c.phase === 'WAITING' || c.phase === 'READY';
  return withContainer(task, c.name, {
    runtimeId: facts.id,
    imageId: c.imageId === '' ? facts.imageId : c.imageId,
    wallCreatedAtMs: c.wallCreatedAtMs === 0 ? facts.createdAtMs : c.wallCreatedAtMs,
    ...(first
      ? {
          phase: 'CREATED',
          doing: c.doing === 'createContainer' || c.doing === 'pullImage' ? undefined : c.doing,
          attempts: 0,
        }
      : {}),
  });
}

function mergeRunning(task: AgentTask, c: ContainerState, facts: ContainerFacts, now: Now): AgentTask {
  const network = facts.networks.find((n) => n.ipv4Address !== '');
  const health = healthOf(task, c, facts);
  return withContainer(task, c.name, {
    phase: 'RUNNING',
    doing: c.doing === 'startContainer' ? undefined : c.doing,
    attempts: c.doing === 'startContainer' ? 0 : c.attempts,
    startTried: true,
    engineStartedAtMs: facts.startedAtMs,
    startedAtMs: c.startedAtMs === 0 ? now.steadyMs : c.startedAtMs,
    wallStartedAtMs: facts.startedAtMs,
    ports: c.ports.length > 0 || facts.ports.length === 0 ? c.ports : facts.ports,
    ipv4Address: network?.ipv4Address ?? c.ipv4Address,
    networkName: network?.name ?? c.networkName,
    macAddress: network?.macAddress ?? c.macAddress,
    ...(health === c.health ? {} : { health, healthSinceMs: now.wallMs, healthOutput: facts.healthOutput }),
  });
}

function mergeExited(task: AgentTask, c: ContainerState, facts: ContainerFacts, now: Now): AgentTask {
  const exited = withContainer(task, c.name, {
    phase: 'RUNNING',
    startTried: true,
    engineStartedAtMs: facts.startedAtMs,
    startedAtMs: c.startedAtMs === 0 ? now.steadyMs : c.startedAtMs,
    wallStartedAtMs: facts.startedAtMs,
    wallFinishedAtMs: facts.finishedAtMs,
    exitCode: facts.exitCode,
    doing: undefined,
    attempts: 0,
  });
  if (!task.stopping && mayRestart(task, c, facts))
    return withContainer(exited, c.name, {
      restartCount: c.restartCount + 1,
      previousStartedAtMs: facts.startedAtMs,
      engineStartedAtMs: 0,
      startTried: false,
    });
  return stopContainerRecord(exited, c.name, exitReason(facts));
}

/** The container has ended for good: no restart, nothing more is done but to fetch its log. */
export function stopContainerRecord(task: AgentTask, name: string, reason: string): AgentTask {
  const c = task.containers.find((x) => x.name === name);
  if (!c || c.phase === 'STOPPED') return task;
  return withContainer(task, name, {
    phase: 'STOPPED',
    doing: undefined,
    attempts: 0,
    notBeforeMs: 0,
    reason: c.reason === '' ? reason : c.reason,
    // What never ran has written nothing.
    logCollected: c.logCollected || c.startedAtMs === 0,
  });
}

/** ECS: a run shorter than restartAttemptPeriod is not restarted, nor is an ignored exit code. */
function mayRestart(task: AgentTask, c: ContainerState, facts: ContainerFacts): boolean {
  const policy = definitionOf(task, c.name).restartPolicy;
  if (!policy?.enabled) return false;
  if (facts.exitCode !== undefined && policy.ignoredExitCodes?.includes(facts.exitCode)) return false;
  return facts.finishedAtMs - facts.startedAtMs >= (policy.restartAttemptPeriod ?? 300) * 1000;
}

function exitReason(facts: ContainerFacts): string {
  if (facts.outOfMemory) return 'OutOfMemoryError: Container killed due to memory usage';
  return facts.error;
}

/** Only a check of the container definition counts; a restart keeps what was known until the new run has a verdict. */
function healthOf(task: AgentTask, c: ContainerState, facts: ContainerFacts): HealthStatus {
  const check = definitionOf(task, c.name).healthCheck?.command ?? [];
  if (check.length === 0 || check[0] === 'NONE') return 'UNKNOWN';
  if (facts.health === 'healthy') return 'HEALTHY';
  if (facts.health === 'unhealthy') return 'UNHEALTHY';
  return c.health;
}
