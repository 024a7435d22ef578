import type { ContainerDefinition, LogConfiguration } from '@longshore/model';
import { type TableOf, together } from './table.js';

const logProof = 'image, labels and log configuration stand in the container';

export const loggingTable: TableOf<Pick<ContainerDefinition, 'logConfiguration' | 'firelensConfiguration'>> =
  {
    logConfiguration: {
      nested: 'LogConfiguration',
      apply: (body, { definition }) => {
        // Absent: the engine's own default. The driver's name is passed on as it is: what the engine has, works.
        const log = definition.logConfiguration;
        if (log?.logDriver) body.HostConfig.LogConfig = { Type: log.logDriver, Config: { ...log.options } };
      },
    },
    firelensConfiguration: { refused: 'there is no log router yet' },
  };

export const logConfigurationTable: TableOf<LogConfiguration> = {
  logDriver: together(logProof),
  options: together(logProof),
  secretOptions: { refused: 'there is no secrets store to read from yet' },
};
