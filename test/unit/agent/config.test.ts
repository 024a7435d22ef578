import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseConfig, variables } from '@longshore/agent';
import { SettingReader } from '@longshore/kit';
import { expect } from 'chai';
import { parseCommandLine } from '../../../packages/agent/src/config/command.js';
import { readVariables } from '../../../packages/agent/src/config/env.js';
import { parseFile } from '../../../packages/agent/src/config/env-file.js';
import { readConfig } from '../../../packages/agent/src/config/read.js';
import { credentialsFor, parseRegistryAuth } from '../../../packages/agent/src/config/registry-auth.js';
import { readToken } from '../../../packages/agent/src/token.js';

/** The environment keys that the ECS agent's README lists, for the agent and for its init service. */
const documented = `
  ECS_CLUSTER ECS_RESERVED_PORTS ECS_RESERVED_PORTS_UDP ECS_ENGINE_AUTH_TYPE ECS_ENGINE_AUTH_DATA AWS_DEFAULT_REGION
  AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN DOCKER_HOST ECS_LOGLEVEL ECS_LOGLEVEL_ON_INSTANCE
  ECS_LOGFILE ECS_CHECKPOINT ECS_DATADIR ECS_UPDATES_ENABLED ECS_DISABLE_METRICS ECS_POLL_METRICS
  ECS_POLLING_METRICS_WAIT_DURATION ECS_PULL_DEPENDENT_CONTAINERS_UPFRONT ECS_RESERVED_MEMORY
  ECS_AVAILABLE_LOGGING_DRIVERS ECS_DISABLE_PRIVILEGED ECS_SELINUX_CAPABLE ECS_APPARMOR_CAPABLE
  ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER ECS_MANIFEST_PULL_TIMEOUT
  ECS_CONTAINER_STOP_TIMEOUT ECS_CONTAINER_START_TIMEOUT ECS_CONTAINER_CREATE_TIMEOUT ECS_ENABLE_TASK_IAM_ROLE
  ECS_ENABLE_TASK_IAM_ROLE_NETWORK_HOST ECS_DISABLE_IMAGE_CLEANUP ECS_IMAGE_CLEANUP_INTERVAL
  ECS_IMAGE_MINIMUM_CLEANUP_AGE NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE ECS_NUM_IMAGES_DELETE_PER_CYCLE
  ECS_IMAGE_PULL_BEHAVIOR ECS_IMAGE_PULL_INACTIVITY_TIMEOUT ECS_IMAGE_PULL_TIMEOUT ECS_INSTANCE_ATTRIBUTES
  ECS_ENABLE_TASK_ENI ECS_ENABLE_HIGH_DENSITY_ENI ECS_CNI_PLUGINS_PATH ECS_AWSVPC_BLOCK_IMDS
  ECS_AWSVPC_ADDITIONAL_LOCAL_ROUTES ECS_ENABLE_CONTAINER_METADATA ECS_HOST_DATA_DIR ECS_ENABLE_TASK_CPU_MEM_LIMIT
  ECS_CGROUP_PATH ECS_CGROUP_CPU_PERIOD ECS_AGENT_HEALTHCHECK_HOST ECS_ENABLE_CPU_UNBOUNDED_WINDOWS_WORKAROUND
  ECS_ENABLE_MEMORY_UNBOUNDED_WINDOWS_WORKAROUND ECS_TASK_METADATA_RPS_LIMIT ECS_SHARED_VOLUME_MATCH_FULL_CONFIG
  ECS_CONTAINER_INSTANCE_PROPAGATE_TAGS_FROM ECS_CONTAINER_INSTANCE_TAGS ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP
  ECS_EXCLUDE_UNTRACKED_IMAGE ECS_DISABLE_DOCKER_HEALTH_CHECK ECS_NVIDIA_RUNTIME ECS_ALTERNATE_CREDENTIAL_PROFILE
  ECS_ENABLE_SPOT_INSTANCE_DRAINING ECS_LOG_ROLLOVER_TYPE ECS_LOG_OUTPUT_FORMAT ECS_LOG_MAX_FILE_SIZE_MB
  ECS_LOG_MAX_ROLL_COUNT ECS_LOG_DRIVER ECS_LOG_OPTS ECS_ENABLE_AWSLOGS_EXECUTIONROLE_OVERRIDE
  ECS_FSX_WINDOWS_FILE_SERVER_SUPPORTED ECS_ENABLE_RUNTIME_STATS ECS_EXCLUDE_IPV6_PORTBINDING ECS_WARM_POOLS_CHECK
  ECS_SKIP_LOCALHOST_TRAFFIC_FILTER ECS_ALLOW_OFFHOST_INTROSPECTION_ACCESS ECS_OFFHOST_INTROSPECTION_INTERFACE_NAME
  ECS_ENABLE_GPU_SUPPORT HTTP_PROXY NO_PROXY ECS_GMSA_SUPPORTED CREDENTIALS_FETCHER_HOST
  CREDENTIALS_FETCHER_SECRET_NAME_FOR_DOMAINLESS_GMSA ECS_DYNAMIC_HOST_PORT_RANGE ECS_TASK_PIDS_LIMIT
  ECS_EBSTA_SUPPORTED ECS_INSTANCE_IP_COMPATIBILITY ECS_AGENT_LABELS ECS_AGENT_APPARMOR_PROFILE
`
  .trim()
  .split(/\s+/);

