import { clientSamples } from './client-samples.js';
import { moreSamples } from './more-samples.js';

/** Task definitions as people run them on ECS, in ECS's JSON. */
export interface Sample {
  readonly name: string;
  readonly json: Readonly<Record<string, unknown>>;
  /** The member that the refusal names. */
  readonly refused?: string;
  /** Why its tasks do not reach RUNNING on a machine of tests; each is registered all the same. */
  readonly needsMore?: string;
}

const ecr = '123456789012.dkr.ecr.eu-west-1.amazonaws.com';
const role = 'arn:aws:iam::123456789012:role/ecsTaskExecutionRole';
const awslogs = (group: string): object => ({
  logDriver: 'awslogs',
  options: { 'awslogs-group': group, 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'ecs' },
});
const noAws = 'awslogs wants AWS';

export const samples: readonly Sample[] = [
  {
    name: 'a blog: wordpress linked to mysql',
    json: {
      family: 'blog',
      containerDefinitions: [
        {
          name: 'wordpress',
          links: ['mysql'],
          image: 'wordpress',
          essential: true,
          portMappings: [{ containerPort: 80, hostPort: 0 }],
          memory: 500,
          cpu: 10,
        },
        {
          name: 'mysql',
          image: 'mysql',
          essential: true,
          memory: 500,
          cpu: 10,
          environment: [{ name: 'MYSQL_ROOT_PASSWORD', value: 'pass' }],
        },
      ],
    },
  },
  {
    name: 'a static page on Fargate with awslogs',
    needsMore: noAws,
    json: {
      family: 'page-fargate',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      executionRoleArn: role,
      runtimePlatform: { operatingSystemFamily: 'LINUX' },
      containerDefinitions: [
        {
          name: 'page',
          image: 'public.ecr.aws/docker/library/httpd:latest',
          essential: true,
          entryPoint: ['sh', '-c'],
          command: ['/bin/sh -c "echo \'<h1>It runs</h1>\' > htdocs/index.html && httpd-foreground"'],
          portMappings: [{ containerPort: 80, hostPort: 80, protocol: 'tcp' }],
          logConfiguration: awslogs('/ecs/page'),
        },
      ],
    },
  },
  {
    name: 'nginx before an application, both of the instance role',
    json: {
      family: 'front',
      networkMode: 'bridge',
      taskRoleArn: role,
      containerDefinitions: [
        {
          name: 'nginx',
          image: `${ecr}/nginx:stable`,
          memoryReservation: 64,
          links: ['app:app'],
          portMappings: [{ containerPort: 80, hostPort: 0, protocol: 'tcp' }],
          dependsOn: [{ containerName: 'app', condition: 'START' }],
        },
        { name: 'app', image: `${ecr}/app@sha256:${'a'.repeat(64)}`, cpu: 64, memory: 128 },
      ],
    },
  },
  {
    name: 'an X-Ray sidecar on udp',
    json: {
      family: 'traced',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          environment: [{ name: 'AWS_XRAY_DAEMON_ADDRESS', value: 'xray:2000' }],
          links: ['xray'],
        },
        {
          name: 'xray',
          image: 'amazon/aws-xray-daemon',
          cpu: 32,
          memoryReservation: 64,
          portMappings: [{ hostPort: 0, containerPort: 2000, protocol: 'udp' }],
        },
      ],
    },
  },
  {
    name: 'a FireLens router',
    refused: 'firelensConfiguration',
    json: {
      family: 'routed',
      containerDefinitions: [
        {
          name: 'log_router',
          image: 'amazon/aws-for-fluent-bit:stable',
          essential: true,
          memoryReservation: 50,
          firelensConfiguration: { type: 'fluentbit', options: { 'enable-ecs-log-metadata': 'true' } },
        },
        { name: 'app', image: 'httpd', memory: 100 },
      ],
    },
  },
  {
    name: 'an application that logs to FireLens',
    refused: 'awsfirelens',
    json: {
      family: 'routed',
      containerDefinitions: [
        {
          name: 'app',
          image: 'httpd',
          memory: 100,
          logConfiguration: {
            logDriver: 'awsfirelens',
            options: { Name: 'cloudwatch', region: 'eu-west-1' },
          },
        },
      ],
    },
  },
  {
    name: 'logs to splunk with a token from a secret',
    refused: 'secretOptions',
    json: {
      family: 'splunk',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          logConfiguration: {
            logDriver: 'splunk',
            options: { 'splunk-url': 'https://splunk.example.com' },
            secretOptions: [
              { name: 'splunk-token', valueFrom: 'arn:aws:secretsmanager:eu-west-1:1:secret:t' },
            ],
          },
        },
      ],
    },
  },
  {
    name: 'a password from Secrets Manager',
    refused: 'secrets',
    json: {
      family: 'secret',
      executionRoleArn: role,
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          secrets: [{ name: 'PASSWORD', valueFrom: 'arn:aws:ssm:eu-west-1:1:parameter/p' }],
        },
      ],
    },
  },
  {
    name: 'a private registry by repositoryCredentials',
    refused: 'repositoryCredentials',
    json: {
      family: 'private',
      containerDefinitions: [
        {
          name: 'app',
          image: 'private/app',
          memory: 64,
          repositoryCredentials: { credentialsParameter: 'arn:aws:secretsmanager:eu-west-1:1:secret:r' },
        },
      ],
    },
  },
  {
    name: 'an EFS file system with an access point',
    refused: 'efsVolumeConfiguration',
    json: {
      family: 'efs',
      containerDefinitions: [
        {
          name: 'app',
          image: 'amazonlinux:2',
          memory: 64,
          mountPoints: [{ containerPath: '/mnt/efs', sourceVolume: 'efs' }],
        },
      ],
      volumes: [
        {
          name: 'efs',
          efsVolumeConfiguration: {
            fileSystemId: 'fs-1234',
            transitEncryption: 'ENABLED',
            authorizationConfig: { accessPointId: 'fsap-1', iam: 'ENABLED' },
          },
        },
      ],
    },
  },
  {
    name: 'FSx for Windows File Server',
    refused: 'fsxWindowsFileServerVolumeConfiguration',
    json: {
      family: 'fsx',
      containerDefinitions: [{ name: 'iis', image: 'microsoft/iis', memory: 512 }],
      volumes: [
        {
          name: 'fsx',
          fsxWindowsFileServerVolumeConfiguration: {
            fileSystemId: 'fs-0eeb5730b2EXAMPLE',
            rootDirectory: 'share',
            authorizationConfig: {
              credentialsParameter: 'arn:aws:ssm:eu-west-1:1:parameter/p',
              domain: 'example.com',
            },
          },
        },
      ],
    },
  },
  {
    name: 'an EBS volume at launch',
    refused: 'configuredAtLaunch',
    json: {
      family: 'ebs',
      containerDefinitions: [
        {
          name: 'app',
          image: 'nginx',
          memory: 64,
          mountPoints: [{ containerPath: '/data', sourceVolume: 'ebs' }],
        },
      ],
      volumes: [{ name: 'ebs', configuredAtLaunch: true }],
    },
  },
  {
    name: 'IIS on Windows',
    refused: 'runtimePlatform.operatingSystemFamily',
    json: {
      family: 'windows',
      cpu: '512',
      memory: '1024',
      runtimePlatform: { operatingSystemFamily: 'WINDOWS_SERVER_2022_CORE', cpuArchitecture: 'X86_64' },
      containerDefinitions: [
        {
          name: 'iis',
          image: 'mcr.microsoft.com/windows/servercore/iis',
          essential: true,
          entryPoint: ['powershell', '-Command'],
          portMappings: [{ containerPort: 80, hostPort: 8080 }],
        },
      ],
    },
  },
  {
    name: 'one GPU',
    needsMore: 'a GPU',
    json: {
      family: 'gpu',
      containerDefinitions: [
        {
          name: 'gpu',
          image: 'nvidia/cuda:11.0.3-base',
          memory: 80,
          essential: true,
          command: ['sh', '-c', 'nvidia-smi'],
          resourceRequirements: [{ type: 'GPU', value: '1' }],
        },
      ],
    },
  },
  {
    name: 'an Elastic Inference accelerator',
    refused: 'inferenceAccelerators',
    json: {
      family: 'eia',
      inferenceAccelerators: [{ deviceName: 'device1', deviceType: 'eia2.medium' }],
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          resourceRequirements: [{ type: 'InferenceAccelerator', value: 'device1' }],
        },
      ],
    },
  },
  {
    name: 'an Inferentia chip by its device',
    needsMore: 'a Neuron device',
    json: {
      family: 'inferentia',
      placementConstraints: [{ type: 'memberOf', expression: 'attribute:ecs.instance-type == inf1.xlarge' }],
      containerDefinitions: [
        {
          name: 'neuron',
          image: `${ecr}/neuron`,
          memory: 1000,
          linuxParameters: {
            devices: [
              { containerPath: '/dev/neuron0', hostPath: '/dev/neuron0', permissions: ['read', 'write'] },
            ],
            capabilities: { add: ['IPC_LOCK'] },
          },
        },
      ],
    },
  },
  {
    name: 'App Mesh with Envoy as the proxy',
    refused: 'proxyConfiguration',
    json: {
      family: 'mesh',
      networkMode: 'awsvpc',
      proxyConfiguration: {
        type: 'APPMESH',
        containerName: 'envoy',
        properties: [{ name: 'IgnoredUID', value: '1337' }],
      },
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          dependsOn: [{ containerName: 'envoy', condition: 'HEALTHY' }],
        },
        {
          name: 'envoy',
          image: 'envoy',
          memory: 64,
          healthCheck: {
            command: ['CMD-SHELL', 'curl -s http://localhost:9901/ready'],
            interval: 5,
            timeout: 2,
            retries: 3,
          },
        },
      ],
    },
  },
  {
    name: 'Service Connect: named ports with a protocol',
    json: {
      family: 'connect',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['EC2'],
      cpu: '.25 vCPU',
      memory: '0.5 GB',
      containerDefinitions: [
        {
          name: 'web',
          image: 'nginx',
          essential: true,
          portMappings: [
            { name: 'nginx', containerPort: 80, hostPort: 80, protocol: 'tcp', appProtocol: 'http' },
          ],
        },
      ],
    },
  },
  {
    name: 'a migration that must succeed first, and a cache that must be healthy',
    json: {
      family: 'ordered',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          dependsOn: [
            { containerName: 'migrate', condition: 'SUCCESS' },
            { containerName: 'redis', condition: 'HEALTHY' },
          ],
          startTimeout: 120,
          stopTimeout: 90,
        },
        {
          name: 'migrate',
          image: 'app',
          memory: 64,
          essential: false,
          command: ['./migrate'],
          startTimeout: 60,
        },
        {
          name: 'redis',
          image: 'redis:7-alpine',
          memory: 64,
          healthCheck: {
            command: ['CMD-SHELL', 'redis-cli ping || exit 1'],
            interval: 5,
            timeout: 3,
            retries: 3,
            startPeriod: 10,
          },
        },
      ],
    },
  },
  {
    name: 'a directory of the host and a Docker volume',
    json: {
      family: 'volumes',
      containerDefinitions: [
        {
          name: 'web',
          image: 'nginx',
          memory: 100,
          mountPoints: [
            { sourceVolume: 'webdata', containerPath: '/usr/share/nginx/html', readOnly: true },
            { sourceVolume: 'scratch', containerPath: '/var/scratch' },
            { sourceVolume: 'anonymous', containerPath: '/var/cache' },
          ],
        },
        {
          name: 'reader',
          image: 'busybox',
          essential: false,
          memory: 16,
          volumesFrom: [{ sourceContainer: 'web', readOnly: true }],
        },
      ],
      volumes: [
        { name: 'webdata', host: { sourcePath: '/tmp' } },
        {
          name: 'scratch',
          dockerVolumeConfiguration: { scope: 'task', driver: 'local', labels: { scratch: 'space' } },
        },
        { name: 'anonymous', host: {} },
      ],
    },
  },
  {
    name: 'NFS by a shared Docker volume',
    needsMore: 'an NFS server',
    json: {
      family: 'nfs',
      containerDefinitions: [
        {
          name: 'web',
          image: 'nginx',
          memory: 64,
          mountPoints: [{ sourceVolume: 'nfs', containerPath: '/data' }],
        },
      ],
      volumes: [
        {
          name: 'nfs',
          dockerVolumeConfiguration: {
            scope: 'shared',
            autoprovision: true,
            driver: 'local',
            driverOpts: { type: 'nfs', device: ':/export', o: 'addr=192.0.2.10' },
          },
        },
      ],
    },
  },
  {
    name: 'a daemon that sees its host',
    needsMore: 'a machine that allows privileged containers',
    json: {
      family: 'node-agent',
      networkMode: 'host',
      pidMode: 'host',
      ipcMode: 'host',
      containerDefinitions: [
        {
          name: 'agent',
          image: 'datadog/agent:latest',
          cpu: 100,
          memory: 256,
          privileged: true,
          user: 'root',
          mountPoints: [{ sourceVolume: 'sock', containerPath: '/var/run/docker.sock', readOnly: true }],
          portMappings: [{ containerPort: 28126, hostPort: 28126, protocol: 'udp' }],
        },
      ],
      volumes: [{ name: 'sock', host: { sourcePath: '/var/run/docker.sock' } }],
    },
  },
  {
    name: 'everything that Linux has to set',
    json: {
      family: 'tuned',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          memoryReservation: 32,
          hostname: 'app.internal',
          dnsServers: ['192.0.2.53'],
          dnsSearchDomains: ['internal'],
          extraHosts: [{ hostname: 'db', ipAddress: '192.0.2.7' }],
          readonlyRootFilesystem: true,
          interactive: true,
          pseudoTerminal: true,
          dockerLabels: { team: 'a' },
          dockerSecurityOptions: ['no-new-privileges'],
          ulimits: [{ name: 'nofile', softLimit: 512, hardLimit: 512 }],
          systemControls: [{ namespace: 'net.core.somaxconn', value: '512' }],
          linuxParameters: {
            initProcessEnabled: true,
            sharedMemorySize: 32,
            tmpfs: [{ containerPath: '/scratch', size: 8, mountOptions: ['noexec'] }],
            capabilities: { drop: ['NET_RAW'] },
          },
          restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 180 },
          versionConsistency: 'disabled',
        },
      ],
    },
  },
  {
    name: 'hundreds of ports by a range',
    json: {
      family: 'range',
      containerDefinitions: [
        {
          name: 'media',
          image: 'media',
          memory: 64,
          portMappings: [{ containerPortRange: '10000-10019', protocol: 'udp' }, { containerPort: 8443 }],
        },
      ],
    },
  },
  {
    name: 'an environment file in S3',
    refused: 'environmentFiles',
    json: {
      family: 'env',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          environmentFiles: [{ type: 's3', value: 'arn:aws:s3:::bucket/a.env' }],
        },
      ],
    },
  },
  {
    name: 'domainless gMSA',
    refused: 'credentialSpecs',
    json: {
      family: 'gmsa',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          credentialSpecs: ['credentialspecdomainless:arn:aws:s3:::bucket/spec'],
        },
      ],
    },
  },
  {
    name: 'fault injection',
    refused: 'enableFaultInjection',
    json: {
      family: 'faults',
      enableFaultInjection: true,
      networkMode: 'awsvpc',
      containerDefinitions: [{ name: 'app', image: 'app', memory: 64 }],
    },
  },
  {
    name: 'a nightly job on arm64 with more disk',
    needsMore: 'an arm64 instance',
    json: {
      family: 'job',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '1 vCPU',
      memory: '3 GB',
      ephemeralStorage: { sizeInGiB: 50 },
      runtimePlatform: { operatingSystemFamily: 'LINUX', cpuArchitecture: 'ARM64' },
      containerDefinitions: [{ name: 'job', image: 'job' }],
    },
  },
  {
    name: 'links in awsvpc mode',
    refused: 'Links are not supported',
    json: {
      family: 'linked',
      networkMode: 'awsvpc',
      containerDefinitions: [
        { name: 'a', image: 'a', memory: 64, links: ['b'] },
        { name: 'b', image: 'b', memory: 64 },
      ],
    },
  },
  {
    name: 'swap without a hard limit to count it on',
    refused: 'linuxParameters.maxSwap',
    json: {
      family: 'swap',
      containerDefinitions: [
        { name: 'a', image: 'a', memoryReservation: 64, linuxParameters: { maxSwap: 64, swappiness: 60 } },
      ],
    },
  },
  {
    name: 'a member that ECS does not have',
    refused: 'restart',
    json: {
      family: 'typo',
      containerDefinitions: [{ name: 'a', image: 'a', memory: 64, restart: 'always' }],
    },
  },
  ...moreSamples,
  ...clientSamples,
];
