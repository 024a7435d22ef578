import type { ContainerRecord, NetworkBinding, TaskReport } from '@longshore/model';
import type { PortBinding } from '@longshore/runtime';
import { awsvpcAttachments, awsvpcInterfaces } from './awsvpc.js';
import { type AgentTask, type ContainerState, definitionOf } from './record.js';
import { taskHealth } from './status.js';

/** The whole of what the agent knows of a task, as the control plane takes it. */
export function taskReport(task: AgentTask): TaskReport {
  return {
    task: task.id,
    lastStatus: task.status,
    containers: task.containers.filter((c) => !c.internal).map((c) => containerRecord(task, c)),
    pullStartedAtMs: task.pullStartedAtMs,
    pullStoppedAtMs: task.pullStoppedAtMs,
    startedAtMs: task.startedAtMs,
    stoppingAtMs: task.stoppingAtMs,
    executionStoppedAtMs: task.executionStoppedAtMs,
    stoppedAtMs: task.stoppedAtMs,
    stopCode: task.stopCode,
    stoppedReason: task.stoppedReason,
    healthStatus: taskHealth(task),
    attachments: awsvpcAttachments(task),
  };
}

function containerRecord(task: AgentTask, c: ContainerState): ContainerRecord {
  const status = c.phase === 'RUNNING' || c.phase === 'STOPPED' ? c.phase : 'PENDING';
  return {
    name: c.name,
    lastStatus: status,
    runtimeId: c.runtimeId,
    // A container between two runs has no exit code to show.
    ...(c.phase === 'STOPPED' && c.exitCode !== undefined ? { exitCode: c.exitCode } : {}),
    reason: c.reason,
    imageDigest: c.imageDigest.replace(/^sha256:/, ''),
    networkBindings: c.startedAtMs === 0 ? [] : networkBindings(task, c),
    networkInterfaces: awsvpcInterfaces(task),
    healthStatus: c.health,
    restartCount: c.restartCount,
    logTail: c.logTail,
    gpuIds: gpuIdsOf(task, c.name),
  };
}

/** The GPUs that a container gets of those that its task holds: in order of the definition. */
export function gpuIdsOf(task: AgentTask, name: string): readonly string[] {
  let from = 0;
  const held = task.assignment.holds?.gpuIds ?? [];
  for (const d of task.definition.containerDefinitions ?? []) {
    const wanted = (d.resourceRequirements ?? [])
      .filter((r) => r.type === 'GPU')
      .reduce((sum, r) => sum + Number(r.value ?? 0), 0);
    if (d.name === name) return held.slice(from, from + wanted);
    from += wanted;
  }
  return [];
}

/** One binding per mapping; a range of ports is one mapping. */
export function networkBindings(task: AgentTask, c: ContainerState): readonly NetworkBinding[] {
  const ranges = (definitionOf(task, c.name).portMappings ?? []).flatMap((m) =>
    m.containerPortRange ? [{ range: m.containerPortRange, protocol: m.protocol ?? 'tcp' }] : [],
  );
  const inRange = (p: PortBinding): boolean =>
    ranges.some((r) => r.protocol === p.protocol && within(r.range, p.containerPort));
  const single = c.ports.filter((p) => !inRange(p)).map(binding);
  const ranged = ranges.flatMap(({ range, protocol }) => {
    const ports = c.ports.filter((p) => p.protocol === protocol && within(range, p.containerPort));
    const hosts = ports.map((p) => p.hostPort);
    if (hosts.length === 0) return [];
    const hostPortRange = `${Math.min(...hosts)}-${Math.max(...hosts)}`;
    const bindIP = ports[0]?.hostIp ?? '0.0.0.0';
    return [{ bindIP, containerPortRange: range, hostPortRange, protocol } as const];
  });
  return [...single, ...ranged];
}

function binding(p: PortBinding): NetworkBinding {
  return {
    bindIP: p.hostIp ?? '0.0.0.0',
    containerPort: p.containerPort,
    hostPort: p.hostPort,
    protocol: p.protocol,
  };
}

function within(range: string, port: number): boolean {
  const [first = 0, last = first] = range.split('-').map(Number);
  return port >= first && port <= last;
}