/** Names, lists of names and paths: any text is one. Those of files are read at the start, the login beside its type. */
const freeTexts = new Set([
  'LONGSHORE_TOKEN_FILE',
  'LONGSHORE_INSTANCE_NAME',
  'LONGSHORE_AVAILABILITY_ZONE',
  'LONGSHORE_INSTANCE_TYPE',
  'LONGSHORE_GPUS',
  'LONGSHORE_ENV_FILE_DIR',
  'LONGSHORE_CA_CERT',
  'LONGSHORE_ECS_CONFIG',
  'ECS_DATADIR',
  'ECS_CGROUP_PATH',
  'ECS_ENGINE_AUTH_DATA',
  'ECS_EXCLUDE_UNTRACKED_IMAGE',
  'DOCKER_CERT_PATH',
]);

describe('the configuration of an agent', () => {
  it("has ECS's documented defaults", () => {
    const parsed = parseConfig({});
    expect(parsed.ok && parsed.value).to.deep.include({
      cluster: 'default',
      stopTimeoutMs: 30_000,
      startTimeoutMs: 180_000,
      cleanupWaitMs: 10_800_000,
      reservedMemoryMiB: 0,
      reservedTcpPorts: [22, 2375, 2376, 51_678, 51_679, 51_680],
      metadataRate: { perSecond: 40, burst: 60 },
    });
    expect(parsed.ok && parsed.value.imageCleanup).to.include({
      enabled: true,
      intervalMs: 1_800_000,
      perCycle: 5,
    });
    expect(parsed.ok && parsed.value.pull.behavior).to.equal('default');
  });

  it('names every variable that it can not read, at once', () => {
    const parsed = parseConfig({
      ECS_CONTAINER_STOP_TIMEOUT: 'soon',
      ECS_RESERVED_PORTS: '[99999]',
      ECS_IMAGE_PULL_BEHAVIOR: 'sometimes',
      ECS_DYNAMIC_HOST_PORT_RANGE: '5-4',
      LONGSHORE_AWSVPC_CIDR: 'everywhere',
      LONGSHORE_ENDPOINTS: 'here:there',
      ECS_INSTANCE_ATTRIBUTES: '{"a": 1}',
      ECS_ENGINE_AUTH_DATA: '{}',
      ECS_LOGLEVEL: 'loud',
    });
    expect(parsed.ok).to.equal(false);
    const said = parsed.ok ? [] : parsed.problems.map((p) => p.split(':')[0] ?? '');
    expect(said.sort()).to.deep.equal([
      'ECS_CONTAINER_STOP_TIMEOUT',
      'ECS_DYNAMIC_HOST_PORT_RANGE',
      'ECS_ENGINE_AUTH_TYPE',
      'ECS_IMAGE_PULL_BEHAVIOR',
      'ECS_INSTANCE_ATTRIBUTES',
      'ECS_LOGLEVEL',
      'ECS_RESERVED_PORTS',
      'LONGSHORE_AWSVPC_CIDR',
      'LONGSHORE_ENDPOINTS',
    ]);
  });

  for (const c of [
    { name: 'ECS_CONTAINER_STOP_TIMEOUT', value: '500ms' },
    { name: 'ECS_CONTAINER_START_TIMEOUT', value: '44s' },
    { name: 'ECS_CLUSTER', value: 'two words' },
    { name: 'DOCKER_HOST', value: 'nonsense' },
    { name: 'DOCKER_HOST', value: 'ftp://host' },
    { name: 'DOCKER_HOST', value: 'tcp://host:port' },
    { name: 'ECS_CONTAINER_CREATE_TIMEOUT', value: '59s' },
    { name: 'ECS_IMAGE_CLEANUP_INTERVAL', value: '9m' },
    { name: 'ECS_IMAGE_MINIMUM_CLEANUP_AGE', value: '-1h' },
    { name: 'NON_ECS_IMAGE_MINIMUM_CLEANUP_AGE', value: 'old' },
    { name: 'ECS_NUM_IMAGES_DELETE_PER_CYCLE', value: '0' },
    { name: 'NONECS_NUM_CONTAINERS_DELETE_PER_CYCLE', value: '0' },
    { name: 'ECS_IMAGE_PULL_INACTIVITY_TIMEOUT', value: '59s' },
    { name: 'ECS_IMAGE_PULL_TIMEOUT', value: '0s' },
    { name: 'ECS_DISABLE_IMAGE_CLEANUP', value: 'maybe' },
    { name: 'ECS_ENABLE_UNTRACKED_IMAGE_CLEANUP', value: 'maybe' },
    { name: 'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION', value: '999ms' },
    { name: 'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION_JITTER', value: 'much' },
    { name: 'LONGSHORE_STOPPED_TASKS_PER_FAMILY', value: '-1' },
    { name: 'LONGSHORE_DISK_LIMIT_PERCENT', value: '101' },
    { name: 'ECS_TASK_PIDS_LIMIT', value: '0' },
    { name: 'ECS_CGROUP_CPU_PERIOD', value: '200ms' },
    { name: 'ECS_TASK_METADATA_RPS_LIMIT', value: '60,40' },
  ])
    it(`refuses ${c.name}=${c.value}, which lies outside its bounds`, () => {
      const parsed = parseConfig({ [c.name]: c.value });
      expect(!parsed.ok && parsed.problems[0]).to.contain(c.name);
    });

  for (const c of [
    { name: 'ECS_CONTAINER_STOP_TIMEOUT', value: '1s' },
    { name: 'ECS_CONTAINER_START_TIMEOUT', value: '45s' },
    { name: 'ECS_CONTAINER_CREATE_TIMEOUT', value: '1m' },
    { name: 'ECS_IMAGE_CLEANUP_INTERVAL', value: '10m' },
    { name: 'ECS_NUM_IMAGES_DELETE_PER_CYCLE', value: '1' },
    { name: 'ECS_IMAGE_PULL_INACTIVITY_TIMEOUT', value: '1m' },
    { name: 'ECS_ENGINE_TASK_CLEANUP_WAIT_DURATION', value: '1s' },
    { name: 'ECS_CGROUP_CPU_PERIOD', value: '8ms' },
    { name: 'ECS_TASK_PIDS_LIMIT', value: '4194304' },
  ])
    it(`takes ${c.name}=${c.value}, the bound of the ECS agent`, () => {
      expect(parseConfig({ [c.name]: c.value }).ok).to.equal(true);
    });

  it('turns image clean-up off where other agents share the engine, and with prefer-cached', () => {
    for (const given of [{ LONGSHORE_SHARED_ENGINE: 'true' }, { ECS_IMAGE_PULL_BEHAVIOR: 'prefer-cached' }]) {
      const parsed = parseConfig(given);
      expect(parsed.ok && parsed.value.imageCleanup.enabled).to.equal(false);
    }
  });

  it('says of every variable either what it does or why it does nothing', () => {
    const silent = variables.filter((v) => (v.honoured === undefined) === (v.notApplicable === undefined));
    expect(silent).to.deep.equal([]);
    expect(new Set(variables.map((v) => v.name)).size).to.equal(variables.length);
  });

  it("has every variable of the ECS agent's documentation", () => {
    const names = new Set(variables.map((v) => v.name));
    expect(documented.filter((name) => !names.has(name))).to.deep.equal([]);
  });

  it('reads every variable that it says it honours, and none besides', () => {
    const asked = new Set<string>();
    parseConfig(
      new Proxy({}, { get: (_target, name) => void asked.add(String(name)) }) as Record<string, undefined>,
    );
    // Read before the rest, by the file that reads the environment; or only beside another one.
    for (const name of ['LONGSHORE_ECS_CONFIG', 'ECS_ENGINE_AUTH_DATA']) asked.add(name);
    const honoured = variables.filter((v) => v.honoured !== undefined).map((v) => v.name);
    expect([...asked].sort()).to.deep.equal(honoured.sort());
  });
});

