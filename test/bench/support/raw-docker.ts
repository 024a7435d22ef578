import { systemRandom } from '@longshore/kit';
import Docker from 'dockerode';

/** What both sides run. */
export const idle = {
  image: 'busybox:1.36',
  /** Ends at once when told to. */
  command: ['sh', '-c', 'trap "exit 0" TERM; sleep 3600 & wait'],
  memoryMiB: 8,
} as const;

/** dockerode with nothing in its way: what launches are measured against. */
export class RawDocker {
  readonly #docker: Docker;
  #body: Docker.ContainerCreateOptions = {
    Image: idle.image,
    Cmd: [...idle.command],
    Labels: { 'longshore.bench': 'raw' },
    HostConfig: { Memory: idle.memoryMiB * 2 ** 20 },
  };

  constructor(socketPath: string) {
    this.#docker = new Docker({ socketPath });
  }

  /** From now on runs containers like the one that has the label: the same environment, limits, log and network. */
  async runLike(label: string): Promise<void> {
    const { Config, HostConfig } = await this.#inspected(label);
    this.#body = { ...this.#body, Env: Config.Env, HostConfig };
  }

  /** Creates and starts a container; its id. */
  async run(network: string): Promise<string> {
    const body = { ...this.#body, HostConfig: { ...this.#body.HostConfig, NetworkMode: network } };
    // dockerode's own way puts every member into the URL as well; its types do not know this one.
    const options = { _query: { name: `raw-${systemRandom.hexId()}` }, _body: body };
    const container = await this.#docker.createContainer(options as unknown as Docker.ContainerCreateOptions);
    await container.start();
    return container.id;
  }

  /** Runs so many, so many at a time; milliseconds until all have started. */
  async runMany(count: number, atOnce: number, network: string): Promise<number> {
    const startedMs = performance.now();
    let left = count;
    const worker = async (): Promise<void> => {
      while (left-- > 0) await this.run(network);
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    return performance.now() - startedMs;
  }

  /** How many containers of this kind run. */
  async running(label: string): Promise<number> {
    return (await this.#docker.listContainers({ filters: { label: [label] } })).length;
  }

  async clear(label: string): Promise<void> {
    const all = await this.#docker.listContainers({ all: true, filters: { label: [label] } });
    await atMost(8, all, ({ Id }) => this.#remove(Id));
  }

  async #remove(id: string): Promise<void> {
    try {
      await this.#docker.getContainer(id).remove({ force: true, v: true });
    } catch (thrown) {
      // Agents and Swarm clean up as well: gone, or going.
      const { statusCode } = thrown as { statusCode?: number };
      if (statusCode !== 404 && statusCode !== 409) throw thrown;
    }
  }

  /** When the engine made and started the container of a task, as it says. */
  async times(label: string): Promise<{ readonly createdMs: number; readonly startedMs: number }> {
    const { Created, State } = await this.#inspected(label);
    return { createdMs: Date.parse(Created), startedMs: Date.parse(State.StartedAt) };
  }

  async #inspected(label: string): Promise<Docker.ContainerInspectInfo> {
    const [found] = await this.#docker.listContainers({ all: true, filters: { label: [label] } });
    if (!found) throw new Error(`no container has the label ${label}`);
    return await this.#docker.getContainer(found.Id).inspect();
  }

  async swarmInit(address: string): Promise<void> {
    await this.#docker.swarmInit({ ListenAddr: '0.0.0.0:2377', AdvertiseAddr: address });
  }

  /** `service create` with so many replicas; milliseconds until all run, as the manager lists its tasks. */
  async swarmService(count: number): Promise<number> {
    const startedMs = performance.now();
    const name = `swarm-${systemRandom.hexId().slice(0, 8)}`;
    const service = await this.#docker.createService({
      Name: name,
      Mode: { Replicated: { Replicas: count } },
      TaskTemplate: {
        ContainerSpec: { Image: idle.image, Command: [...idle.command] },
        Resources: { Limits: { MemoryBytes: idle.memoryMiB * 2 ** 20 } },
      },
    });
    const filters = JSON.stringify({ service: [name], 'desired-state': ['running'] });
    for (;;) {
      const tasks: readonly { readonly Status: { readonly State: string } }[] = await this.#docker.listTasks({
        filters,
      });
      if (tasks.filter((t) => t.Status.State === 'running').length === count) break;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const tookMs = performance.now() - startedMs;
    await service.remove();
    // A removed service's tasks go on for a moment: they must not meet the next turn.
    while ((await this.running(`com.docker.swarm.service.name=${name}`)) > 0)
      await new Promise((resolve) => setTimeout(resolve, 100));
    await this.clear(`com.docker.swarm.service.name=${name}`);
    return tookMs;
  }
}

async function atMost<T>(
  width: number,
  items: readonly T[],
  act: (item: T) => Promise<unknown>,
): Promise<void> {
  const left = [...items];
  const worker = async (): Promise<void> => {
    for (let item = left.pop(); item !== undefined; item = left.pop()) await act(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
}
