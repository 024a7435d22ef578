import type { Attachment } from '@longshore/model';
import { expect } from 'chai';
import {
  type AgentTask,
  newTask,
  pauseContainerName,
  withContainer,
} from '../../../packages/agent/src/engine/record.js';
import { taskReport } from '../../../packages/agent/src/engine/report.js';
import { aDefinition, anAssignment } from './world.js';

const type = 'ElasticNetworkInterface';
const subnet = { name: 'subnetId', value: 'subnet-1' };

function aTask(attachments: readonly Attachment[]): AgentTask {
  const networkConfiguration = { awsvpcConfiguration: { subnets: ['subnet-1'] } };
  return newTask({
    assignment: anAssignment({ attachments, networkConfiguration }),
    definition: aDefinition([{ name: 'web' }], { networkMode: 'awsvpc' }),
    epoch: 'e',
    settings: { stopTimeoutMs: 1, cleanupWaitMs: 1 },
    ports: {},
    needsPreparation: false,
    needsPause: true,
  });
}

describe('what the agent says of the interface of a task in awsvpc mode', () => {
  const given = { id: 'given', type, status: 'PRECREATED', details: [subnet] };
  const up = (task: AgentTask): AgentTask =>
    withContainer(task, pauseContainerName, { ipv4Address: '172.30.0.9', macAddress: '02:42:ac:1e:00:09' });
  const known = [
    subnet,
    { name: 'networkInterfaceId', value: 'eni-0123456789abcdef0' },
    { name: 'macAddress', value: '02:42:ac:1e:00:09' },
    { name: 'privateIPv4Address', value: '172.30.0.9' },
  ];

  it('is ATTACHING, ATTACHED with its address, and DELETED, under the id that it was given', () => {
    const task = aTask([given]);
    const states = [task, up(task), { ...up(task), status: 'STOPPED' as const }];
    expect(states.map((t) => taskReport(t).attachments)).to.deep.equal([
      [{ id: 'given', type, status: 'ATTACHING', details: [subnet] }],
      [{ id: 'given', type, status: 'ATTACHED', details: known }],
      [{ id: 'given', type, status: 'DELETED', details: known }],
    ]);
    expect(taskReport(task).containers[0]?.networkInterfaces).to.deep.equal([]);
    expect(taskReport(up(task)).containers[0]?.networkInterfaces).to.deep.equal([
      { attachmentId: 'given', privateIpv4Address: '172.30.0.9' },
    ]);
  });

  it('has one id from the task where a control plane from before gives none', () => {
    const task = aTask([]);
    const ids = [task, up(task)].map((t) => taskReport(t).attachments.map((a) => a.id));
    expect(ids).to.deep.equal(Array(2).fill(['01234567-89ab-cdef-0123-456789abcdef']));
  });

  it('is DELETED too where it never came to be', () => {
    const stopped = { ...aTask([given]), status: 'STOPPED' as const };
    expect(taskReport(stopped).attachments).to.deep.equal([{ ...given, status: 'DELETED' }]);
  });
});
