import { toTimestamp, type WatchEventsResponse } from '@longshore/model';
import { expect } from 'chai';
import { eventBridgeOf, lineOf } from '../../../packages/cli/src/commands/events.js';

const arn = (rest: string): string => `arn:aws:ecs:us-east-1:123456789012:${rest}`;
const time = toTimestamp(Date.UTC(2026, 0, 2, 3, 4, 5));
const envelope = {
  revision: 7,
  version: '0',
  id: 'f0f0f0f0-0000-0000-0000-000000000000',
  source: 'aws.ecs',
  account: '123456789012',
  region: 'us-east-1',
  time,
};
const shown = {
  version: '0',
  id: envelope.id,
  source: 'aws.ecs',
  account: '123456789012',
  time: '2026-01-02T03:04:05.000Z',
  region: 'us-east-1',
  revision: 7,
};

describe('events', () => {
  interface Case {
    readonly name: string;
    readonly event: WatchEventsResponse;
    readonly json: object;
    readonly line: string;
  }
  const web = arn('service/default/web');
  const task = arn('task/default/0123456789abcdef0123456789abcdef');
  const instance = arn('container-instance/default/0123456789abcdef0123456789abcdef');
  const cases: readonly Case[] = [
    {
      name: 'of a service',
      event: {
        ...envelope,
        detailType: 'ECS Service Action',
        resources: [web],
        serviceAction: {
          eventType: 'ERROR',
          eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
          clusterArn: arn('cluster/default'),
          createdAt: time,
          reason: 'RESOURCE:CPU',
        },
      },
      json: {
        ...shown,
        'detail-type': 'ECS Service Action',
        resources: [web],
        detail: {
          eventType: 'ERROR',
          eventName: 'SERVICE_TASK_PLACEMENT_FAILURE',
          clusterArn: arn('cluster/default'),
          createdAt: '2026-01-02T03:04:05.000Z',
          reason: 'RESOURCE:CPU',
        },
      },
      line: 'service web: SERVICE_TASK_PLACEMENT_FAILURE: RESOURCE:CPU',
    },
    {
      name: 'of a deployment',
      event: {
        ...envelope,
        detailType: 'ECS Deployment State Change',
        resources: [web],
        deploymentStateChange: {
          eventType: 'INFO',
          eventName: 'SERVICE_DEPLOYMENT_COMPLETED',
          deploymentId: 'ecs-svc/1',
          updatedAt: time,
          reason: 'ECS deployment ecs-svc/1 completed.',
        },
      },
      json: {
        ...shown,
        'detail-type': 'ECS Deployment State Change',
        resources: [web],
        detail: {
          eventType: 'INFO',
          eventName: 'SERVICE_DEPLOYMENT_COMPLETED',
          deploymentId: 'ecs-svc/1',
          updatedAt: '2026-01-02T03:04:05.000Z',
          reason: 'ECS deployment ecs-svc/1 completed.',
        },
      },
      line: 'service web, deployment ecs-svc/1: SERVICE_DEPLOYMENT_COMPLETED: ECS deployment ecs-svc/1 completed.',
    },
    {
      name: 'of a task',
      event: {
        ...envelope,
        detailType: 'ECS Task State Change',
        resources: [task],
        task: {
          taskArn: task,
          clusterArn: arn('cluster/default'),
          lastStatus: 'RUNNING',
          desiredStatus: 'RUNNING',
        },
      },
      json: {
        ...shown,
        'detail-type': 'ECS Task State Change',
        resources: [task],
        detail: {
          taskArn: task,
          clusterArn: arn('cluster/default'),
          lastStatus: 'RUNNING',
          desiredStatus: 'RUNNING',
          updatedAt: '2026-01-02T03:04:05.000Z',
        },
      },
      line: 'task 0123456789ab (): RUNNING, desired RUNNING',
    },
    {
      name: 'of a container instance',
      event: {
        ...envelope,
        detailType: 'ECS Container Instance State Change',
        resources: [instance],
        clusterArn: arn('cluster/default'),
        containerInstance: { containerInstanceArn: instance, status: 'ACTIVE', agentConnected: true },
      },
      json: {
        ...shown,
        'detail-type': 'ECS Container Instance State Change',
        resources: [instance],
        detail: {
          containerInstanceArn: instance,
          status: 'ACTIVE',
          agentConnected: true,
          clusterArn: arn('cluster/default'),
          updatedAt: '2026-01-02T03:04:05.000Z',
        },
      },
      line: 'instance 0123456789ab: ACTIVE, agent connected',
    },
  ];
  for (const { name, event, json, line } of cases)
    it(`${name} have the members that EventBridge gives them, and one line for people`, () => {
      expect(withoutEmpty(eventBridgeOf(event))).to.deep.equal(json);
      expect(lineOf(event)).to.equal(`2026-01-02T03:04:05.000Z  ${line}`);
    });

  it('say where a gap is', () => {
    const gap = { revision: 9, gap: true, time, resources: [] };
    expect(eventBridgeOf(gap)).to.deep.equal({ revision: 9, gap: true, time: '2026-01-02T03:04:05.000Z' });
    expect(lineOf(gap)).to.match(/revision 9 are no longer known/);
  });
});

/** Lists that the shapes of ECS answer empty are no part of these cases. */
function withoutEmpty(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([, v]) => !(Array.isArray(v) && v.length === 0));
  return Object.fromEntries(members.map(([key, v]) => [key, withoutEmpty(v)]));
}
