import { readFile } from 'node:fs/promises';
import type { Clock } from '@longshore/kit';
import type { CallOptions, ContainerUsage } from '../driver.js';
import { cgroupPaths, networkCounters, type ReadFile, readCgroup } from './cgroup.js';
import { inspect } from './containers.js';
import type { Call, EngineClient } from './engine-client.js';
import { type EngineStats, usageOfStats } from './engine-stats.js';

export interface UsageSource {
  readonly clock: Clock;
  readonly cgroupRoot: string;
  readonly procRoot: string;
}

interface Place {
  readonly pid: number;
  /** Of /proc/PID/cgroup: another text is another process, or another run of the container. */
  readonly cgroups: string;
  readonly paths: ReadonlyMap<string, string>;
  /** False in the machine's own network: its counters are not the container's. */
  readonly countsNetwork: boolean;
}

/**
 * What containers use, from the kernel's own files: an engine takes a second per container for the same figures. Where
 * the files are not seen (the engine is on another machine), the engine is asked after all.
 */
export class DockerUsage {
  readonly #client: EngineClient;
  readonly #source: UsageSource;
  /** A cache: where a running container's files lie. Dropped as soon as they are not there. */
  readonly #places = new Map<string, Place>();

  constructor(client: EngineClient, source: UsageSource) {
    this.#client = client;
    this.#source = source;
  }

  usage(id: string, options: CallOptions): Promise<ContainerUsage | undefined> {
    return this.#client.call('usage', 'RuntimeError', options, async (call) => {
      const known = this.#places.get(id);
      const quick = known && (await this.#read(known));
      if (quick) return quick;
      this.#places.delete(id);
      const found = await inspect(call, id);
      if (!found?.State.Running) return undefined;
      const cgroups = (await this.#cgroupsOf(found.State.Pid)) ?? '';
      const place: Place = {
        pid: found.State.Pid,
        cgroups,
        paths: cgroupPaths(cgroups),
        countsNetwork: found.HostConfig.NetworkMode !== 'host',
      };
      const usage = await this.#read(place);
      if (!usage) return usageOfStats(await engineStats(call, id));
      this.#places.set(id, place);
      return usage;
    });
  }

  /** In the engine's shape, from the engine: seconds slower than `usage`. */
  stats(id: string, options: CallOptions): Promise<Readonly<Record<string, unknown>> | undefined> {
    return this.#client.call('stats', 'RuntimeError', options, async (call) => {
      const found = await inspect(call, id);
      return found?.State.Running ? engineStats(call, id) : undefined;
    });
  }

  /** What is removed will not be asked for again. */
  forget(id: string): void {
    this.#places.delete(id);
  }

  #cgroupsOf(pid: number): Promise<string | undefined> {
    return readText(`${this.#source.procRoot}/${pid}/cgroup`);
  }

  async #read(place: Place): Promise<ContainerUsage | undefined> {
    const { cgroupRoot, procRoot } = this.#source;
    const [cgroup, net, cgroups] = await Promise.all([
      readCgroup(cgroupRoot, place.paths, readText),
      readText(`${procRoot}/${place.pid}/net/dev`),
      this.#cgroupsOf(place.pid),
    ]);
    if (!cgroup || cgroups !== place.cgroups) return undefined;
    const counters = place.countsNetwork ? [...networkCounters(net ?? '').values()] : [];
    return {
      ...cgroup,
      networkRxBytes: counters.reduce((sum, c) => sum + c.rxBytes, 0),
      networkTxBytes: counters.reduce((sum, c) => sum + c.txBytes, 0),
    };
  }
}

/** A file that is gone is the kernel's way to say that the container is. */
const readText: ReadFile = (path) =>
  readFile(path, 'utf8').then(
    (text) => text,
    (thrown: NodeJS.ErrnoException) => {
      if (['ENOENT', 'ENODEV', 'ESRCH', 'EACCES', 'EINVAL'].includes(thrown.code ?? '')) return undefined;
      throw thrown;
    },
  );

async function engineStats(call: Call, id: string): Promise<EngineStats | undefined> {
  return call.json<EngineStats>({
    path: `/containers/${id}/stats`,
    query: { stream: 'false' },
    accept: [404, 409],
  });
}
