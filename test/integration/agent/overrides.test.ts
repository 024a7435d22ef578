import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Task, TaskOverride } from '@longshore/model';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { WholeSystem } from './system.js';

/** What bounds all containers of the task, by the kernel. */
function taskMemoryBytes(id: string): number {
  const v1 = `/sys/fs/cgroup/memory/ecs/${id}/memory.limit_in_bytes`;
  const path = existsSync(v1) ? v1 : `/sys/fs/cgroup/ecs/${id}/memory.max`;
  return Number(readFileSync(path, 'utf8'));
}

describe('overrides, from the request to the container', function () {
  this.timeout(60_000);
  needs('docker', 'root');
  const files = mkdtempSync(join(tmpdir(), 'longshore-env-'));
  let system: WholeSystem;
  before(async () => {
    writeFileSync(join(files, 'definition.env'), 'OF_FILE=definition\nDEFINITION=read\n');
    writeFileSync(join(files, 'override.env'), 'OF_FILE=override\n');
    system = await WholeSystem.start(['--env-file-dir', files, '--metadata-port', '45399'], {
      ECS_IMAGE_PULL_BEHAVIOR: 'prefer-cached',
      LONGSHORE_GPUS: 'gpu-a,gpu-b',
    });
    const common = { image: 'busybox:1.36', memory: 32, cpu: 64, stopTimeout: 1 };
    await system.server.ecs.RegisterTaskDefinition({
      family: 'web',
      cpu: '256',
      memory: '64',
      taskRoleArn: 'arn:aws:iam::123456789012:role/task',
      executionRoleArn: 'arn:aws:iam::123456789012:role/execution',
      ephemeralStorage: { sizeInGiB: 30 },
      containerDefinitions: [
        {
          ...common,
          name: 'web',
          memoryReservation: 8,
          command: ['sleep', '1111'],
          environment: ['A', 'B'].map((name) => ({ name, value: 'definition' })),
          environmentFiles: [{ type: 'longshore.file', value: join(files, 'definition.env') }],
        },
        { ...common, name: 'side', command: ['sleep', '2222'] },
      ],
    });
    await system.server.ecs.RegisterTaskDefinition({
      family: 'gpu',
      containerDefinitions: [{ ...common, name: 'web', resourceRequirements: [{ type: 'GPU', value: '1' }] }],
    });
  });
  after(async () => {
    rmSync(files, { recursive: true, force: true });
    await system.close();
  });

  const overrides: TaskOverride = {
    cpu: '.5 vCPU',
    memory: '96',
    taskRoleArn: 'arn:aws:iam::123456789012:role/other',
    executionRoleArn: 'arn:aws:iam::123456789012:role/another',
    ephemeralStorage: { sizeInGiB: 40 },
    containerOverrides: [
      {
        name: 'web',
        command: ['sleep', '3333'],
        cpu: 128,
        memory: 48,
        memoryReservation: 16,
        environment: [
          { name: 'B', value: 'override' },
          { name: 'C', value: 'override' },
        ],
        environmentFiles: [{ type: 'longshore.file', value: join(files, 'override.env') }],
      },
    ],
  };

  const reaches = (arn: string, status: string): Promise<Task> =>
    eventually(
      async () => {
        const [task] = (await system.server.ecs.DescribeTasks({ tasks: [arn] })).tasks ?? [];
        if (task?.lastStatus !== status) throw new Error(`${task?.lastStatus}: ${task?.stoppedReason}`);
        return task;
      },
      { withinMs: 30_000, state: () => system.agent.log.slice(-3000) },
    );
  const containerOf = (task: Task, name: string): string =>
    task.containers?.find((c) => c.name === name)?.runtimeId ?? '';
  const instanceArns = async (): Promise<readonly string[]> =>
    (await system.server.ecs.ListContainerInstances({})).containerInstanceArns ?? [];
  const stop = async (task: Task): Promise<void> => {
    await system.server.ecs.StopTask({ task: task.taskArn ?? '' });
    await reaches(task.taskArn ?? '', 'STOPPED');
  };

  for (const operation of ['RunTask', 'StartTask'] as const)
    it(`of ${operation} are in effect in the container, and shown`, async () => {
      const { ecs } = system.server;
      const { tasks = [], failures } =
        operation === 'RunTask'
          ? await ecs.RunTask({ taskDefinition: 'web', overrides })
          : await ecs.StartTask({
              taskDefinition: 'web',
              overrides,
              containerInstances: [...(await instanceArns())],
            });
      expect(failures).to.deep.equal([]);
      const task = await reaches(tasks[0]?.taskArn ?? '', 'RUNNING');
      // What DescribeTasks shows: sizes as they come back, the rest as it was said.
      expect(task).to.deep.include({ cpu: '512', memory: '96', ephemeralStorage: { sizeInGiB: 40 } });
      const { containerOverrides = [], ...shown } = task.overrides ?? {};
      expect(shown).to.deep.include({
        taskRoleArn: overrides.taskRoleArn,
        executionRoleArn: overrides.executionRoleArn,
        ephemeralStorage: { sizeInGiB: 40 },
      });
      expect(containerOverrides.find((c) => c.name === 'web')).to.deep.include(
        overrides.containerOverrides?.[0],
      );

      const web = containerOf(task, 'web');
      const { Config, HostConfig } = await system.engine.inspect(web);
      expect(Config.Cmd).to.deep.equal(['sleep', '3333']);
      expect(HostConfig).to.include({
        CpuShares: 128,
        Memory: 48 * 1024 ** 2,
        MemoryReservation: 16 * 1024 ** 2,
      });
      const { output } = await system.engine.exec(web, 'echo "$A $B $C $OF_FILE [$DEFINITION]"');
      expect(output).to.equal('definition override override override []');
      // The other container is as the definition says.
      const side = await system.engine.inspect(containerOf(task, 'side'));
      expect(side.Config.Cmd).to.deep.equal(['sleep', '2222']);
      expect(side.HostConfig).to.include({ CpuShares: 64, Memory: 32 * 1024 ** 2 });
      // Both together have what the override gives the task.
      const id = (task.taskArn ?? '').split('/')[2] ?? '';
      expect(taskMemoryBytes(id)).to.equal(96 * 1024 ** 2);
      // Roles: without effect, said in the log.
      expect(system.agent.log).to.contain('roles of the task are without effect: no credentials yet');
      await stop(task);
    });

  it('that are absent leave what the definition says', async () => {
    const { tasks = [] } = await system.server.ecs.RunTask({ taskDefinition: 'web' });
    const task = await reaches(tasks[0]?.taskArn ?? '', 'RUNNING');
    expect(task).to.deep.include({ cpu: '256', memory: '64', ephemeralStorage: { sizeInGiB: 30 } });
    const { output } = await system.engine.exec(containerOf(task, 'web'), 'echo "$B $OF_FILE"');
    expect(output).to.equal('definition definition');
    await stop(task);
  });

  it('of GPUs hand over as many as they say', async () => {
    const { tasks = [] } = await system.server.ecs.RunTask({
      taskDefinition: 'gpu',
      overrides: {
        containerOverrides: [{ name: 'web', resourceRequirements: [{ type: 'GPU', value: '2' }] }],
      },
    });
    // The engine of this machine may have no driver for them: what it was asked for stands in the container.
    const [task] = tasks;
    const requested = await eventually(
      async () => {
        const [now] = (await system.server.ecs.DescribeTasks({ tasks: [task?.taskArn ?? ''] })).tasks ?? [];
        return (await system.engine.inspect(containerOf(now ?? {}, 'web'))).HostConfig.DeviceRequests;
      },
      { withinMs: 20_000 },
    );
    const [gpus] = requested as readonly { readonly DeviceIDs: readonly string[] }[];
    expect(gpus?.DeviceIDs).to.have.members(['gpu-a', 'gpu-b']);
  });

  it('of ephemeral storage beyond what ECS gives are refused by name', async () => {
    const refused = await system.server.ecs
      .StartTask({
        taskDefinition: 'web',
        containerInstances: [...(await instanceArns())],
        overrides: { ephemeralStorage: { sizeInGiB: 201 } },
      })
      .then(
        () => '',
        (thrown: Error) => thrown.message,
      );
    expect(refused).to.match(/ephemeralStorage\.sizeInGiB must be between 21 and 200/);
  });
});
