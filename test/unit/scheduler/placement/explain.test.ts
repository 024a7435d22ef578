import {
  type InstanceView,
  type PlacementRequest,
  place,
  qualifiedInstances,
  survey,
} from '@longshore/scheduler';
import { expect } from 'chai';
import { anInstance, aRequest, idOf } from '../builders.js';

describe('the explanation of a refusal', () => {
  const small = (n: number, memoryMiB: number): InstanceView => anInstance(n, { resources: { memoryMiB } });
  const web = { holds: { cpuUnits: 0, memoryMiB: 0, ports: [{ port: 80, protocol: 'tcp' as const }] } };
  const cases: { name: string; instances: InstanceView[]; request: PlacementRequest; says: string }[] = [
    {
      name: 'gives the figures of memory',
      instances: [1, 2, 3, 4, 5].map((n) => small(n, n === 3 ? 1024 : 512)),
      request: aRequest({ needs: { memoryMiB: 2048 } }),
      says: '5 container instances lack memory (need 2048 MiB, the most left is 1024 MiB). No container instance of the cluster could ever take it, not even an empty one.',
    },
    {
      name: 'speaks of one instance in the singular',
      instances: [anInstance(1, { tasks: [{ holds: { cpuUnits: 4000, memoryMiB: 0 } }] })],
      request: aRequest(),
      says: '1 container instance lacks CPU units (need 256, the most left is 96).',
    },
    {
      name: 'begins with the reason nearest to a placement and counts each',
      instances: [
        anInstance(1, { status: 'DRAINING' }),
        anInstance(2, { agentConnected: false }),
        anInstance(3, { impairedReason: 'Docker hangs' }),
        anInstance(4, { tasks: [web] }),
        anInstance(5, { tasks: [{ holds: { cpuUnits: 0, memoryMiB: 8000 } }] }),
      ],
      request: aRequest({ needs: { ports: [{ port: 80, protocol: 'tcp' }] } }),
      says: '1 container instance has host port 80/tcp in use; 1 container instance lacks memory (need 512 MiB, the most left is 192 MiB); 1 container instance is impaired (Docker hangs), 1 is without a connected agent; 1 container instance is DRAINING.',
    },
    {
      name: 'names the attribute that is lacking',
      instances: [anInstance(1), anInstance(2), anInstance(3, { attributes: { os: 'windows', gpu: '' } })],
      request: aRequest({ requiredAttributes: [{ name: 'gpu' }, { name: 'os', value: 'linux' }] }),
      says: '2 container instances lack the attribute gpu, 1 lacks the attribute os=linux. No container instance of the cluster could ever take it, not even an empty one.',
    },
    {
      name: 'repeats the expression',
      instances: [anInstance(1), anInstance(2)],
      request: aRequest({ constraints: [{ type: 'memberOf', expression: 'attribute:rack == 7' }] }),
      says: '2 container instances do not satisfy memberOf(attribute:rack == 7). No container instance of the cluster could ever take it, not even an empty one.',
    },
    {
      name: 'points into an expression that is none',
      instances: [anInstance(1)],
      request: aRequest({ constraints: [{ type: 'memberOf', expression: 'attribute:rack ~ 7' }] }),
      says: 'Invalid expression at column 16: expected an operator such as ==, !=, >=, exists, in or =~, but found "~" (attribute:rack ~ 7). No container instance of the cluster could ever take it, not even an empty one.',
    },
    {
      name: 'tells a dynamic port from a reserved one',
      instances: [anInstance(1)],
      request: aRequest({ needs: { ports: [{ port: 40000, protocol: 'udp' }] } }),
      says: '1 container instance has host port 40000/udp among the dynamic ports 32768 to 60999. No container instance of the cluster could ever take it, not even an empty one.',
    },
    {
      name: 'names the group that distinctInstance keeps apart',
      instances: [anInstance(1, { tasks: [{}] })],
      request: aRequest({ constraints: [{ type: 'distinctInstance' }] }),
      says: '1 container instance runs a task of service:web already (distinctInstance).',
    },
    {
      name: 'counts GPUs',
      instances: [anInstance(1, { resources: { gpus: [{ gpuId: 'a' }] } })],
      request: aRequest({ gpuCount: 2 }),
      says: '1 container instance lacks GPUs (need 2, the most free is 1). No container instance of the cluster could ever take it, not even an empty one.',
    },
    {
      name: 'names an instance that is not there',
      instances: [anInstance(1)],
      request: aRequest({ onlyInstances: ['nobody'] }),
      says: 'nobody: no such container instance in the cluster. No container instance of the cluster could ever take it, not even an empty one.',
    },
    {
      name: 'says that there is no instance at all',
      instances: [],
      request: aRequest(),
      says: 'The cluster has no container instance.',
    },
  ];
  for (const { name, instances, request, says } of cases) {
    it(name, () => {
      expect(place({ instances }, [request], { seed: 1 }).refused[0]?.explanation).to.equal(says);
    });
  }
});

describe('a survey', () => {
  it('says of every instance whether it fits, and what else turns it away', () => {
    const instances = [
      anInstance(1),
      anInstance(2, { status: 'DRAINING' }),
      anInstance(3, { agentConnected: false }),
    ];
    const { fits, turnedAway, couldEverFit, explanation } = survey({ instances }, aRequest());
    expect(fits).to.deep.equal([idOf(1)]);
    expect([...turnedAway]).to.deep.equal([
      ['INACTIVE', [idOf(2)]],
      ['AGENT', [idOf(3)]],
    ]);
    expect(couldEverFit).to.equal(true);
    expect(explanation).to.match(
      /^1 container instance is without a connected agent; 1 container instance is DRAINING\.$/,
    );
  });

  it('has nothing to explain where all fit', () => {
    expect(survey({ instances: [anInstance(1)] }, aRequest()).explanation).to.equal('');
  });
});

describe('the instances that a DAEMON service runs on', () => {
  it('are those that satisfy constraints and attributes, full or cut off as they may be', () => {
    const rack = { rack: '1' };
    const instances = [
      anInstance(1, { attributes: rack, tasks: [{ holds: { cpuUnits: 4096, memoryMiB: 8192 } }] }),
      anInstance(2, { attributes: rack, agentConnected: false }),
      anInstance(3, { attributes: rack, status: 'DRAINING' }),
      anInstance(4),
    ];
    const constraints = [{ type: 'memberOf', expression: 'attribute:rack exists' }] as const;
    const qualified = qualifiedInstances({ instances }, { constraints, requiredAttributes: [] });
    expect([...qualified].sort()).to.deep.equal([idOf(1), idOf(2)]);
  });
});
