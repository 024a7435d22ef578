import { CodedError } from '@longshore/kit';
import { fromTimestamp, type TaskProtectionResponse, taskArn } from '@longshore/model';
import type { AgentIdentity } from '../engine/names.js';
import type { HttpAnswer, HttpRequest } from './http-endpoint.js';
import { present, time } from './task-metadata.js';

export type ProtectionCalls = (
  task: string,
  change: { readonly protectionEnabled?: boolean; readonly expiresInMinutes?: number },
) => Promise<TaskProtectionResponse>;

type Change = Parameters<ProtectionCalls>[1];

/** GET and PUT of $ECS_AGENT_URI/task-protection/v1/state, with the bodies that ECS documents. */
export async function answerProtection(
  call: ProtectionCalls,
  task: string,
  request: HttpRequest,
  identity: AgentIdentity,
): Promise<HttpAnswer> {
  const arn = taskArn({ region: identity.region, accountId: identity.accountId }, identity.cluster, task);
  if (request.method !== 'GET' && request.method !== 'PUT')
    return failed(405, arn, 'InvalidParameterException', 'only GET and PUT');
  const change = request.method === 'GET' ? {} : changeOf(await request.body());
  if (typeof change === 'string') return failed(400, arn, 'InvalidParameterException', change);
  try {
    return answerOf(await call(task, change));
  } catch (thrown) {
    if (!(thrown instanceof CodedError)) throw thrown;
    return failed(thrown.retryable ? 504 : 400, arn, thrown.code, thrown.message);
  }
}

function answerOf({ protectedTask, failure }: TaskProtectionResponse): HttpAnswer {
  if (failure) {
    const { arn: Arn, reason: Reason, detail: Detail } = failure;
    return { status: Reason === 'MISSING' ? 404 : 409, body: { failure: present({ Arn, Reason, Detail }) } };
  }
  const { expirationDate } = protectedTask ?? {};
  const protection = present({
    TaskArn: protectedTask?.taskArn,
    ProtectionEnabled: protectedTask?.protectionEnabled ?? false,
    ExpirationDate: expirationDate && time(fromTimestamp(expirationDate)),
  });
  return { status: 200, body: { protection } };
}

function failed(status: number, arn: string, code: string, message: string): HttpAnswer {
  return { status, body: { error: { Arn: arn, Code: code, Message: message } } };
}

/** The change that a PUT asks for, or what is wrong with it. */
function changeOf(text: string): Change | string {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return 'UpdateTaskProtection: the body is no JSON';
  }
  if (typeof body !== 'object' || body === null) return 'UpdateTaskProtection: the body is no JSON object';
  const {
    ProtectionEnabled: enabled,
    ExpiresInMinutes: minutes,
    ...unknown
  } = body as Record<string, unknown>;
  const [strange] = Object.keys(unknown);
  if (strange !== undefined) return `UpdateTaskProtection: json: unknown field "${strange}"`;
  if (typeof enabled !== 'boolean') return 'Invalid request: does not contain ProtectionEnabled field';
  if (minutes === undefined || minutes === null) return { protectionEnabled: enabled };
  return Number.isInteger(minutes)
    ? { protectionEnabled: enabled, expiresInMinutes: minutes as number }
    : 'ExpiresInMinutes: must be a whole number';
}
