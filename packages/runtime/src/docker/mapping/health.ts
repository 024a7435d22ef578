import type { ContainerDefinition, HealthCheck } from '@longshore/model';
import { type Apply, honoured, type TableOf } from './table.js';

const healthProof = "healthCheck replaces the image's own, with ECS's defaults";
const nanosPerSecond = 1_000_000_000;

export const healthTable: TableOf<Pick<ContainerDefinition, 'healthCheck'>> = {
  healthCheck: { nested: 'HealthCheck' },
};

/** ECS's defaults; its bounds are held at registration. */
const defaults = { interval: 30, timeout: 5, retries: 3, startPeriod: 0 } as const;

function seconds(member: 'interval' | 'timeout' | 'startPeriod', put: (nanos: number) => object): Apply {
  return (body, { definition }) => {
    const check = definition.healthCheck;
    if (!check) return;
    Object.assign(checkOf(body), put((check[member] ?? defaults[member]) * nanosPerSecond));
  };
}

function checkOf(body: Parameters<Apply>[0]): object {
  body.Healthcheck ??= {};
  return body.Healthcheck;
}

export const healthCheckTable: TableOf<HealthCheck> = {
  command: honoured((body, { definition }) => {
    // Only the container definition's check counts: one in the image is switched off.
    const Test = definition.healthCheck ? [...(definition.healthCheck.command ?? [])] : ['NONE'];
    Object.assign(checkOf(body), { Test });
  }, healthProof),
  interval: honoured(
    seconds('interval', (Interval) => ({ Interval })),
    healthProof,
  ),
  timeout: honoured(
    seconds('timeout', (Timeout) => ({ Timeout })),
    healthProof,
  ),
  startPeriod: honoured(
    seconds('startPeriod', (StartPeriod) => ({ StartPeriod })),
    healthProof,
  ),
  retries: honoured((body, { definition }) => {
    if (definition.healthCheck)
      Object.assign(checkOf(body), { Retries: definition.healthCheck.retries ?? defaults.retries });
  }, healthProof),
};
