import type { Sample } from './samples.js';

/** As the tools of others write them: modules of Terraform, generators, and snippets that are put together. */

const app = { name: 'app', image: 'app', memory: 64 };
const volume = (name: string, rest: object = {}): object => ({ name, ...rest });

export const clientSamples: readonly Sample[] = [
  {
    name: 'as a module of Terraform writes it: every member, most of them empty',
    json: {
      family: 'of-a-module',
      networkMode: 'bridge',
      containerDefinitions: [
        {
          ...app,
          user: '0',
          readonlyRootFilesystem: true,
          startTimeout: 30,
          stopTimeout: 120,
          interactive: false,
          pseudoTerminal: false,
          privileged: false,
          restartPolicy: { enabled: true, ignoredExitCodes: [1], restartAttemptPeriod: 60 },
          versionConsistency: 'disabled',
          mountPoints: [{ sourceVolume: 'scratch', containerPath: '/tmp' }],
          linuxParameters: {
            capabilities: { add: [], drop: ['NET_RAW'] },
            initProcessEnabled: false,
            devices: [],
            tmpfs: [],
          },
          logConfiguration: {
            logDriver: 'json-file',
            options: { mode: 'non-blocking', 'max-buffer-size': '4m' },
            secretOptions: [],
          },
          systemControls: [],
          volumesFrom: [],
          extraHosts: [],
          dnsServers: [],
          dnsSearchDomains: [],
          dockerSecurityOptions: [],
          ulimits: [],
          resourceRequirements: [],
          environmentFiles: [],
          secrets: [],
          links: [],
          dockerLabels: {},
        },
      ],
      volumes: [volume('scratch')],
      placementConstraints: [],
      tags: [{ key: 'team', value: 'shop' }],
    },
  },
  {
    name: 'a tmpfs with the mount options of fstab, a device under another name, more shared memory',
    json: {
      family: 'scratch',
      containerDefinitions: [
        {
          ...app,
          linuxParameters: {
            sharedMemorySize: 256,
            tmpfs: [
              {
                containerPath: '/scratch',
                size: 16,
                mountOptions: ['defaults', 'noexec', 'nosuid', 'mode=1777'],
              },
              { containerPath: '/run', size: 8 },
            ],
            devices: [{ hostPath: '/dev/null', containerPath: '/dev/nil', permissions: ['read', 'write'] }],
          },
        },
      ],
    },
  },
  {
    name: 'a restart policy on Fargate, with an init',
    json: {
      family: 'restarts',
      cpu: '256',
      memory: '512',
      networkMode: 'awsvpc',
      requiresCompatibilities: ['FARGATE'],
      runtimePlatform: { cpuArchitecture: 'X86_64', operatingSystemFamily: 'LINUX' },
      containerDefinitions: [
        {
          ...app,
          restartPolicy: { enabled: true, ignoredExitCodes: [0], restartAttemptPeriod: 180 },
          linuxParameters: { initProcessEnabled: true },
        },
      ],
    },
  },
  {
    name: 'a monitoring agent with the socket of the engine and the processes of the host',
    json: {
      family: 'watcher',
      pidMode: 'host',
      containerDefinitions: [
        {
          ...app,
          portMappings: [
            { containerPort: 8126, hostPort: 48_126, protocol: 'tcp' },
            { containerPort: 8125, hostPort: 48_125, protocol: 'udp' },
          ],
          mountPoints: [
            { sourceVolume: 'socket', containerPath: '/var/run/docker.sock', readOnly: true },
            { sourceVolume: 'proc', containerPath: '/host/proc', readOnly: true },
          ],
          healthCheck: {
            command: ['CMD-SHELL', 'agent health'],
            interval: 30,
            timeout: 5,
            retries: 3,
            startPeriod: 15,
          },
        },
      ],
      volumes: [
        volume('socket', { host: { sourcePath: '/var/run/docker.sock' } }),
        volume('proc', { host: { sourcePath: '/proc/' } }),
      ],
    },
  },
  {
    name: 'a task volume that is a tmpfs of the local driver',
    json: {
      family: 'memory-volume',
      containerDefinitions: [{ ...app, mountPoints: [{ sourceVolume: 'fast', containerPath: '/fast' }] }],
      volumes: [
        volume('fast', {
          dockerVolumeConfiguration: {
            scope: 'task',
            driver: 'local',
            driverOpts: { type: 'tmpfs', device: 'tmpfs', o: 'size=8m' },
            labels: { kind: 'scratch' },
          },
        }),
      ],
    },
  },
  {
    name: 'autoprovision of a volume of the task',
    refused: 'autoprovision',
    json: {
      family: 'provisioned',
      containerDefinitions: [app],
      volumes: [volume('data', { dockerVolumeConfiguration: { autoprovision: true } })],
    },
  },
  {
    name: 'a health check without CMD before it',
    refused: 'healthCheck',
    json: {
      family: 'plain-check',
      containerDefinitions: [{ ...app, healthCheck: { command: ['curl -f http://localhost/ || exit 1'] } }],
    },
  },
  {
    name: "a kernel parameter of the network in the host's",
    refused: 'systemControls',
    json: {
      family: 'host-sysctl',
      networkMode: 'host',
      containerDefinitions: [
        { ...app, systemControls: [{ namespace: 'net.core.somaxconn', value: '1024' }] },
      ],
    },
  },
];
