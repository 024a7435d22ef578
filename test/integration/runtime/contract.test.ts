import { DockerRuntime } from '@longshore/runtime';
import { freePort, TestEngine, testImage } from '../../support/docker.js';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { type ContractEngine, type Doing, runtimeContract } from '../../unit/runtime/contract.js';
import { aContainerSpec } from '../../unit/runtime/spec.js';

const commands: Readonly<Record<Doing, readonly string[]>> = {
  sleeps: ['sh', '-c', 'trap "exit 143" TERM; sleep 3600 & wait'],
  ignoresSigterm: ['sh', '-c', 'trap "" TERM; sleep 3600'],
  exits: ['sh', '-c', 'exit 7'],
  'fails to start': ['no-such-program'],
  'logs three lines': ['printf', 'one\\ntwo\\nthree\\n'],
};

function dockerEngine(): Promise<ContractEngine> {
  const engine = new TestEngine();
  const driver = new DockerRuntime();
  return Promise.resolve({
    driver,
    labels: engine.labels,
    image: testImage,
    name: (stem) => engine.name(stem),
    spec: (does, changes) =>
      aContainerSpec({
        name: engine.name('c'),
        labels: engine.labels,
        definition: { name: does, command: commands[does] },
        network: { mode: 'none' },
        ...(changes?.ports && { network: { mode: 'bridge', name: 'bridge' } }),
        ...changes,
      }),
    eventually: (check) => eventually(check),
    run: (promise) => promise,
    freePort,
    close: async () => {
      await driver.close();
      await engine.cleanUp();
    },
  });
}

describe('the engine', () => {
  needs('docker');
  runtimeContract('Docker', dockerEngine);
});
