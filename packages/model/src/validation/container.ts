import { shown } from '../arn.js';
import { clientException } from '../errors.js';
import type { ContainerDefinition } from '../generated/shapes.js';
import { limits } from '../limits.js';
import { checkWhole, containerFault, ecsName, firstDuplicate, isGiven, notSupported } from './faults.js';
import { checkLinuxParameters } from './linux.js';

/** Docker since 20.10 starts no container with less. */
const leastMemoryMiB = 6;

/** In the order in which ECS names those that are missing. */
const awslogsOptions = ['awslogs-region', 'awslogs-group'] as const;

/** Checks what a container definition says of itself; what rests on its neighbours and on the task is checked apart. */
export function checkContainer(container: ContainerDefinition): void {
  checkIdentity(container);
  checkRefused(container);
  checkSizes(container);
  checkTimes(container);
  checkEnvironment(container);
  checkHealthCheck(container);
  checkRestartPolicy(container);
  checkLogging(container);
  checkSecurityOptions(container);
  checkUlimits(container);
  checkHosts(container);
  checkGpus(container);
  checkLinuxParameters(container);
}

function checkIdentity({ name, image }: ContainerDefinition): void {
  if (!name) throw clientException('Container.name should not be null or empty.');
  if (!ecsName.test(name))
    throw clientException(
      `Container.name contains invalid characters: '${shown(name)}' (up to 255 letters, digits, hyphens, underscores).`,
    );
  if (!image) throw clientException('Container.image should not be null or empty.');
  if (image.length > 2048 || !/^[A-Za-z0-9][A-Za-z0-9._:/@-]*$/.test(image))
    throw clientException(`Container.image contains invalid characters: '${shown(image)}'.`);
}

function checkRefused(container: ContainerDefinition): void {
  const where = `Container '${container.name}'`;
  if (isGiven(container.secrets)) throw notSupported(where, 'secrets');
  if (container.firelensConfiguration) throw notSupported(where, 'firelensConfiguration');
  if (container.repositoryCredentials)
    throw notSupported(
      where,
      'repositoryCredentials',
      'give the agent the registry with ECS_ENGINE_AUTH_TYPE and ECS_ENGINE_AUTH_DATA',
    );
  if (isGiven(container.credentialSpecs)) throw notSupported(where, 'credentialSpecs');
  if (container.logConfiguration?.logDriver === 'awsfirelens')
    throw notSupported(where, 'log driver awsfirelens');
  if (isGiven(container.logConfiguration?.secretOptions))
    throw notSupported(where, 'logConfiguration.secretOptions');
}

function checkSizes(container: ContainerDefinition): void {
  const { memory, memoryReservation } = container;
  checkWhole(container.cpu, { min: 0 }, (bounds) =>
    containerFault(container, `'cpu' must be ${bounds}, but was ${container.cpu}.`),
  );
  for (const member of ['memory', 'memoryReservation'] as const)
    checkWhole(container[member], { min: leastMemoryMiB }, (bounds) =>
      containerFault(container, `'${member}' must be ${bounds} MiB, but was ${container[member]}.`),
    );
  if (memory !== undefined && memoryReservation !== undefined && memoryReservation > memory)
    throw containerFault(
      container,
      `'memory' (${memory}) must not be less than 'memoryReservation' (${memoryReservation}).`,
    );
}

function checkTimes(container: ContainerDefinition): void {
  checkWhole(container.startTimeout, { min: 1 }, (bounds) =>
    containerFault(container, `'startTimeout' must be ${bounds} seconds, but was ${container.startTimeout}.`),
  );
  checkWhole(container.stopTimeout, { min: 0 }, (bounds) =>
    containerFault(container, `'stopTimeout' must be ${bounds} seconds, but was ${container.stopTimeout}.`),
  );
}

export function checkEnvironment(
  container: Pick<ContainerDefinition, 'name' | 'environment' | 'environmentFiles'>,
): void {
  for (const pair of container.environment ?? [])
    if (!pair.name || pair.name.includes('=') || pair.name.includes('\0'))
      throw containerFault(container, `'environment' has an invalid name: '${shown(pair.name ?? '')}'.`);
  const files = container.environmentFiles ?? [];
  if (files.length > limits.environmentFiles)
    throw containerFault(container, `'environmentFiles' has ${files.length} entries; the limit is 10.`);
  for (const file of files) {
    const value = file.value ?? '';
    if (file.type !== 'longshore.file')
      throw notSupported(
        `Container '${container.name}'`,
        `environmentFiles of type ${file.type ?? '(none)'}`,
        'use type longshore.file with an absolute path below the agent directory LONGSHORE_ENV_FILE_DIR',
      );
    if (!value.endsWith('.env'))
      throw containerFault(container, `'environmentFiles' value '${shown(value)}' must end in .env.`);
    if (!value.startsWith('/') || value.split('/').includes('..'))
      throw containerFault(container, `'environmentFiles' value '${shown(value)}' must be an absolute path.`);
  }
}