describe('where settings come from', () => {
  const directory = mkdtempSync(join(tmpdir(), 'longshore-config-'));
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('flags win over the environment, the environment over the file', () => {
    const path = join(directory, 'ecs.config');
    writeFileSync(
      path,
      '# written by hand\nECS_CLUSTER=of-the-file\nECS_RESERVED_MEMORY="128"\nLONGSHORE_BIND_IP=127.0.0.2\n',
    );
    const before = process.env.ECS_RESERVED_MEMORY;
    process.env.ECS_RESERVED_MEMORY = '256';
    try {
      const read = readVariables({ LONGSHORE_ECS_CONFIG: path, LONGSHORE_BIND_IP: '127.0.0.3' });
      expect(read.ECS_CLUSTER).to.equal('of-the-file');
      expect(read.ECS_RESERVED_MEMORY).to.equal('256');
      expect(read.LONGSHORE_BIND_IP).to.equal('127.0.0.3');
    } finally {
      if (before === undefined) delete process.env.ECS_RESERVED_MEMORY;
      else process.env.ECS_RESERVED_MEMORY = before;
    }
  });

  for (const c of [
    { name: 'LONGSHORE_ECS_CONFIG', says: 'ENOENT' },
    { name: 'LONGSHORE_TOKEN_FILE', says: 'ENOENT' },
    { name: 'LONGSHORE_CA_CERT', says: 'ENOENT' },
    { name: 'LONGSHORE_ENV_FILE_DIR', says: 'ENOENT' },
    { name: 'DOCKER_CERT_PATH', says: 'ENOENT', DOCKER_HOST: 'tcp://127.0.0.1:2376' },
  ])
    it(`${c.name} that leads nowhere is an error that names it`, () => {
      const { name, says, ...more } = c;
      const parsed = readConfig({ ...more, [name]: join(directory, 'nowhere') });
      expect(parsed.ok ? [] : parsed.problems).to.have.length(1);
      expect(!parsed.ok && parsed.problems[0]).to.match(new RegExp(`^${name}: .*${says}`));
    });

  it('every honoured variable that is no free text refuses what it can not read, by its name', () => {
    for (const { name } of variables.filter((v) => v.honoured !== undefined && !freeTexts.has(v.name))) {
      const parsed = parseConfig({ [name]: '{"no: good' });
      const said = parsed.ok ? [] : parsed.problems.map((p) => p.split(':')[0]);
      expect(said, name).to.include(name);
    }
  });

  it('a file that was asked for must be there', () => {
    expect(() => readVariables({ LONGSHORE_ECS_CONFIG: join(directory, 'missing') })).to.throw(/ENOENT/);
  });

  it('a file of variables may have comments, quotes and export', () => {
    expect(parseFile('export A=1\n #x\nB = "two words"\nC=\'q\'\nnonsense\nD=a=b\n')).to.deep.equal({
      A: '1',
      B: 'two words',
      C: 'q',
      D: 'a=b',
    });
  });

  it('flags stand for variables; help and a wrong flag are words and an exit code', () => {
    const wish = parseCommandLine(['--dynamic-ports', '40000-40099', '--shared-engine'], '1.2.3');
    expect(wish).to.deep.equal({
      kind: 'run',
      flags: { LONGSHORE_DYNAMIC_PORTS: '40000-40099', LONGSHORE_SHARED_ENGINE: 'true' },
    });
    expect(parseCommandLine(['--version'], '1.2.3')).to.deep.equal({
      kind: 'said',
      text: '1.2.3\n',
      exitCode: 0,
    });
    expect(parseCommandLine(['--nonsense'], '1.2.3')).to.deep.include({ kind: 'said', exitCode: 2 });
    const help = parseCommandLine(['--help'], '1.2.3');
    expect(help.kind === 'said' && help.text).to.contain('ECS_DATADIR');
  });

  it('a token file that others can read is refused with the command that mends it', () => {
    const path = join(directory, 'token');
    writeFileSync(path, 'secret\n', { mode: 0o644 });
    expect(() => readToken(path)).to.throw(`chmod 600 ${path}`);
    rmSync(path);
    writeFileSync(path, 'secret\n', { mode: 0o600 });
    expect(readToken(path)).to.equal('secret');
  });
});

