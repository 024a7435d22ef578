import type {
  ClusterRecord,
  ContainerDefinition,
  ContainerRecord,
  InstanceRecord,
  InstanceResources,
  TaskDefinition,
  TaskDefinitionRecord,
  TaskHolds,
  TaskRecord,
  TaskReport,
} from './generated/shapes.js';

// Records and shapes with everything filled in, for tests: say only what the test is about.

const someMomentMs = Date.UTC(2030, 0, 1);

export function aClusterRecord(overrides: Partial<ClusterRecord> = {}): ClusterRecord {
  return {
    status: 'ACTIVE',
    settings: [],
    tags: [],
    capacityProviders: [],
    defaultCapacityProviderStrategy: [],
    createdAtMs: someMomentMs,
    deletedAtMs: 0,
    ...overrides,
  };
}

export function someHolds(overrides: Partial<TaskHolds> = {}): TaskHolds {
  return { cpuUnits: 128, memoryMiB: 256, ports: [], gpuIds: [], ...overrides };
}

/** A standalone task that is PROVISIONING, without an instance. */
export function aTaskRecord(overrides: Partial<TaskRecord> = {}): TaskRecord {
  return {
    family: 'web',
    revision: 1,
    instance: '',
    service: '',
    deployment: '',
    group: '',
    startedBy: '',
    launchType: 'EC2',
    desiredStatus: 'RUNNING',
    lastStatus: 'PROVISIONING',
    createdAtMs: someMomentMs,
    pullStartedAtMs: 0,
    pullStoppedAtMs: 0,
    startedAtMs: 0,
    stoppingAtMs: 0,
    executionStoppedAtMs: 0,
    stoppedAtMs: 0,
    connectivityAtMs: 0,
    holds: someHolds(),
    containers: [],
    stopCode: 'UNSET',
    stoppedReason: '',
    tags: [],
    requestHash: new Uint8Array(),
    availabilityZone: '',
    capacityProviderName: '',
    enableExecuteCommand: false,
    attachments: [],
    attributes: [],
    counted: false,
    version: 1,
    healthStatus: 'UNSET',
    protectedUntilMs: 0,
    reportSession: 0,
    reportSequence: 0,
    acknowledged: false,
    placeByMs: 0,
    priority: 0,
    placementConstraints: [],
    placementStrategy: [],
    taskSet: '',
    platformFamily: '',
    logDriverMode: '',
    ...overrides,
  };
}

export function aContainerRecord(overrides: Partial<ContainerRecord> = {}): ContainerRecord {
  return {
    name: 'app',
    lastStatus: 'PENDING',
    runtimeId: '',
    reason: '',
    imageDigest: '',
    networkBindings: [],
    networkInterfaces: [],
    healthStatus: 'UNSET',
    restartCount: 0,
    logTail: '',
    gpuIds: [],
    ...overrides,
  };
}

export function aTaskReport(overrides: Partial<TaskReport> = {}): TaskReport {
  return {
    task: '0'.repeat(32),
    lastStatus: 'PENDING',
    containers: [],
    pullStartedAtMs: 0,
    pullStoppedAtMs: 0,
    startedAtMs: 0,
    stoppingAtMs: 0,
    executionStoppedAtMs: 0,
    stoppedAtMs: 0,
    stopCode: 'UNSET',
    stoppedReason: '',
    healthStatus: 'UNSET',
    attachments: [],
    ...overrides,
  };
}

export function someResources(overrides: Partial<InstanceResources> = {}): InstanceResources {
  return {
    cpuUnits: 2048,
    memoryMiB: 4096,
    reservedTcpPorts: [22, 2375, 2376, 51678, 51679, 51680],
    reservedUdpPorts: [],
    gpus: [],
    dynamicPortFirst: 49153,
    dynamicPortLast: 65535,
    ...overrides,
  };
}

/** An ACTIVE, healthy instance of 2 vCPU and 4 GiB. */
export function anInstanceRecord(overrides: Partial<InstanceRecord> = {}): InstanceRecord {
  return {
    name: 'host-1',
    agentVersion: '0.1.0',
    agentHash: '',
    dockerVersion: '20.10.24',
    agentAttributes: [
      { name: 'ecs.os-type', value: 'linux' },
      { name: 'ecs.availability-zone', value: 'us-east-1a' },
    ],
    resources: someResources(),
    nonces: [],
    registeredAtMs: someMomentMs,
    protocolMinor: 0,
    address: '',
    customAttributes: [],
    status: 'ACTIVE',
    tags: [],
    capacityProviderName: '',
    lostSinceMs: 0,
    overdueSinceMs: 0,
    impairedReason: '',
    reportedSession: 0,
    version: 1,
    epoch: '',
    ...overrides,
  };
}

export function aContainerDefinition(overrides: Partial<ContainerDefinition> = {}): ContainerDefinition {
  return {
    name: 'app',
    image: 'busybox:1.36',
    cpu: 128,
    memory: 256,
    essential: true,
    ...overrides,
  };
}

export function aTaskDefinition(overrides: Partial<TaskDefinition> = {}): TaskDefinition {
  return { family: 'web', containerDefinitions: [aContainerDefinition()], ...overrides };
}

export function aTaskDefinitionRecord(overrides: Partial<TaskDefinitionRecord> = {}): TaskDefinitionRecord {
  return {
    definition: aTaskDefinition(),
    status: 'ACTIVE',
    registeredAtMs: someMomentMs,
    deregisteredAtMs: 0,
    deleteRequestedAtMs: 0,
    registeredBy: '',
    tags: [],
    ...overrides,
  };
}
