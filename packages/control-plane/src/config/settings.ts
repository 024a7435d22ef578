/** One setting of the server: a flag, a variable LONGSHORE_* and a key of the YAML file, all under one name. */
export interface Setting {
  /** As in the flag and the file: `grpc-listen`. */
  readonly name: string;
  /** How the value is written in the help; undefined for a switch. */
  readonly argument: string | undefined;
  readonly default: string | undefined;
  readonly help: string;
  /** Masked by `longshore-server config`. */
  readonly secret?: boolean;
}

/** Every setting, in the order of the help and of the README's table, which a test holds to this. */
export const settings = [
  {
    name: 'etcd-endpoints',
    argument: 'HOST:PORT,...',
    default: '127.0.0.1:2379',
    help: 'Members of etcd; https:// before one turns TLS on',
  },
  {
    name: 'etcd-cacert',
    argument: 'FILE',
    default: undefined,
    help: "Certificate authority of etcd's members",
  },
  { name: 'etcd-cert', argument: 'FILE', default: undefined, help: 'Client certificate shown to etcd' },
  { name: 'etcd-key', argument: 'FILE', default: undefined, help: 'Key of the client certificate' },
  { name: 'etcd-prefix', argument: 'PREFIX', default: '/longshore/', help: 'All keys lie below this' },
  {
    name: 'etcd-quota-bytes',
    argument: 'N',
    default: '8589934592',
    help: "etcd's --quota-backend-bytes: from 80 % of it on, new work is refused",
  },
  {
    name: 'grpc-listen',
    argument: 'HOST:PORT',
    default: '127.0.0.1:7400',
    help: 'Door for clients and agents',
  },
  {
    name: 'http-listen',
    argument: 'HOST:PORT',
    default: '127.0.0.1:7401',
    help: 'Door for the ECS API, /metrics, /healthz and /readyz',
  },
  {
    name: 'token-file',
    argument: 'FILE',
    default: undefined,
    help: 'Tokens of clients and agents, mode 0600: lines `client: TOKEN` and `agent: TOKEN`',
  },
  {
    name: 'insecure',
    argument: undefined,
    default: 'false',
    help: 'Listen off loopback without tokens: everybody who reaches the ports may do everything',
  },
  { name: 'tls-cert', argument: 'FILE', default: undefined, help: 'Certificate of both doors' },
  { name: 'tls-key', argument: 'FILE', default: undefined, help: 'Key of that certificate' },
  {
    name: 'secret-key-file',
    argument: 'FILE',
    default: undefined,
    help: 'Seals the secrets of access keys in etcd: 64 hex digits, the same for all replicas (default: made from the token file)',
  },
  {
    name: 'allow-anonymous',
    argument: undefined,
    default: 'false',
    help: 'Answer unsigned calls of the ECS API; loopback only',
  },
  { name: 'account-id', argument: 'DIGITS', default: '123456789012', help: 'The account in every ARN' },
  {
    name: 'region',
    argument: 'NAME',
    default: 'us-east-1',
    help: 'The region in the ARNs of answers by gRPC',
  },
  {
    name: 'regions',
    argument: 'NAME,...',
    default: undefined,
    help: 'Regions that a signature may name (default: any)',
  },
  {
    name: 'clock-skew',
    argument: 'DURATION',
    default: '5m',
    help: 'How far the time of a signature may be from ours',
  },
  {
    name: 'read-rate',
    argument: 'N[:BURST]|unlimited',
    default: '4000:8000',
    help: 'Calls a second of one caller that change nothing, on both doors, and how many at once after a rest (default: twice N)',
  },
  {
    name: 'write-rate',
    argument: 'N[:BURST]|unlimited',
    default: '500:1000',
    help: 'The same for calls that change something',
  },
  {
    name: 'place-rate',
    argument: 'N[:BURST]|unlimited',
    default: '1000:2000',
    help: 'The same for RunTask and StartTask',
  },
  {
    name: 'replica-name',
    argument: 'NAME',
    default: undefined,
    help: 'Name of this replica, unique in the cluster (default: host name and gRPC port)',
  },
  {
    name: 'advertise-address',
    argument: 'HOST:PORT',
    default: undefined,
    help: 'Where other replicas reach the gRPC door (default: --grpc-listen)',
  },
  {
    name: 'instance-timeout',
    argument: 'DURATION',
    default: '30s',
    help: 'Silence after which an agent counts as not connected',
  },
  {
    name: 'replace-after',
    argument: 'DURATION|never',
    default: '60s',
    help: 'Further silence after which tasks of services are replaced',
  },
  {
    name: 'forget-instance-after',
    argument: 'DURATION|never',
    default: '24h',
    help: 'Silence after which the tasks of an instance become STOPPED',
  },
  {
    name: 'stopped-task-retention',
    argument: 'DURATION',
    default: '24h',
    help: 'How long stopped tasks can be listed and described',
  },
  {
    name: 'stopped-tasks-max',
    argument: 'N',
    default: '50000',
    help: 'Stopped tasks that are kept at most, oldest go first',
  },
  {
    name: 'healthy-after',
    argument: 'DURATION',
    default: '40s',
    help: 'When a RUNNING task without health check counts as healthy (3s with --dev)',
  },
  {
    name: 'dev',
    argument: undefined,
    default: 'false',
    help: 'A cluster for development: allows `longshore reset`, shorter waits',
  },
  {
    name: 'memory-store',
    argument: undefined,
    default: 'false',
    help: 'Keep everything in memory instead of etcd: for tests, gone when the process ends',
  },
  {
    name: 'log-level',
    argument: 'LEVEL',
    default: 'info',
    help: 'trace, debug, info, warn, error, fatal or silent',
  },
] as const satisfies readonly Setting[];

export type SettingName = (typeof settings)[number]['name'];

/** The variable of a setting: LONGSHORE_GRPC_LISTEN. */
export function variableOf(name: string): string {
  return `LONGSHORE_${name.toUpperCase().replaceAll('-', '_')}`;
}

/** The variable that names the YAML file, beside --config. */
export const configFileVariable = 'LONGSHORE_CONFIG';