describe('registry credentials', () => {
  const docker = JSON.stringify({ 'registry.example:5000': { username: 'u', password: 'p', email: '' } });
  const dockercfg = JSON.stringify({
    'https://index.docker.io/v1/': { auth: Buffer.from('user:pa:ss').toString('base64') },
  });

  for (const c of [
    {
      name: 'docker form',
      type: 'docker',
      data: docker,
      image: 'registry.example:5000/a/b:1',
      expected: 'u:p',
    },
    {
      name: 'dockercfg form, Docker Hub',
      type: 'dockercfg',
      data: dockercfg,
      image: 'busybox:1',
      expected: 'user:pa:ss',
    },
    {
      name: 'another registry gets none',
      type: 'docker',
      data: docker,
      image: 'other.example/a',
      expected: 'none',
    },
  ])
    it(c.name, () => {
      const read = new SettingReader({ ECS_ENGINE_AUTH_TYPE: c.type, ECS_ENGINE_AUTH_DATA: c.data });
      const found = credentialsFor(c.image, parseRegistryAuth(read));
      expect(found ? `${found.username}:${found.password}` : 'none').to.equal(c.expected);
      expect(read.problems).to.deep.equal([]);
    });

  it('a malformed entry is named without its password', () => {
    const data = JSON.stringify({ 'r.example': { auth: 'bm9jb2xvbg==' }, 's.example': { password: 'hush' } });
    const read = new SettingReader({ ECS_ENGINE_AUTH_TYPE: 'dockercfg', ECS_ENGINE_AUTH_DATA: data });
    parseRegistryAuth(read);
    expect(read.problems).to.have.length(2);
    expect(read.problems.join()).to.contain('r.example').and.not.to.contain('hush');
  });
});
