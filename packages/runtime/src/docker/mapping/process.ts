import type { ContainerDefinition, KeyValuePair } from '@longshore/model';
import { byAgent, honoured, type TableOf, together } from './table.js';

const startProof = 'entryPoint, command, environment, workingDirectory and user shape the first process';
const terminalProof = 'pseudoTerminal gives a terminal and interactive an open standard input';

type Members =
  | 'name'
  | 'image'
  | 'entryPoint'
  | 'command'
  | 'environment'
  | 'environmentFiles'
  | 'workingDirectory'
  | 'user'
  | 'pseudoTerminal'
  | 'interactive'
  | 'dockerLabels'
  | 'essential'
  | 'dependsOn'
  | 'startTimeout'
  | 'stopTimeout'
  | 'restartPolicy'
  | 'versionConsistency'
  | 'secrets'
  | 'repositoryCredentials'
  | 'credentialSpecs';

/** What the first process is, and how it lives. */
export const processTable: TableOf<Pick<ContainerDefinition, Members>> = {
  name: byAgent(
    'names the container in the task, in its labels and in the engine',
    'a created container is found by inspect and does not run',
  ),
  image: honoured((body, spec) => {
    body.Image = spec.image;
  }, 'image, labels and log configuration stand in the container'),
  entryPoint: honoured((body, { definition }) => {
    if (definition.entryPoint?.length) body.Entrypoint = [...definition.entryPoint];
  }, startProof),
  command: honoured((body, { definition }) => {
    if (definition.command?.length) body.Cmd = [...definition.command];
  }, startProof),
  environment: {
    nested: 'KeyValuePair',
    apply: (body, { environment }) => {
      // A map keeps the place of the first and the value of the last.
      const last = new Map(environment.map(({ name, value }) => [name, value]));
      body.Env = [...last].map(([name, value]) => `${name}=${value}`);
    },
  },
  environmentFiles: { nested: 'EnvironmentFile' },
  workingDirectory: honoured((body, { definition }) => {
    if (definition.workingDirectory) body.WorkingDir = definition.workingDirectory;
  }, startProof),
  user: honoured((body, { definition }) => {
    if (definition.user) body.User = definition.user;
  }, startProof),
  pseudoTerminal: honoured((body, { definition }) => {
    body.Tty = definition.pseudoTerminal ?? false;
  }, terminalProof),
  interactive: honoured((body, { definition }) => {
    body.OpenStdin = definition.interactive ?? false;
  }, terminalProof),
  dockerLabels: honoured((body, { definition, labels }) => {
    // The agent's own labels are how it finds its containers: a definition does not replace them.
    body.Labels = { ...definition.dockerLabels, ...labels };
  }, 'image, labels and log configuration stand in the container'),
  essential: byAgent(
    'ends the task when it ends',
    'an essential container that exits ends the task and all its containers, another does not',
  ),
  dependsOn: { nested: 'ContainerDependency' },
  startTimeout: byAgent(
    'bounds the wait of those that depend on it',
    'a startTimeout that passes ends the task, and the dependant is never started',
  ),
  stopTimeout: honoured((body, { definition }) => {
    if (definition.stopTimeout !== undefined) body.StopTimeout = definition.stopTimeout;
  }, 'stopTimeout is known to the engine too, for whoever stops the container by hand'),
  restartPolicy: {
    nested: 'ContainerRestartPolicy',
    apply: (body) => {
      // The agent restarts: it counts, reports and keeps to restartAttemptPeriod, which the engine cannot.
      body.HostConfig.RestartPolicy = { Name: 'no', MaximumRetryCount: 0 };
    },
  },
  versionConsistency: byAgent(
    'the digest that the first task of a deployment resolved arrives as the image of the later ones',
    'one digest runs through a deployment though the tag moves on, but for the container that opts out',
  ),
  secrets: { refused: 'there is no secrets store to read from yet' },
  repositoryCredentials: { refused: 'credentials of registries come from ECS_ENGINE_AUTH_DATA of the agent' },
  credentialSpecs: { refused: 'credential specifications are for Windows and domain-joined Linux' },
};

export const keyValueTable: TableOf<KeyValuePair> = {
  name: together(startProof),
  value: together(startProof),
};