function checkHealthCheck(container: ContainerDefinition): void {
  const check = container.healthCheck;
  if (!check) return;
  const [kind, ...words] = check.command ?? [];
  if ((kind !== 'CMD' && kind !== 'CMD-SHELL') || words.length === 0)
    throw containerFault(
      container,
      `'healthCheck.command' must start with CMD or CMD-SHELL and name a command.`,
    );
  const bounds = {
    interval: { min: 5, max: 300 },
    timeout: { min: 2, max: 60 },
    retries: { min: 1, max: 10 },
    startPeriod: { min: 0, max: 300 },
  } as const;
  for (const member of ['interval', 'timeout', 'retries', 'startPeriod'] as const)
    checkWhole(check[member], bounds[member], (text) =>
      containerFault(container, `'healthCheck.${member}' must be ${text}, but was ${check[member]}.`),
    );
}

function checkRestartPolicy(container: ContainerDefinition): void {
  const policy = container.restartPolicy;
  if (!policy) return;
  if (policy.enabled === undefined)
    throw containerFault(container, `'restartPolicy.enabled' should not be null or empty.`);
  checkWhole(policy.restartAttemptPeriod, { min: 60, max: 1800 }, (bounds) =>
    containerFault(
      container,
      `'restartPolicy.restartAttemptPeriod' must be ${bounds} seconds, but was ${policy.restartAttemptPeriod}.`,
    ),
  );
  const codes = policy.ignoredExitCodes ?? [];
  if (codes.length > limits.ignoredExitCodes)
    throw containerFault(container, `'restartPolicy.ignoredExitCodes' has more than 50 entries.`);
  for (const code of codes)
    checkWhole(code, { min: 0, max: 255 }, (bounds) =>
      containerFault(container, `'restartPolicy.ignoredExitCodes' must be ${bounds}, but was ${code}.`),
    );
}

function checkLogging(container: ContainerDefinition): void {
  const { logConfiguration } = container;
  if (!logConfiguration) return;
  if (!logConfiguration.logDriver || !/^[A-Za-z0-9][A-Za-z0-9_./:-]*$/.test(logConfiguration.logDriver))
    throw containerFault(container, `'logConfiguration.logDriver' should not be null or empty.`);
  const { logDriver, options } = logConfiguration;
  if (logDriver !== 'awslogs') return;
  const missing = awslogsOptions.filter((option) => !options?.[option]);
  if (isGiven(missing))
    throw clientException(`Log driver ${logDriver} requires options: ${missing.join(', ')}`);
}

function checkSecurityOptions(container: ContainerDefinition): void {
  for (const option of container.dockerSecurityOptions ?? [])
    if (!/^(no-new-privileges(:true)?|(apparmor|label)[:=].+)$/.test(option))
      throw containerFault(
        container,
        `'dockerSecurityOptions' takes no-new-privileges, apparmor:PROFILE and label:VALUE, not '${shown(option)}'.`,
      );
}

function checkUlimits(container: ContainerDefinition): void {
  const ulimits = container.ulimits ?? [];
  for (const { name, softLimit, hardLimit } of ulimits) {
    if (name === undefined || softLimit === undefined || hardLimit === undefined)
      throw containerFault(container, `'ulimits' needs name, softLimit and hardLimit in each entry.`);
    // -1 is "no limit", above every number.
    const [soft, hard] = [softLimit, hardLimit].map((n) => (n === -1 ? Number.POSITIVE_INFINITY : n));
    if (softLimit < -1 || hardLimit < -1 || (soft ?? 0) > (hard ?? 0))
      throw containerFault(
        container,
        `'ulimits' ${name}: softLimit (${softLimit}) must not be more than hardLimit (${hardLimit}).`,
      );
  }
  const twice = firstDuplicate(ulimits.map((u) => u.name));
  if (twice) throw containerFault(container, `'ulimits' names ${twice} more than once.`);
}

function checkHosts(container: ContainerDefinition): void {
  for (const host of container.extraHosts ?? [])
    if (!host.hostname || !host.ipAddress)
      throw containerFault(container, `'extraHosts' needs hostname and ipAddress in each entry.`);
}

export function checkGpus(container: Pick<ContainerDefinition, 'name' | 'resourceRequirements'>): void {
  for (const requirement of container.resourceRequirements ?? []) {
    const where = `Container '${container.name}'`;
    if (requirement.type !== 'GPU')
      throw notSupported(where, `resourceRequirements of type ${requirement.type ?? '(none)'}`);
    if (requirement.sharingStrategy) throw notSupported(where, 'resourceRequirements.sharingStrategy');
    if (!/^[1-9]\d{0,3}$/.test(requirement.value ?? ''))
      throw containerFault(
        container,
        `'resourceRequirements' of type GPU needs a whole number, but was '${shown(requirement.value ?? '')}'.`,
      );
  }
}
