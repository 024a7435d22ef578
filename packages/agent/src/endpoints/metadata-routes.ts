import type { RuntimeDriver } from '@longshore/runtime';
import type { AgentIdentity } from '../engine/names.js';
import type { AgentTask, ContainerState } from '../engine/record.js';
import { endpointId } from './endpoint-id.js';
import type { Handler, HttpAnswer, HttpRequest } from './http-endpoint.js';
import { answerProtection, type ProtectionCalls } from './protection.js';
import type { RateLimit } from './rate-limit.js';
import { containerMetadata, type MetadataView, taskMetadata } from './task-metadata.js';

export interface MetadataParts {
  readonly tasks: () => readonly AgentTask[];
  readonly identity: () => AgentIdentity;
  readonly driver: RuntimeDriver;
  /** Where tasks in awsvpc mode have their addresses; empty: nowhere. */
  readonly awsvpcNetwork: string;
  readonly limit: RateLimit;
  readonly protection: ProtectionCalls;
}

interface Place {
  readonly task: AgentTask;
  readonly container: ContainerState;
}

const routes = /^\/(v3|v4)\/([0-9a-f]+)(|\/task|\/taskWithTags|\/stats|\/task\/stats)$/;

/** What the containers of this host may ask: metadata v3 and v4, task protection, credentials. */
export function metadataHandler(parts: MetadataParts): Handler {
  return async (request) => {
    const [, version, id = '', rest = ''] = routes.exec(request.path) ?? [];
    if (version === undefined) return other(parts, request);
    const place = placeOf(parts, id);
    if (!place)
      return { status: 404, body: `${version} metadata handler: no container has the endpoint id ${id}` };
    if (!parts.limit.take(place.task.id)) return tooMany;
    return metadata(parts, place, version === 'v3' ? 'v3' : 'v4', rest);
  };
}

const tooMany: HttpAnswer = {
  status: 429,
  body: 'You have reached maximum request limit.',
  contentType: 'text/plain; charset=utf-8',
};

async function metadata(
  parts: MetadataParts,
  { task, container }: Place,
  version: MetadataView['version'],
  rest: string,
): Promise<HttpAnswer> {
  const view = { version, identity: parts.identity(), awsvpcNetwork: parts.awsvpcNetwork };
  switch (rest) {
    case '':
      return { status: 200, body: containerMetadata(task, container, view) };
    case '/task':
      return { status: 200, body: taskMetadata(task, view) };
    case '/taskWithTags':
      return { status: 200, body: { ...taskMetadata(task, view), TaskTags: tagsOf(task) } };
    case '/stats':
      return { status: 200, body: (await statsOf(parts, container)) ?? null };
    default:
      return { status: 200, body: await taskStats(parts, task) };
  }
}

async function other(parts: MetadataParts, request: HttpRequest): Promise<HttpAnswer> {
  const [, id = ''] = /^\/api\/([0-9a-f]+)\/task-protection\/v1\/state$/.exec(request.path) ?? [];
  if (id !== '') {
    const place = placeOf(parts, id);
    if (!place)
      return {
        status: 404,
        body: {
          error: {
            Code: 'ResourceNotFoundException',
            Message: `Failed to find a task for the request: ${id}`,
          },
        },
      };
    if (!parts.limit.take(place.task.id)) return tooMany;
    return answerProtection(parts.protection, place.task.id, request, parts.identity());
  }
  if (request.path.startsWith('/v2/credentials')) return noCredentials;
  return { status: 404, body: '404 page not found', contentType: 'text/plain; charset=utf-8' };
}

const noCredentials: HttpAnswer = {
  status: 400,
  body: { code: 'InvalidIdInRequest', message: 'CredentialsV2Request: ID not found', HTTPErrorCode: 400 },
};

function placeOf(parts: MetadataParts, id: string): Place | undefined {
  for (const task of parts.tasks())
    for (const container of task.containers)
      if (endpointId(task.id, container.name) === id) return { task, container };
  return undefined;
}

function tagsOf(task: AgentTask): Readonly<Record<string, string>> {
  return Object.fromEntries(task.assignment.tags.map((t) => [t.key ?? '', t.value ?? '']));
}

async function statsOf(parts: MetadataParts, c: ContainerState): Promise<unknown> {
  return c.runtimeId === '' || c.removed ? undefined : parts.driver.stats(c.runtimeId);
}

async function taskStats(parts: MetadataParts, task: AgentTask): Promise<unknown> {
  const known = task.containers.filter((c) => c.runtimeId !== '' && !c.internal);
  const all = await Promise.all(
    known.map(async (c) => [c.runtimeId, (await statsOf(parts, c)) ?? null] as const),
  );
  return Object.fromEntries(all);
}
