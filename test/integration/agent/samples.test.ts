import { type ContainerDefinition, fromJson, type Task } from '@longshore/model';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { samples } from '../../support/samples.js';
import { WholeSystem } from './system.js';

/** The container as it is but for what it runs: the machine of tests has one image. */
function runnable(container: ContainerDefinition, isAwaited: (name: string) => boolean): ContainerDefinition {
  const { entryPoint: _entryPoint, healthCheck, name = '', ...rest } = container;
  const loop = 'trap "exit 0" TERM; sleep 600 & wait';
  return {
    ...rest,
    name,
    image: 'busybox:1.36',
    command: isAwaited(name) ? ['true'] : ['sh', '-c', loop],
    ...(healthCheck && { healthCheck: { ...healthCheck, command: ['CMD-SHELL', 'true'] } }),
  };
}

describe('task definitions as people run them on ECS, on a real engine', function () {
  this.timeout(120_000);
  needs('docker', 'root');
  let system: WholeSystem;
  before(async () => {
    system = await WholeSystem.start(['--metadata-port', '45379'], {
      ECS_IMAGE_PULL_BEHAVIOR: 'prefer-cached',
    });
  });
  after(() => system.close());

  for (const { name, json } of samples.filter((s) => s.refused === undefined && s.needsMore === undefined))
    it(`${name}: reaches RUNNING, and stops when it is told to`, async () => {
      const { ecs } = system.server;
      const asked = fromJson('RegisterTaskDefinitionRequest', json, { unknownMembers: 'refuse' });
      const containers = asked.containerDefinitions ?? [];
      const isAwaited = (of: string): boolean =>
        containers.some((c) => c.dependsOn?.some((d) => d.containerName === of && d.condition === 'SUCCESS'));
      await ecs.RegisterTaskDefinition({
        ...asked,
        containerDefinitions: containers.map((c) => runnable(c, isAwaited)),
      });
      const awsvpc = asked.networkMode === 'awsvpc';
      const { tasks = [], failures } = await ecs.RunTask({
        taskDefinition: asked.family,
        ...(awsvpc && { networkConfiguration: { awsvpcConfiguration: { subnets: ['subnet-1'] } } }),
      });
      expect(failures).to.deep.equal([]);
      const arn = tasks[0]?.taskArn ?? '';
      const reaches = (status: string): Promise<Task> =>
        eventually(
          async () => {
            const [task] = (await ecs.DescribeTasks({ tasks: [arn] })).tasks ?? [];
            if (task?.lastStatus !== status) throw new Error(`${task?.lastStatus}: ${task?.stoppedReason}`);
            return task;
          },
          { withinMs: 60_000, state: () => system.agent.log.slice(-3000) },
        );
      const running = await reaches('RUNNING');
      expect(running.containers?.map((c) => c.name)).to.deep.equal(containers.map((c) => c.name));
      await ecs.StopTask({ task: arn, reason: 'seen' });
      expect(await reaches('STOPPED')).to.include({ stopCode: 'UserInitiated', stoppedReason: 'seen' });
    });
});
