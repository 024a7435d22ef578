import {
  aContainerDefinition,
  aTaskDefinition,
  type ContainerDefinition,
  definitionOf,
  EcsError,
  type EcsErrorName,
  type RegisterTaskDefinitionRequest,
} from '@longshore/model';
import { expect } from 'chai';

function registering(request: RegisterTaskDefinitionRequest): EcsError {
  try {
    definitionOf(request);
  } catch (error) {
    if (error instanceof EcsError) return error;
    throw error;
  }
  throw new Error('was taken');
}

const one = (overrides: Partial<ContainerDefinition>): RegisterTaskDefinitionRequest =>
  aTaskDefinition({ containerDefinitions: [aContainerDefinition(overrides)] });
const awslogs = (options: Readonly<Record<string, string>>): RegisterTaskDefinitionRequest =>
  one({ logConfiguration: { logDriver: 'awslogs', options } });
const withSide = (
  app: Partial<ContainerDefinition>,
  side: Partial<ContainerDefinition> = {},
): RegisterTaskDefinitionRequest =>
  aTaskDefinition({
    containerDefinitions: [
      aContainerDefinition(app),
      aContainerDefinition({ name: 'side', essential: false, ...side }),
    ],
  });
const task = (overrides: Partial<RegisterTaskDefinitionRequest>): RegisterTaskDefinitionRequest => ({
  ...aTaskDefinition(),
  ...overrides,
});

interface Refusal {
  readonly name: string;
  readonly request: RegisterTaskDefinitionRequest;
  readonly message: RegExp;
  readonly code?: EcsErrorName;
}

const fargate = {
  requiresCompatibilities: ['FARGATE'],
  networkMode: 'awsvpc',
  cpu: '256',
  memory: '512',
} as const;

const envFiles = (count: number): ContainerDefinition['environmentFiles'] =>
  Array.from({ length: count }, (_, i) => ({ type: 'longshore.file' as const, value: `/env/${i}.env` }));

