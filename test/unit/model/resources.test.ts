import {
  aContainerDefinition,
  aTaskDefinition,
  compatibilitiesOf,
  cpuUnitsOf,
  memoryMiBOf,
  requiredAttributes,
  type TaskDefinition,
  type TaskNeeds,
  type TaskOverride,
  taskNeeds,
  useOf,
} from '@longshore/model';
import { expect } from 'chai';

interface Case {
  readonly name: string;
  readonly definition: TaskDefinition;
  readonly overrides?: TaskOverride;
  readonly needs: Partial<TaskNeeds>;
}

const two = [
  aContainerDefinition({ name: 'a', cpu: 100, memory: 300, memoryReservation: 200 }),
  aContainerDefinition({ name: 'b', cpu: 50, memory: 64 }),
];

const cases: readonly Case[] = [
  {
    name: 'sums the containers: memoryReservation before memory',
    definition: aTaskDefinition({ containerDefinitions: two }),
    needs: { cpuUnits: 150, memoryMiB: 264 },
  },
  {
    name: 'takes task-level cpu and memory where given',
    definition: aTaskDefinition({ containerDefinitions: two, cpu: '512', memory: '1024' }),
    needs: { cpuUnits: 512, memoryMiB: 1024 },
  },
  {
    name: 'takes overrides of containers',
    definition: aTaskDefinition({ containerDefinitions: two }),
    overrides: {
      containerOverrides: [
        { name: 'a', cpu: 10, memoryReservation: 20 },
        { name: 'b', memory: 30 },
      ],
    },
    needs: { cpuUnits: 60, memoryMiB: 50 },
  },
  {
    name: 'takes overrides of the task before all',
    definition: aTaskDefinition({ containerDefinitions: two, cpu: '512' }),
    overrides: { cpu: '1 vCPU', memory: '2GB' },
    needs: { cpuUnits: 1024, memoryMiB: 2048 },
  },
  {
    name: 'takes a hostPort in bridge mode, and no dynamic one',
    definition: aTaskDefinition({
      containerDefinitions: [
        aContainerDefinition({
          portMappings: [
            { containerPort: 80, hostPort: 8080 },
            { containerPort: 53, hostPort: 53, protocol: 'udp' },
            { containerPort: 81, hostPort: 0 },
            { containerPort: 82 },
          ],
        }),
      ],
    }),
    needs: {
      ports: [
        { port: 8080, protocol: 'tcp' },
        { port: 53, protocol: 'udp' },
      ],
    },
  },
  {
    name: 'takes the containerPort in host mode',
    definition: aTaskDefinition({
      networkMode: 'host',
      containerDefinitions: [aContainerDefinition({ portMappings: [{ containerPort: 80 }] })],
    }),
    needs: { ports: [{ port: 80, protocol: 'tcp' }] },
  },
  {
    name: 'takes no host port in awsvpc mode',
    definition: aTaskDefinition({
      networkMode: 'awsvpc',
      containerDefinitions: [aContainerDefinition({ portMappings: [{ containerPort: 80, hostPort: 80 }] })],
    }),
    needs: { ports: [] },
  },
  {
    name: 'counts GPUs over the containers',
    definition: aTaskDefinition({
      containerDefinitions: [
        aContainerDefinition({ name: 'a', resourceRequirements: [{ type: 'GPU', value: '2' }] }),
        aContainerDefinition({ name: 'b', resourceRequirements: [{ type: 'GPU', value: '1' }] }),
      ],
    }),
    needs: { gpuCount: 3 },
  },
  {
    name: 'takes an empty list of an override for none: protobuf knows no other',
    definition: aTaskDefinition({
      containerDefinitions: [aContainerDefinition({ resourceRequirements: [{ type: 'GPU', value: '2' }] })],
    }),
    overrides: { containerOverrides: [{ name: 'app', resourceRequirements: [] }] },
    needs: { gpuCount: 2 },
  },
];

