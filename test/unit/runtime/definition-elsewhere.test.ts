import { definitionOf, taskDefinitionOf } from '@longshore/model';
import { expect } from 'chai';
import { aDefinition, World } from '../agent/world.js';

/** Proofs of what the table says is honoured outside the engine, where nobody else's tests are about the member. */
describe('what the definition says and the engine never sees', () => {
  it('returns what was registered', () => {
    const registered = definitionOf({
      family: 'web',
      networkMode: 'bridge',
      requiresCompatibilities: ['EC2'],
      runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
      containerDefinitions: [
        {
          name: 'main',
          image: 'busybox:1.36',
          memory: 64,
          portMappings: [{ containerPort: 80, name: 'www', appProtocol: 'http2' }],
        },
      ],
    });
    const shown = taskDefinitionOf(
      {
        definition: registered,
        status: 'INACTIVE',
        tags: [],
        registeredAtMs: 1000,
        deregisteredAtMs: 2000,
        deleteRequestedAtMs: 3000,
        registeredBy: 'alice',
      },
      { scope: { region: 'eu-west-1', accountId: '123456789012' }, family: 'web', revision: 7 },
    );
    expect(shown).to.deep.include({
      taskDefinitionArn: 'arn:aws:ecs:eu-west-1:123456789012:task-definition/web:7',
      family: 'web',
      revision: 7,
      status: 'INACTIVE',
      requiresCompatibilities: ['EC2'],
      runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
    });
    expect(shown.registeredBy).to.contain('alice');
    expect(shown.compatibilities).to.include('EC2');
    expect([shown.registeredAt, shown.deregisteredAt, shown.deleteRequestedAt].every(Boolean)).to.equal(true);
    expect(shown.containerDefinitions?.[0]?.portMappings?.[0]).to.include({
      name: 'www',
      appProtocol: 'http2',
    });
  });

  it('a range of ports becomes a binding for each', async () => {
    const world = await new World().start();
    await world.run(aDefinition([{ name: 'web', portMappings: [{ containerPortRange: '8000-8002' }] }]));
    const [container] = world.runtime.containers();
    expect(container?.ports.map((p) => p.containerPort)).to.deep.equal([8000, 8001, 8002]);
    expect(new Set(container?.ports.map((p) => p.hostPort)).size).to.equal(3);
  });
});
