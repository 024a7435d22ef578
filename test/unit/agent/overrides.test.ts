import { expect } from 'chai';
import { effectiveDefinition } from '../../../packages/agent/src/engine/overrides.js';
import { aDefinition, anAssignment } from './world.js';

describe('the overrides of a task', () => {
  const file = (name: string) => ({ value: `/env/${name}.env`, type: 'longshore.file' as const });
  const definition = aDefinition(
    [
      {
        name: 'web',
        command: ['serve'],
        cpu: 64,
        memoryReservation: 8,
        environment: [
          { name: 'A', value: 'kept' },
          { name: 'B', value: 'of the definition' },
        ],
        environmentFiles: [file('definition')],
        resourceRequirements: [{ type: 'GPU', value: '1' }],
      },
      { name: 'side' },
    ],
    { cpu: '256', memory: '64', taskRoleArn: 'role', executionRoleArn: 'execution' },
  );

  it('stand in place of the definition, but for the environment, which they add to', () => {
    const overrides = {
      cpu: '512',
      memory: '128',
      taskRoleArn: 'other',
      executionRoleArn: 'another',
      containerOverrides: [
        {
          name: 'web',
          command: ['migrate'],
          cpu: 32,
          memory: 32,
          memoryReservation: 16,
          environment: [
            { name: 'B', value: 'of the override' },
            { name: 'C', value: 'new' },
          ],
          environmentFiles: [file('override')],
          resourceRequirements: [{ type: 'GPU' as const, value: '2' }],
        },
      ],
    };
    const { containerDefinitions = [], ...task } = effectiveDefinition(
      definition,
      anAssignment({ overrides }),
    );
    expect(task).to.deep.include({
      cpu: '512',
      memory: '128',
      taskRoleArn: 'other',
      executionRoleArn: 'another',
    });
    const [web, side] = containerDefinitions;
    expect(web).to.deep.include({
      command: ['migrate'],
      cpu: 32,
      memory: 32,
      memoryReservation: 16,
      environment: [
        { name: 'A', value: 'kept' },
        { name: 'B', value: 'of the override' },
        { name: 'C', value: 'new' },
      ],
      // ECS: "instead of the value from the container definition".
      environmentFiles: [file('override')],
      resourceRequirements: [{ type: 'GPU', value: '2' }],
    });
    expect(side).to.deep.equal(definition.containerDefinitions?.[1]);
  });

  it('that are empty override nothing', () => {
    const empty = {
      name: 'web',
      command: [],
      environment: [],
      environmentFiles: [],
      resourceRequirements: [],
    };
    const effective = effectiveDefinition(
      definition,
      anAssignment({ overrides: { containerOverrides: [empty] } }),
    );
    expect(effective.containerDefinitions?.[0]).to.deep.equal(definition.containerDefinitions?.[0]);
  });
});
