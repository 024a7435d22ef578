import type { Sample } from './samples.js';

/** More shapes of task definitions: daemons, sidecars, stateful services, jobs, and what ECS refuses in them. */

const awslogs = {
  logDriver: 'awslogs',
  options: { 'awslogs-group': '/ecs/more', 'awslogs-region': 'eu-west-1', 'awslogs-stream-prefix': 'ecs' },
};
const noAws = 'awslogs wants AWS';
const host = (name: string, sourcePath: string): object => ({ name, host: { sourcePath } });
const mount = (sourceVolume: string, containerPath: string, readOnly = false): object => ({
  sourceVolume,
  containerPath,
  readOnly,
});

export const moreSamples: readonly Sample[] = [
  {
    name: 'a job of three lines: image, command, memory',
    json: {
      family: 'sleeper',
      containerDefinitions: [
        { name: 'sleep', image: 'busybox', cpu: 10, command: ['sleep', '360'], memory: 10, essential: true },
      ],
    },
  },
  {
    name: 'as the console writes it: every list there and empty, what is not set null',
    json: {
      family: 'console',
      ipcMode: null,
      pidMode: null,
      cpu: null,
      memory: null,
      taskRoleArn: null,
      inferenceAccelerators: null,
      proxyConfiguration: null,
      placementConstraints: [],
      volumes: [],
      requiresCompatibilities: ['EC2'],
      containerDefinitions: [
        {
          name: 'app',
          image: 'nginx',
          cpu: 0,
          memory: 64,
          memoryReservation: null,
          linuxParameters: null,
          resourceRequirements: null,
          dnsSearchDomains: null,
          environmentFiles: null,
          secrets: null,
          firelensConfiguration: null,
          repositoryCredentials: null,
          startTimeout: null,
          entryPoint: [],
          command: [],
          environment: [],
          links: [],
          mountPoints: [],
          volumesFrom: [],
          portMappings: [{ hostPort: 0, protocol: 'tcp', containerPort: 3000 }],
          logConfiguration: {
            logDriver: 'json-file',
            options: { 'max-size': '10m', 'max-file': '3' },
            secretOptions: null,
          },
        },
      ],
    },
  },
  {
    name: 'a Consul server in host mode, without a mapping of ports',
    json: {
      family: 'consul',
      networkMode: 'host',
      containerDefinitions: [
        {
          name: 'consul',
          image: 'consul',
          entryPoint: ['/usr/local/bin/docker-entrypoint.sh'],
          command: ['agent', '-server', '-bootstrap', '-ui', '-client=0.0.0.0'],
          cpu: 128,
          memory: 256,
          memoryReservation: 64,
          dockerLabels: { Name: 'consul' },
          environment: [{ name: 'CONSUL_BIND_INTERFACE', value: 'eth0' }],
        },
      ],
    },
  },
  {
    name: 'host port 80 for container port 5601 in awsvpc mode',
    refused: 'the host ports and container ports in port mappings must match',
    json: {
      family: 'kibana',
      networkMode: 'awsvpc',
      cpu: '1024',
      memory: '2048',
      containerDefinitions: [
        { name: 'kibana', image: 'kibana:6.0.0', portMappings: [{ hostPort: 80, containerPort: 5601 }] },
      ],
    },
  },
  {
    name: 'an application server whose container takes all of the task',
    json: {
      family: 'wildfly',
      networkMode: 'awsvpc',
      cpu: '512',
      memory: '256',
      containerDefinitions: [
        {
          name: 'wildfly',
          image: 'jboss/wildfly',
          cpu: 512,
          memory: 256,
          portMappings: [
            { hostPort: 8080, containerPort: 8080, protocol: 'tcp' },
            { hostPort: 9990, containerPort: 9990, protocol: 'tcp' },
          ],
        },
      ],
    },
  },
  {
    name: 'a monitoring daemon with the files of its host',
    json: {
      family: 'host-agent',
      containerDefinitions: [
        {
          name: 'agent',
          image: 'datadog/agent:latest',
          cpu: 10,
          memory: 64,
          mountPoints: [
            mount('docker_sock', '/var/run/docker.sock', true),
            mount('cgroup', '/host/sys/fs/cgroup', true),
            mount('proc', '/host/proc/', true),
          ],
          healthCheck: {
            command: ['CMD-SHELL', 'agent health'],
            retries: 3,
            timeout: 5,
            interval: 30,
            startPeriod: 15,
          },
          portMappings: [{ containerPort: 28125, hostPort: 28125, protocol: 'udp' }],
        },
      ],
      volumes: [
        host('docker_sock', '/var/run/docker.sock'),
        host('proc', '/proc/'),
        host('cgroup', '/sys/fs/cgroup/'),
      ],
    },
  },
  {
    name: 'a node exporter: host mode, the whole root to read, nobody',
    json: {
      family: 'node-exporter',
      networkMode: 'host',
      pidMode: 'host',
      requiresCompatibilities: ['EC2'],
      containerDefinitions: [
        {
          name: 'exporter',
          image: 'prom/node-exporter:v1.9.0',
          user: '65534:65534',
          readonlyRootFilesystem: true,
          cpu: 64,
          memory: 32,
          command: ['--path.rootfs=/host'],
          portMappings: [{ containerPort: 29100, hostPort: 29100 }],
          mountPoints: [mount('root', '/host', true)],
        },
      ],
      volumes: [host('root', '/')],
    },
  },
  {
    name: 'a search engine with its limits, its data on the host',
    needsMore: 'a machine that may raise memlock',
    json: {
      family: 'search',
      containerDefinitions: [
        {
          name: 'search',
          image: 'elasticsearch:8.15.0',
          memory: 128,
          user: '1000',
          environment: [{ name: 'ES_JAVA_OPTS', value: '-Xms64m -Xmx64m' }],
          ulimits: [
            { name: 'memlock', softLimit: -1, hardLimit: -1 },
            { name: 'nproc', softLimit: 4096, hardLimit: 4096 },
            { name: 'nofile', softLimit: 1024, hardLimit: 1024 },
          ],
          portMappings: [
            { containerPort: 9200, hostPort: 0 },
            { containerPort: 9300, hostPort: 0 },
          ],
          mountPoints: [mount('data', '/usr/share/elasticsearch/data')],
        },
      ],
      volumes: [host('data', '/tmp/longshore-samples-search')],
    },
  },
  {
    name: 'a tunnel: a device and a capability of the network',
    json: {
      family: 'tunnel',
      containerDefinitions: [
        {
          name: 'tunnel',
          image: 'wireguard',
          memory: 32,
          linuxParameters: {
            capabilities: { add: ['NET_ADMIN'] },
            devices: [
              {
                hostPath: '/dev/null',
                containerPath: '/dev/net/tun',
                permissions: ['read', 'write', 'mknod'],
              },
            ],
          },
          systemControls: [{ namespace: 'net.ipv4.ip_forward', value: '1' }],
          portMappings: [{ containerPort: 51820, hostPort: 0, protocol: 'udp' }],
        },
      ],
    },
  },
  {
    name: 'all capabilities dropped but a few',
    json: {
      family: 'hardened',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          memoryReservation: 32,
          linuxParameters: {
            capabilities: { drop: ['ALL'], add: ['CHOWN', 'KILL', 'NET_BIND_SERVICE', 'SETGID', 'SETUID'] },
          },
          dockerSecurityOptions: ['no-new-privileges:true'],
        },
      ],
    },
  },
  {
    name: 'DNS on one port by tcp and udp',
    json: {
      family: 'dns',
      containerDefinitions: [
        {
          name: 'dns',
          image: 'coredns',
          memory: 32,
          portMappings: [
            { containerPort: 53, hostPort: 0, protocol: 'udp' },
            { containerPort: 53, hostPort: 0, protocol: 'tcp' },
          ],
        },
      ],
    },
  },
  {
    name: 'a log driver that sends into the blue: gelf by udp',
    json: {
      family: 'gelf',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 32,
          logConfiguration: {
            logDriver: 'gelf',
            options: { 'gelf-address': 'udp://127.0.0.1:12201', tag: 'gelf demo' },
          },
        },
      ],
    },
  },
  {
    name: 'syslog by udp, with a facility and a tag',
    json: {
      family: 'syslog',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 32,
          logConfiguration: {
            logDriver: 'syslog',
            options: {
              'syslog-address': 'udp://127.0.0.1:514',
              'syslog-facility': 'daemon',
              tag: '{{.Name}}',
            },
          },
        },
      ],
    },
  },
  {
    name: 'fluentd that is connected to later',
    json: {
      family: 'fluentd',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 32,
          logConfiguration: {
            logDriver: 'fluentd',
            options: { 'fluentd-address': '127.0.0.1:24224', 'fluentd-async-connect': 'true', tag: 'demo' },
          },
        },
      ],
    },
  },
  {
    name: 'a log driver that no engine has',
    needsMore: 'the log driver papyrus',
    json: {
      family: 'papyrus',
      containerDefinitions: [
        { name: 'app', image: 'app', memory: 32, logConfiguration: { logDriver: 'papyrus' } },
      ],
    },
  },
  {
    name: 'a sidecar that fetches what the server shows, by a volume without a host',
    json: {
      family: 'git-sync',
      networkMode: 'awsvpc',
      containerDefinitions: [
        {
          name: 'server',
          image: 'nginx',
          memory: 32,
          portMappings: [{ containerPort: 80 }],
          mountPoints: [mount('content', '/usr/share/nginx/html', true)],
          dependsOn: [{ containerName: 'fetch', condition: 'START' }],
        },
        {
          name: 'fetch',
          image: 'git-sync',
          essential: false,
          memory: 32,
          mountPoints: [mount('content', '/git')],
        },
      ],
      volumes: [{ name: 'content' }],
    },
  },
  {
    name: 'two steps that must be over before the server starts',
    json: {
      family: 'steps',
      containerDefinitions: [
        { name: 'fetch', image: 'app', essential: false, memory: 16 },
        {
          name: 'unpack',
          image: 'app',
          essential: false,
          memory: 16,
          dependsOn: [{ containerName: 'fetch', condition: 'SUCCESS' }],
        },
        {
          name: 'server',
          image: 'app',
          memory: 16,
          dependsOn: [
            { containerName: 'fetch', condition: 'SUCCESS' },
            { containerName: 'unpack', condition: 'SUCCESS' },
          ],
        },
      ],
    },
  },
  {
    name: 'Traefik labels, and an alias by a link',
    json: {
      family: 'labelled',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 16,
          links: ['cache:redis'],
          dockerLabels: { 'traefik.http.routers.app.rule': 'Host(`app.example`)', 'com.example/empty': '' },
        },
        { name: 'cache', image: 'redis:7', memory: 16, command: ['redis-server', '--save', ''] },
      ],
    },
  },
  {
    name: 'a database on a shared Docker volume',
    json: {
      family: 'database',
      containerDefinitions: [
        {
          name: 'db',
          image: 'postgres:16',
          memory: 64,
          linuxParameters: { sharedMemorySize: 64 },
          environment: [{ name: 'PGDATA', value: '/var/lib/postgresql/data/pgdata' }],
          mountPoints: [mount('data', '/var/lib/postgresql/data')],
          stopTimeout: 120,
          healthCheck: { command: ['CMD', 'pg_isready'], interval: 10 },
        },
      ],
      volumes: [
        {
          name: 'data',
          dockerVolumeConfiguration: {
            scope: 'shared',
            autoprovision: true,
            driver: 'local',
            labels: { longshore: 'samples' },
          },
        },
      ],
    },
  },
  {
    name: 'a volume of a plugin that the engine does not have',
    needsMore: 'the plugin rexray/ebs',
    json: {
      family: 'plugin',
      containerDefinitions: [{ name: 'db', image: 'db', memory: 64, mountPoints: [mount('data', '/data')] }],
      volumes: [
        {
          name: 'data',
          dockerVolumeConfiguration: {
            scope: 'shared',
            autoprovision: true,
            driver: 'rexray/ebs',
            driverOpts: { volumetype: 'gp2', size: '10' },
          },
        },
      ],
    },
  },
  {
    name: 'a browser: shared memory, a tmpfs, an init',
    json: {
      family: 'browser',
      containerDefinitions: [
        {
          name: 'chrome',
          image: 'selenium/standalone-chrome',
          memory: 128,
          linuxParameters: {
            sharedMemorySize: 64,
            initProcessEnabled: true,
            tmpfs: [
              { containerPath: '/tmp', size: 32, mountOptions: ['rw', 'noexec', 'nosuid', 'mode=1777'] },
            ],
          },
        },
      ],
    },
  },
  {
    name: 'a task for machines that people own: EXTERNAL',
    json: {
      family: 'external',
      requiresCompatibilities: ['EXTERNAL'],
      networkMode: 'bridge',
      cpu: '256',
      memory: '64',
      containerDefinitions: [
        {
          name: 'app',
          image: 'nginx',
          essential: true,
          portMappings: [{ hostPort: 28080, containerPort: 80 }],
        },
      ],
    },
  },
  {
    name: 'a batch job without a network',
    json: {
      family: 'batch',
      networkMode: 'none',
      containerDefinitions: [
        {
          name: 'job',
          image: 'job',
          memory: 32,
          workingDirectory: '/tmp',
          user: 'nobody',
          command: ['sh', '-c', 'date'],
        },
      ],
    },
  },
  {
    name: 'Fargate with an architecture, and memory in text',
    json: {
      family: 'fargate',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE', 'EC2'],
      cpu: '.25 vCPU',
      memory: '.5 GB',
      runtimePlatform: {
        operatingSystemFamily: 'LINUX',
        cpuArchitecture: process.arch === 'arm64' ? 'ARM64' : 'X86_64',
      },
      ephemeralStorage: { sizeInGiB: 21 },
      containerDefinitions: [
        {
          name: 'nginx',
          image: 'nginx:latest',
          memory: 256,
          cpu: 256,
          portMappings: [{ containerPort: 80 }],
        },
      ],
    },
  },
  {
    name: 'a Fargate size that there is not',
    refused: 'No Fargate configuration exists for given values',
    json: {
      family: 'odd-size',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '4096',
      containerDefinitions: [{ name: 'app', image: 'app' }],
    },
  },
  {
    name: 'Fargate outside awsvpc mode',
    refused: 'awsvpc',
    json: {
      family: 'fargate-bridge',
      networkMode: 'bridge',
      requiresCompatibilities: ['FARGATE'],
      cpu: '256',
      memory: '512',
      containerDefinitions: [{ name: 'app', image: 'app' }],
    },
  },
  {
    name: 'no essential container',
    refused: 'essential',
    json: {
      family: 'none',
      containerDefinitions: [{ name: 'app', image: 'app', memory: 64, essential: false }],
    },
  },
  {
    name: 'no memory anywhere',
    refused: 'memory',
    json: { family: 'none', containerDefinitions: [{ name: 'app', image: 'app' }] },
  },
  {
    name: 'two containers of one name',
    refused: 'name',
    json: {
      family: 'twins',
      containerDefinitions: [
        { name: 'app', image: 'app', memory: 64 },
        { name: 'app', image: 'app', memory: 64 },
      ],
    },
  },
  {
    name: 'a mount of a volume that is not there',
    refused: 'volume',
    json: {
      family: 'lost',
      containerDefinitions: [
        { name: 'app', image: 'app', memory: 64, mountPoints: [mount('lost', '/data')] },
      ],
    },
  },
  {
    name: 'volumes from a container that is not there',
    refused: 'volumesFrom',
    json: {
      family: 'lost',
      containerDefinitions: [
        { name: 'app', image: 'app', memory: 64, volumesFrom: [{ sourceContainer: 'lost' }] },
      ],
    },
  },
  {
    name: 'a circle of dependencies',
    refused: 'wait for each other in a cycle',
    json: {
      family: 'circle',
      containerDefinitions: [
        { name: 'a', image: 'a', memory: 64, dependsOn: [{ containerName: 'b', condition: 'START' }] },
        { name: 'b', image: 'b', memory: 64, dependsOn: [{ containerName: 'a', condition: 'START' }] },
      ],
    },
  },
  {
    name: 'a container with more memory than its task',
    refused: 'memory',
    json: {
      family: 'greedy',
      memory: '128',
      containerDefinitions: [{ name: 'app', image: 'app', memory: 256 }],
    },
  },
  {
    name: 'a reservation above the limit',
    refused: 'memory',
    json: {
      family: 'greedy',
      containerDefinitions: [{ name: 'app', image: 'app', memory: 64, memoryReservation: 128 }],
    },
  },
  {
    name: 'HEALTHY of a container without a check',
    refused: 'health',
    json: {
      family: 'unchecked',
      containerDefinitions: [
        { name: 'app', image: 'app', memory: 64, dependsOn: [{ containerName: 'db', condition: 'HEALTHY' }] },
        { name: 'db', image: 'db', memory: 64 },
      ],
    },
  },
  {
    name: 'a Neuron device by a resource requirement',
    refused: 'NeuronDevice',
    json: {
      family: 'neuron',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          memory: 64,
          resourceRequirements: [{ type: 'NeuronDevice', value: '1' }],
        },
      ],
    },
  },
  {
    name: 'a health check that asks with nothing',
    refused: 'healthCheck',
    json: {
      family: 'empty-check',
      containerDefinitions: [{ name: 'app', image: 'app', memory: 64, healthCheck: { command: [] } }],
    },
  },
  {
    name: 'logs of a sidecar of ADOT to AWS',
    needsMore: noAws,
    json: {
      family: 'collected',
      networkMode: 'awsvpc',
      cpu: '256',
      memory: '1024',
      containerDefinitions: [
        {
          name: 'app',
          image: 'app',
          logConfiguration: awslogs,
          dependsOn: [{ containerName: 'collector', condition: 'START' }],
        },
        {
          name: 'collector',
          image: 'public.ecr.aws/aws-observability/aws-otel-collector:latest',
          command: ['--config=/etc/ecs/ecs-default-config.yaml'],
          environmentFiles: [],
          logConfiguration: awslogs,
        },
      ],
    },
  },
];