describe('taskNeeds', () => {
  for (const c of cases)
    it(c.name, () => expect(taskNeeds(c.definition, c.overrides)).to.deep.include(c.needs));
});

describe('task-level sizes as text', () => {
  const cpu: readonly (readonly [string | undefined, number | undefined])[] = [
    ['1024', 1024],
    ['1 vCPU', 1024],
    ['.5 vcpu', 512],
    ['0.25vCPU', 256],
    [' 256 ', 256],
    ['', undefined],
    [undefined, undefined],
    ['many', undefined],
    ['-1', undefined],
    ['1.5', undefined],
    ['1 GB', undefined],
  ];
  for (const [text, units] of cpu)
    it(`cpu '${text}' is ${units}`, () => expect(cpuUnitsOf(text)).to.equal(units));
  const memory: readonly (readonly [string | undefined, number | undefined])[] = [
    ['512', 512],
    ['2GB', 2048],
    ['2 GB', 2048],
    ['.5 gb', 512],
    ['lots', undefined],
    ['2 vCPU', undefined],
    [undefined, undefined],
  ];
  for (const [text, mib] of memory)
    it(`memory '${text}' is ${mib}`, () => expect(memoryMiBOf(text)).to.equal(mib));
});

describe('useOf', () => {
  const holds = {
    cpuUnits: 10,
    memoryMiB: 20,
    ports: [{ port: 80, protocol: 'tcp' as const }],
    gpuIds: ['g'],
  };
  it('counts what stopping tasks still hold, and nothing of stopped ones', () => {
    const use = useOf([
      { holds, lastStatus: 'RUNNING' },
      { holds, lastStatus: 'STOPPING' },
      { holds, lastStatus: 'PENDING' },
      { holds, lastStatus: 'STOPPED' },
    ]);
    expect(use).to.include({ cpuUnits: 30, memoryMiB: 60, runningTasks: 1, pendingTasks: 1 });
    expect(use.ports).to.have.length(3);
  });
});

describe('what a definition requires', () => {
  const names = (definition: TaskDefinition): readonly (string | undefined)[] =>
    requiredAttributes(definition).map((a) => a.name);

  it('asks a plain definition for the API of Docker alone', () => {
    expect(names(aTaskDefinition())).to.deep.equal(['com.amazonaws.ecs.capability.docker-remote-api.1.18']);
  });

  const features: readonly (readonly [string, TaskDefinition, string])[] = [
    ['awsvpc', aTaskDefinition({ networkMode: 'awsvpc' }), 'ecs.capability.task-eni'],
    ['task memory', aTaskDefinition({ memory: '512' }), 'ecs.capability.task-cpu-mem-limit'],
    [
      'a log driver',
      aTaskDefinition({
        containerDefinitions: [aContainerDefinition({ logConfiguration: { logDriver: 'syslog' } })],
      }),
      'com.amazonaws.ecs.capability.logging-driver.syslog',
    ],
    [
      'a health check',
      aTaskDefinition({
        containerDefinitions: [aContainerDefinition({ healthCheck: { command: ['CMD', 'x'] } })],
      }),
      'ecs.capability.container-health-check',
    ],
    [
      'privileged',
      aTaskDefinition({ containerDefinitions: [aContainerDefinition({ privileged: true })] }),
      'com.amazonaws.ecs.capability.privileged-container',
    ],
  ];
  for (const [name, definition, attribute] of features)
    it(`asks for ${attribute} with ${name}`, () => expect(names(definition)).to.contain(attribute));

  it('runs every definition on EC2, and keeps what else was asked for', () => {
    expect(compatibilitiesOf(aTaskDefinition())).to.contain('EC2');
    expect(
      compatibilitiesOf(aTaskDefinition({ requiresCompatibilities: ['FARGATE'], networkMode: 'awsvpc' })),
    ).to.deep.equal(['EC2', 'FARGATE']);
  });
});
