import { readFileSync } from 'node:fs';
import { instanceArn, taskArn } from '@longshore/model';
import { type AgentIdentity, engineName } from '../engine/names.js';
import { imageOf } from '../engine/overrides.js';
import { type AgentTask, definitionOf } from '../engine/record.js';
import { agentHash, agentVersion } from '../version.js';
import type { Handler, HttpAnswer } from './http-endpoint.js';
import { addressesOf, type Json, present, time } from './task-metadata.js';

export interface IntrospectionParts {
  readonly tasks: () => readonly AgentTask[];
  readonly identity: () => AgentIdentity;
}

/** The introspection of ECS's agent: /v1/metadata, /v1/tasks with its filters, /license. */
export function introspectionHandler(parts: IntrospectionParts): Handler {
  return (request) => {
    const answers: Readonly<Record<string, () => HttpAnswer>> = {
      '/v1/metadata': () => ({ status: 200, body: agentMetadata(parts.identity()) }),
      '/v1/tasks': () => tasksAnswer(parts, request.query),
      '/license': () => ({ status: 200, body: licenseText(), contentType: 'text/plain; charset=utf-8' }),
    };
    const known =
      answers[request.path] ?? (() => ({ status: 200, body: { AvailableCommands: Object.keys(answers) } }));
    return Promise.resolve(known());
  };
}

function agentMetadata(who: AgentIdentity): Json {
  const scope = { region: who.region, accountId: who.accountId };
  return {
    Cluster: who.cluster,
    ContainerInstanceArn: who.instance === '' ? null : instanceArn(scope, who.cluster, who.instance),
    Version: `Longshore Agent - ${agentVersion} (${agentHash})`,
  };
}

function tasksAnswer(parts: IntrospectionParts, query: URLSearchParams): HttpAnswer {
  const dockerId = query.get('dockerid');
  const arn = query.get('taskarn');
  const who = parts.identity();
  const all = parts.tasks();
  if (dockerId !== null && arn !== null) return badRequest;
  if (dockerId === null && arn === null)
    return { status: 200, body: { Tasks: all.map((t) => taskOf(t, who)) } };
  const found = all.filter((t) =>
    arn === null
      ? t.containers.some((c) => c.runtimeId !== '' && c.runtimeId.startsWith(dockerId ?? ''))
      : arnOf(t, who) === arn,
  );
  const [task, second] = found;
  // A prefix that names several containers names none.
  if (second || (dockerId !== null && dockerId === '')) return badRequest;
  return task ? { status: 200, body: taskOf(task, who) } : { status: 404, body: noTask };
}

/** As ECS's agent answers: nothing to one who asked wrongly, a task without members to one who asked in vain. */
const badRequest: HttpAnswer = { status: 400, body: '', contentType: 'application/json' };
const noTask: Json = { Arn: '', KnownStatus: '', Family: '', Version: '', Containers: null };

function arnOf(task: AgentTask, who: AgentIdentity): string {
  return taskArn({ region: who.region, accountId: who.accountId }, who.cluster, task.id);
}

function taskOf(task: AgentTask, who: AgentIdentity): Json {
  const [family = '', revision = ''] = task.assignment.definition.split(':');
  return {
    Arn: arnOf(task, who),
    DesiredStatus: task.stopping ? 'STOPPED' : 'RUNNING',
    KnownStatus: task.status === 'STOPPING' ? 'RUNNING' : task.status,
    Family: family,
    Version: revision,
    Containers: task.containers
      .filter((c) => !c.internal)
      .map((c) =>
        present({
          DockerId: c.runtimeId,
          DockerName: engineName(task, c.name),
          Name: c.name,
          Image: imageOf(task.assignment, definitionOf(task, c.name)),
          ImageID: c.imageId,
          CreatedAt: time(c.wallCreatedAtMs),
          StartedAt: time(c.wallStartedAtMs),
          Ports:
            c.ports.length === 0
              ? undefined
              : c.ports.map((p) => ({
                  ContainerPort: p.containerPort,
                  Protocol: p.protocol,
                  HostPort: p.hostPort,
                })),
          Networks:
            addressesOf(task, c).length === 0
              ? undefined
              : [
                  {
                    NetworkMode: task.definition.networkMode ?? 'bridge',
                    IPv4Addresses: addressesOf(task, c),
                  },
                ],
        }),
      ),
  };
}

/** From beside packages/ in the repository, or beside the package where it is installed alone. */
function licenseText(): string {
  for (const place of ['../LICENSE', '../../../LICENSE', '../../../../LICENSE'])
    try {
      return readFileSync(new URL(place, import.meta.url), 'utf8');
    } catch {
      // Not there: the next place.
    }
  return 'Apache License, Version 2.0: https://www.apache.org/licenses/LICENSE-2.0';
}