const refusals: Readonly<Record<string, readonly Refusal[]>> = {
  'names and lists': [
    { name: 'no family', request: task({ family: '' }), message: /^Family should not be null or empty/ },
    {
      name: 'a family with a slash',
      request: task({ family: 'a/b' }),
      message: /^Family contains invalid characters: 'a\/b'/,
    },
    {
      name: 'no container',
      request: task({ containerDefinitions: [] }),
      message: /^Container list cannot be empty/,
    },
    {
      name: 'more than ten containers',
      request: task({
        containerDefinitions: Array.from({ length: 11 }, (_, i) => aContainerDefinition({ name: `c${i}` })),
      }),
      message: /^Too many containers\.$/,
    },
    {
      name: 'a container without a name',
      request: one({ name: undefined }),
      message: /^Container\.name should not be null or empty\.$/,
    },
    {
      name: 'a container without an image',
      request: one({ image: '' }),
      message: /^Container\.image should not be null or empty\.$/,
    },
    {
      name: 'an image with a space',
      request: one({ image: 'a b' }),
      message: /^Container\.image contains invalid characters/,
    },
    {
      name: 'a name twice',
      request: withSide({}, { name: 'app' }),
      message: /^Container names must be unique within a Task Definition\.$/,
    },
    {
      name: 'no essential container',
      request: one({ essential: false }),
      message: /at least one .* must be essential/i,
    },
    {
      name: 'a definition above 64 KiB',
      request: one({ command: ['x'.repeat(65_600)] }),
      message: /^Actual length: '\d+'\. Max allowed length is '65536' bytes\.$/,
    },
  ],
  'cpu and memory': [
    {
      name: 'negative cpu',
      request: one({ cpu: -1 }),
      message: /^Invalid setting for container 'app'\. 'cpu' must be at least 0, but was -1/,
    },
    {
      name: 'memory below what Docker starts',
      request: one({ memory: 5 }),
      message: /'memory' must be at least 6 MiB/,
    },
    {
      name: 'negative memoryReservation',
      request: one({ memoryReservation: -5 }),
      message: /'memoryReservation' must be/,
    },
    {
      name: 'memory below memoryReservation',
      request: one({ memory: 100, memoryReservation: 200 }),
      message: /'memory' \(100\) must not be less than 'memoryReservation' \(200\)/,
    },
    {
      name: 'neither memory nor memoryReservation anywhere',
      request: one({ memory: undefined }),
      message:
        /^Invalid setting for container 'app'\. At least one of 'memory' or 'memoryReservation' must be specified\.$/,
    },
    {
      name: "a container's memory above the task's",
      request: { ...one({ memory: 600 }), memory: '512' },
      message: /^The 'memory' setting for container 'app' is greater than for the task\.$/,
    },
    {
      name: "containers that reserve more than the task's memory together",
      request: { ...withSide({ memory: 300 }, { memory: 300 }), memory: '512' },
      message:
        /^Invalid 'memory' setting for task\. Its containers reserve 600 MiB together, more than the task's 512/,
    },
    {
      name: "containers that ask for more than the task's cpu together",
      request: { ...withSide({ cpu: 200 }, { cpu: 200 }), cpu: '256' },
      message: /^The sum of all container 'cpu' values cannot be greater than the value of the task 'cpu'\.$/,
    },
    {
      name: 'task cpu that is no number',
      request: task({ cpu: 'much' }),
      message: /^Invalid 'cpu' setting for task\. 'much'/,
    },
    {
      name: 'task cpu below 128 units',
      request: task({ cpu: '64' }),
      message: /^Invalid 'cpu' setting for task\. '64'/,
    },
    {
      name: 'task memory that is no amount',
      request: task({ memory: '1 TB' }),
      message: /^Invalid 'memory' setting for task\. '1 TB'/,
    },
  ],
  ports: [
    {
      name: 'port 0',
      request: one({ portMappings: [{ containerPort: 0 }] }),
      message: /'containerPort' must be between 1 and 65535, but was 0/,
    },
    {
      name: 'a host port above 65535',
      request: one({ portMappings: [{ containerPort: 80, hostPort: 70000 }] }),
      message: /'hostPort' must be/,
    },
    {
      name: 'a host port twice',
      request: withSide(
        { portMappings: [{ containerPort: 80, hostPort: 80 }] },
        { portMappings: [{ containerPort: 81, hostPort: 80 }] },
      ),
      message: /host port 80\/tcp is used more than once/,
    },
    {
      name: 'mappings without a network',
      request: { ...one({ portMappings: [{ containerPort: 80 }] }), networkMode: 'none' },
      message: /^Port mappings are not supported when networkMode=none/,
    },
    {
      name: 'different ports in awsvpc mode',
      request: { ...one({ portMappings: [{ containerPort: 80, hostPort: 81 }] }), networkMode: 'awsvpc' },
      message: /^When networkMode=awsvpc, the host ports and container ports in port mappings must match\.$/,
    },
    {
      name: 'different ports in host mode',
      request: { ...one({ portMappings: [{ containerPort: 80, hostPort: 81 }] }), networkMode: 'host' },
      message: /^When networkMode=host, the host ports/,
    },
    {
      name: 'a range that runs backwards',
      request: one({ portMappings: [{ containerPortRange: '90-80' }] }),
      message: /'containerPortRange' must be FIRST-LAST/,
    },
    {
      name: 'a range beside a port',
      request: one({ portMappings: [{ containerPortRange: '80-90', containerPort: 80 }] }),
      message: /'containerPortRange' cannot stand beside/,
    },
    {
      name: 'a range in host mode',
      request: { ...one({ portMappings: [{ containerPortRange: '80-90' }] }), networkMode: 'host' },
      message: /'containerPortRange' is not supported when networkMode=host/,
    },
    {
      name: 'ranges that overlap',
      request: one({ portMappings: [{ containerPortRange: '80-90' }, { containerPort: 85 }] }),
      message: /include container port 85 more than once/,
    },
    {
      name: 'a name in capitals',
      request: one({ portMappings: [{ containerPort: 80, name: 'Web' }] }),
      message: /name 'Web' must be/,
    },
    {
      name: 'a name twice',
      request: one({
        portMappings: [
          { containerPort: 80, name: 'web' },
          { containerPort: 81, name: 'web' },
        ],
      }),
      message: /the name 'web' is used more than once/,
    },
  ],
  neighbours: [
    {
      name: 'a link to nothing',
      request: one({ links: ['db'] }),
      message: /'links' points to 'db', and no container has that name/,
    },
    {
      name: 'a link to itself',
      request: one({ links: ['app'] }),
      message: /'links' points to the container itself/,
    },
    {
      name: 'links outside bridge mode',
      request: { ...withSide({ links: ['side'] }), networkMode: 'awsvpc' },
      message: /^Links are not supported when networkMode=awsvpc\.$/,
    },
    {
      name: 'hostname in awsvpc mode',
      request: { ...one({ hostname: 'h' }), networkMode: 'awsvpc' },
      message: /^hostname is not supported on container when networkMode=awsvpc\.$/,
    },
    {
      name: 'extraHosts in awsvpc mode',
      request: { ...one({ extraHosts: [{ hostname: 'h', ipAddress: '10.0.0.1' }] }), networkMode: 'awsvpc' },
      message: /^extraHosts is not supported/,
    },
    {
      name: 'a dependency on nothing',
      request: one({ dependsOn: [{ containerName: 'db', condition: 'START' }] }),
      message: /^Cannot depend on container 'db' because it does not exist/,
    },
    {
      name: 'a dependency without a condition',
      request: withSide({ dependsOn: [{ containerName: 'side' }] }),
      message: /'dependsOn' needs containerName and condition/,
    },
    {
      name: 'SUCCESS of an essential container',
      request: withSide(
        { dependsOn: [{ containerName: 'side', condition: 'SUCCESS' }] },
        { essential: true },
      ),
      message: /^A dependency container with SUCCESS or COMPLETE condition cannot be an essential container$/,
    },
    {
      name: 'COMPLETE of an essential container',
      request: withSide(
        { dependsOn: [{ containerName: 'side', condition: 'COMPLETE' }] },
        { essential: undefined },
      ),
      message: /cannot be an essential container$/,
    },
    {
      name: 'HEALTHY of a container without a health check',
      request: withSide({ dependsOn: [{ containerName: 'side', condition: 'HEALTHY' }] }),
      message: /'side' has no health check/,
    },
    {
      name: 'a cycle of dependencies',
      request: withSide(
        { dependsOn: [{ containerName: 'side', condition: 'START' }] },
        { dependsOn: [{ containerName: 'app', condition: 'START' }] },
      ),
      message: /^Containers 'app', 'side' wait for each other in a cycle/,
    },
    {
      name: 'a cycle through links and volumesFrom',
      request: withSide({ links: ['side'] }, { volumesFrom: [{ sourceContainer: 'app' }] }),
      message: /wait for each other in a cycle/,
    },
    {
      name: 'volumesFrom nothing',
      request: one({ volumesFrom: [{ sourceContainer: 'db' }] }),
      message: /'volumesFrom' names 'db'/,
    },
    {
      name: "a kernel parameter of the host's network",
      request: {
        ...one({ systemControls: [{ namespace: 'net.core.somaxconn', value: '1' }] }),
        networkMode: 'host',
      },
      message: /'systemControls' net\.core\.somaxconn is not supported when networkMode=host/,
    },
    {
      name: 'a kernel parameter that has no namespace',
      request: one({ systemControls: [{ namespace: 'vm.swappiness', value: '1' }] }),
      message: /not 'vm\.swappiness'/,
    },
  ],
  'what a container says of itself': [
    {
      name: 'a health check without a kind',
      request: one({ healthCheck: { command: ['curl'] } }),
      message: /'healthCheck\.command' must start with CMD or CMD-SHELL/,
    },
    {
      name: 'an interval below 5 s',
      request: one({ healthCheck: { command: ['CMD', 'x'], interval: 4 } }),
      message: /'healthCheck\.interval' must be between 5 and 300, but was 4/,
    },
    {
      name: 'a timeout above 60 s',
      request: one({ healthCheck: { command: ['CMD', 'x'], timeout: 61 } }),
      message: /'healthCheck\.timeout' must be between 2 and 60/,
    },
    {
      name: 'eleven retries',
      request: one({ healthCheck: { command: ['CMD', 'x'], retries: 11 } }),
      message: /'healthCheck\.retries' must be between 1 and 10/,
    },
    {
      name: 'a start period above 300 s',
      request: one({ healthCheck: { command: ['CMD', 'x'], startPeriod: 301 } }),
      message: /'healthCheck\.startPeriod'/,
    },
    {
      name: 'a restart period below 60 s',
      request: one({ restartPolicy: { enabled: true, restartAttemptPeriod: 59 } }),
      message: /'restartPolicy\.restartAttemptPeriod' must be between 60 and 1800/,
    },
    {
      name: 'a restart period above 1800 s',
      request: one({ restartPolicy: { enabled: true, restartAttemptPeriod: 1801 } }),
      message: /'restartPolicy\.restartAttemptPeriod' must be between 60 and 1800 seconds, but was 1801/,
    },
    {
      name: 'eleven environment files',
      request: one({ environmentFiles: envFiles(11) }),
      message: /'environmentFiles' has 11 entries; the limit is 10/,
    },
    {
      name: '51 ignored exit codes',
      request: one({ restartPolicy: { enabled: true, ignoredExitCodes: Array(51).fill(1) } }),
      message: /more than 50 entries/,
    },
    {
      name: 'a negative stopTimeout',
      request: one({ stopTimeout: -1 }),
      message: /'stopTimeout' must be at least 0/,
    },
    {
      name: 'an environment without a name',
      request: one({ environment: [{ name: '', value: 'x' }] }),
      message: /'environment' has an invalid name/,
    },
    {
      name: 'an environment file of S3',
      request: one({ environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::b/a.env' }] }),
      message: /environmentFiles of type s3 is not supported/,
    },
    {
      name: 'an environment file that does not end in .env',
      request: one({ environmentFiles: [{ type: 'longshore.file', value: '/a/b' }] }),
      message: /must end in \.env/,
    },
    {
      name: 'an environment file that climbs',
      request: one({ environmentFiles: [{ type: 'longshore.file', value: '/a/../b.env' }] }),
      message: /must be an absolute path/,
    },
    {
      name: 'a soft limit above the hard one',
      request: one({ ulimits: [{ name: 'nofile', softLimit: 2, hardLimit: 1 }] }),
      message: /'ulimits' nofile: softLimit \(2\)/,
    },
    {
      name: 'a capability that does not exist',
      request: one({ linuxParameters: { capabilities: { add: ['FLY'] } } }),
      message: /no capability 'FLY'/,
    },
    {
      name: 'a tmpfs without a size',
      request: one({ linuxParameters: { tmpfs: [{ containerPath: '/t' }] } }),
      message: /'linuxParameters\.tmpfs' needs a size/,
    },
    {
      name: 'a swappiness of 101',
      request: one({ linuxParameters: { swappiness: 101 } }),
      message: /'linuxParameters\.swappiness' must be between 0 and 100/,
    },
    {
      name: 'a security option that ECS does not have',
      request: one({ dockerSecurityOptions: ['seccomp=unconfined'] }),
      message: /not 'seccomp=unconfined'/,
    },
    {
      name: 'half a GPU',
      request: one({ resourceRequirements: [{ type: 'GPU', value: '0.5' }] }),
      message: /needs a whole number, but was '0\.5'/,
    },
    {
      name: 'no log driver',
      request: one({ logConfiguration: {} }),
      message: /'logConfiguration\.logDriver' should not be null/,
    },
    {
      name: 'awslogs without options',
      request: one({ logConfiguration: { logDriver: 'awslogs' } }),
      message: /^Log driver awslogs requires options: awslogs-region, awslogs-group$/,
    },
    {
      name: 'awslogs without a group',
      request: awslogs({ 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'ecs' }),
      message: /^Log driver awslogs requires options: awslogs-group$/,
    },
    {
      name: 'awslogs with an empty region',
      request: awslogs({ 'awslogs-region': '', 'awslogs-group': '/ecs/web' }),
      message: /^Log driver awslogs requires options: awslogs-region$/,
    },
  ],
  volumes: [
    {
      name: 'a mount of an unknown volume',
      request: one({ mountPoints: [{ sourceVolume: 'v', containerPath: '/v' }] }),
      message: /unknown volume 'v'/,
    },
    {
      name: 'a mount on a relative path',
      request: {
        ...one({ mountPoints: [{ sourceVolume: 'v', containerPath: 'v' }] }),
        volumes: [{ name: 'v' }],
      },
      message: /'v' must be an absolute path/,
    },
    {
      name: 'a volume name twice',
      request: task({ volumes: [{ name: 'v' }, { name: 'v' }] }),
      message: /^Volume name 'v' is used more than once/,
    },
    {
      name: 'a relative source path',
      request: task({ volumes: [{ name: 'v', host: { sourcePath: 'x' } }] }),
      message: /sourcePath 'x' must be an absolute path/,
    },
    {
      name: 'autoprovision of a task volume',
      request: task({
        volumes: [{ name: 'v', dockerVolumeConfiguration: { scope: 'task', autoprovision: true } }],
      }),
      message: /autoprovision is only supported when scope is shared/,
    },
  ],
  'refused by name': [
    {
      name: 'secrets',
      request: one({ secrets: [{ name: 'S', valueFrom: 'x' }] }),
      message: /^Container 'app': secrets is not supported/,
    },
    {
      name: 'logConfiguration.secretOptions',
      request: one({
        logConfiguration: { logDriver: 'splunk', secretOptions: [{ name: 'S', valueFrom: 'x' }] },
      }),
      message: /logConfiguration\.secretOptions is not supported/,
    },
    {
      name: 'log driver awsfirelens',
      request: one({ logConfiguration: { logDriver: 'awsfirelens' } }),
      message: /log driver awsfirelens is not supported/,
    },
    {
      name: 'firelensConfiguration',
      request: one({ firelensConfiguration: { type: 'fluentbit' } }),
      message: /firelensConfiguration is not supported/,
    },
    {
      name: 'repositoryCredentials',
      request: one({ repositoryCredentials: { credentialsParameter: 'x' } }),
      message: /repositoryCredentials is not supported/,
    },
    {
      name: 'credentialSpecs',
      request: one({ credentialSpecs: ['x'] }),
      message: /credentialSpecs is not supported/,
    },
    {
      name: 'proxyConfiguration',
      request: task({ proxyConfiguration: { containerName: 'app' } }),
      message: /proxyConfiguration is not supported/,
    },
    {
      name: 'efsVolumeConfiguration',
      request: task({ volumes: [{ name: 'v', efsVolumeConfiguration: { fileSystemId: 'f' } }] }),
      message: /efsVolumeConfiguration is not supported/,
    },
    {
      name: 's3filesVolumeConfiguration',
      request: task({ volumes: [{ name: 'v', s3filesVolumeConfiguration: {} }] }),
      message: /s3filesVolumeConfiguration is not supported/,
    },
    {
      name: 'fsxWindowsFileServerVolumeConfiguration',
      request: task({ volumes: [{ name: 'v', fsxWindowsFileServerVolumeConfiguration: {} }] }),
      message: /fsxWindowsFileServerVolumeConfiguration is not supported/,
    },
    {
      name: 'configuredAtLaunch',
      request: task({ volumes: [{ name: 'v', configuredAtLaunch: true }] }),
      message: /configuredAtLaunch is not supported/,
    },
    {
      name: 'inferenceAccelerators',
      request: task({ inferenceAccelerators: [{ deviceName: 'd' }] }),
      message: /inferenceAccelerators is not supported/,
    },
    {
      name: 'NeuronDevice',
      request: one({ resourceRequirements: [{ type: 'NeuronDevice', value: '1' }] }),
      message: /type NeuronDevice is not supported/,
    },
    {
      name: 'sharingStrategy',
      request: one({ resourceRequirements: [{ type: 'GPU', value: '1', sharingStrategy: {} }] }),
      message: /sharingStrategy is not supported/,
    },
    {
      name: 'Windows',
      request: task({ runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE' } }),
      message: /WINDOWS_SERVER_2022_CORE is not supported/,
    },
    {
      name: 'enableFaultInjection',
      request: task({ enableFaultInjection: true }),
      message: /enableFaultInjection is not supported/,
    },
  ],
  Fargate: [
    {
      name: 'a network mode but awsvpc',
      request: task({ ...fargate, networkMode: 'bridge' }),
      message: /^Fargate only supports network mode ‘awsvpc’\.$/,
    },
    {
      name: 'no task cpu',
      request: task({ ...fargate, cpu: undefined }),
      message: /^Fargate requires that 'cpu' be defined at the task level\.$/,
    },
    {
      name: 'no task memory',
      request: task({ ...fargate, memory: undefined }),
      message: /^Fargate requires that 'memory' be/,
    },
    {
      name: 'a size that it does not have',
      request: task({ ...fargate, memory: '3072' }),
      message:
        /^No Fargate configuration exists for given values: \d+ CPU , 3072 memory\. See the Amazon ECS documentation for the valid values\.$/,
    },
    {
      name: "the host's processes",
      request: task({ ...fargate, pidMode: 'host' }),
      message:
        /^Tasks using the Fargate launch type do not support pidMode 'host'\. The supported value for pidMode is 'task'\.$/,
    },
    {
      name: 'privileged',
      request: { ...one({ privileged: true }), ...fargate },
      message: /^Fargate does not support privileged/,
    },
  ],
  'constraints and tags': [
    {
      name: 'distinctInstance',
      request: task({ placementConstraints: [{ type: 'distinctInstance' as 'memberOf' }] }),
      message: /^constraint\.type 'distinctInstance' is not supported\.$/,
    },
    {
      name: 'memberOf without an expression',
      request: task({ placementConstraints: [{ type: 'memberOf' }] }),
      message: /must be memberOf with an expression/,
    },
    {
      name: 'eleven constraints',
      request: task({
        placementConstraints: Array(11).fill({ type: 'memberOf', expression: 'attribute:a exists' }),
      }),
      message: /at most 10/,
    },
    {
      name: 'a tag of AWS',
      request: task({ tags: [{ key: 'aws:x', value: '' }] }),
      message: /reserved/,
      code: 'InvalidParameterException',
    },
    {
      name: '51 tags',
      request: task({ tags: Array.from({ length: 51 }, (_, i) => ({ key: `k${i}`, value: '' })) }),
      message: /Too many tags: 51/,
      code: 'InvalidParameterException',
    },
  ],
};

describe('RegisterTaskDefinition refuses', () => {
  for (const [group, cases] of Object.entries(refusals))
    describe(group, () => {
      for (const c of cases)
        it(c.name, () => {
          const error = registering(c.request);
          expect(error.message).to.match(c.message);
          expect(error.code).to.equal(c.code ?? 'ClientException');
        });
    });
});

describe('RegisterTaskDefinition takes', () => {
  const taken: readonly (readonly [string, RegisterTaskDefinitionRequest])[] = [
    ['task-level memory alone', { ...one({ memory: undefined }), memory: '512' }],
    ['any stopTimeout', one({ stopTimeout: 86_400 })],
    ['memory equal to memoryReservation', one({ memory: 64, memoryReservation: 64 })],
    [
      'SUCCESS of a container that is not essential',
      withSide({ dependsOn: [{ containerName: 'side', condition: 'SUCCESS' }] }),
    ],
    [
      'an environment file of the host',
      one({ environmentFiles: [{ type: 'longshore.file', value: '/etc/app/a.env' }] }),
    ],
    ['ten environment files', one({ environmentFiles: envFiles(10) })],
    ['the shortest restart period', one({ restartPolicy: { enabled: true, restartAttemptPeriod: 60 } })],
    ['the longest restart period', one({ restartPolicy: { enabled: true, restartAttemptPeriod: 1800 } })],
    [
      'fifty ignored exit codes',
      one({ restartPolicy: { enabled: true, ignoredExitCodes: Array.from({ length: 50 }, (_, i) => i) } }),
    ],
    ['any log driver that an engine may have', one({ logConfiguration: { logDriver: 'local' } })],
    [
      'awslogs with the two options that it requires',
      awslogs({ 'awslogs-region': 'eu-west-1', 'awslogs-group': '/ecs/web' }),
    ],
    ['the smallest size of Fargate', task(fargate)],
    [
      'a tcp and a udp mapping of one port',
      one({
        portMappings: [
          { containerPort: 53, hostPort: 53 },
          { containerPort: 53, hostPort: 53, protocol: 'udp' },
        ],
      }),
    ],
    ['kept members', task({ taskRoleArn: 'r', executionRoleArn: 'e', ephemeralStorage: { sizeInGiB: 30 } })],
    [
      'a read-only bind mount',
      {
        ...one({ mountPoints: [{ sourceVolume: 'v', containerPath: '/v', readOnly: true }] }),
        volumes: [{ name: 'v', host: { sourcePath: '/srv' } }],
      },
    ],
    [
      'fifty tags and ours beside them',
      task({ tags: Array.from({ length: 50 }, (_, i) => ({ key: `k${i}`, value: '' })) }),
    ],
  ];
  for (const [name, request] of taken) it(name, () => expect(definitionOf(request).family).to.equal('web'));
});

describe('defaults', () => {
  const [container] =
    definitionOf({
      family: 'web',
      cpu: '.25 vCPU',
      memory: '1 GB',
      containerDefinitions: [
        { name: 'app', image: 'i', portMappings: [{ containerPort: 80 }, { containerPortRange: '90-99' }] },
      ],
    }).containerDefinitions ?? [];

  it('fills in what ECS fills in, and nothing else', () => {
    expect(container).to.deep.equal({
      name: 'app',
      image: 'i',
      cpu: 0,
      essential: true,
      environment: [],
      mountPoints: [],
      volumesFrom: [],
      systemControls: [],
      portMappings: [
        { containerPort: 80, hostPort: 0, protocol: 'tcp' },
        { containerPortRange: '90-99', protocol: 'tcp' },
      ],
    });
  });

  it('writes sizes as numbers', () => {
    expect(definitionOf(task({ cpu: '.25 vCPU', memory: '1 GB' }))).to.include({
      cpu: '256',
      memory: '1024',
    });
  });

  for (const networkMode of ['host', 'awsvpc'] as const)
    it(`maps to the same port in ${networkMode} mode`, () => {
      const made = definitionOf({ ...one({ portMappings: [{ containerPort: 80 }] }), networkMode });
      expect(made.containerDefinitions?.[0]?.portMappings).to.deep.equal([
        { containerPort: 80, hostPort: 80, protocol: 'tcp' },
      ]);
    });

  it('adds no member to the task', () => {
    const made = definitionOf({ family: 'web', containerDefinitions: [aContainerDefinition()] });
    const present = Object.entries(made).filter(([, v]) => v !== undefined);
    expect(present.map(([k]) => k).sort()).to.deep.equal([
      'containerDefinitions',
      'family',
      'placementConstraints',
      'volumes',
    ]);
  });

  it('keeps tags out of the definition', () => {
    expect(definitionOf(task({ tags: [{ key: 'a', value: 'b' }] }))).not.to.have.property('tags');
  });

  it('does not change its argument', () => {
    const request = one({ portMappings: [{ containerPort: 80 }] });
    const before = JSON.stringify(request);
    definitionOf(request);
    expect(JSON.stringify(request)).to.equal(before);
  });
});
