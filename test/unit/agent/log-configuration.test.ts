import type { LogConfiguration } from '@longshore/model';
import { expect } from 'chai';
import { logConfigurationOf } from '../../../packages/agent/src/engine/log-configuration.js';
import { anAssignment } from './world.js';

const id = '0123456789abcdef0123456789abcdef';
/** What ECS documents for mode non-blocking. */
const buffer = { 'max-buffer-size': '10m' };
const group = { 'awslogs-group': '/ecs/web' };

const cases: readonly {
  readonly name: string;
  readonly mode: string;
  readonly given: LogConfiguration | undefined;
  readonly told: LogConfiguration | undefined;
}[] = [
  {
    name: 'the account says how the log is delivered where the definition does not',
    mode: 'non-blocking',
    given: { logDriver: 'json-file', options: { 'max-size': '1m' } },
    told: { logDriver: 'json-file', options: { 'max-size': '1m', mode: 'non-blocking', ...buffer } },
  },
  {
    name: 'the same without any options',
    mode: 'blocking',
    given: { logDriver: 'syslog' },
    told: { logDriver: 'syslog', options: { mode: 'blocking' } },
  },
  {
    name: 'the mode of the definition wins',
    mode: 'non-blocking',
    given: { logDriver: 'fluentd', options: { mode: 'blocking' } },
    told: { logDriver: 'fluentd', options: { mode: 'blocking' } },
  },
  {
    name: 'awslogs has its stream and its mode',
    mode: 'non-blocking',
    given: { logDriver: 'awslogs', options: { ...group, 'awslogs-stream-prefix': 'ecs' } },
    told: {
      logDriver: 'awslogs',
      options: { ...group, 'awslogs-stream': `ecs/web/${id}`, mode: 'non-blocking', ...buffer },
    },
  },
  {
    name: 'a buffer of its own keeps its size',
    mode: 'non-blocking',
    given: { logDriver: 'json-file', options: { 'max-buffer-size': '25m' } },
    told: { logDriver: 'json-file', options: { 'max-buffer-size': '25m', mode: 'non-blocking' } },
  },
  {
    name: "the definition's own non-blocking mode has the buffer of ECS, whatever the account says",
    mode: 'blocking',
    given: { logDriver: 'fluentd', options: { mode: 'non-blocking' } },
    told: { logDriver: 'fluentd', options: { mode: 'non-blocking', ...buffer } },
  },
  {
    name: 'the same in a task from before the setting counted',
    mode: '',
    given: { logDriver: 'fluentd', options: { mode: 'non-blocking' } },
    told: { logDriver: 'fluentd', options: { mode: 'non-blocking', ...buffer } },
  },
  {
    name: 'without a log configuration the engine has its own',
    mode: 'non-blocking',
    given: undefined,
    told: undefined,
  },
  {
    name: 'where nothing is logged nothing is delivered',
    mode: 'non-blocking',
    given: { logDriver: 'none' },
    told: { logDriver: 'none' },
  },
  {
    name: 'a task from before the setting counted keeps the mode of the engine',
    mode: '',
    given: { logDriver: 'json-file' },
    told: { logDriver: 'json-file' },
  },
];

describe('the log configuration that the engine is told', () => {
  for (const c of cases)
    it(c.name, () => {
      const task = { id, assignment: anAssignment({ logDriverMode: c.mode }) };
      const container = { name: 'web', ...(c.given && { logConfiguration: c.given }) };
      expect(logConfigurationOf(container, task)).to.deep.equal(c.told);
    });

  it('of a journal that was written before the setting counted is that of the engine', () => {
    const { logDriverMode: _, ...assignment } = anAssignment();
    const task = { id, assignment: assignment as ReturnType<typeof anAssignment> };
    const container = { name: 'web', logConfiguration: { logDriver: 'json-file' as const } };
    expect(logConfigurationOf(container, task)).to.deep.equal({ logDriver: 'json-file' });
  });
});
