import { type FakeClock, type Random, silentLogger } from '@longshore/kit';
import { type Change, keyOf, type MemoryBackend, type MemoryStore, openMemoryStore } from '@longshore/store';

export interface AuditorParts {
  readonly backend: MemoryBackend;
  readonly clock: FakeClock;
  readonly random: Random;
  readonly healthyAfterMs: number;
}

interface Change_<T> {
  readonly before: T | undefined;
  readonly after: T | undefined;
}

type TaskChange = Extract<Change, { kind: 'task' }>;

/**
 * Follows the state with eyes of its own and writes down every breach of what must always hold: no instance over-
 * committed, no host port given twice, no state that goes back, and of the service scheduler's own steps none that
 * leaves fewer healthy tasks, or makes more tasks, than the percentages allow.
 */
export class Auditor {
  readonly breaches: string[] = [];
  readonly store: MemoryStore;
  readonly #parts: AuditorParts;
  /** When a task was first seen RUNNING: one whose host was cut off runs for longer than anybody could know. */
  readonly #seenRunningMs = new Map<string, number>();

  constructor(parts: AuditorParts) {
    this.#parts = parts;
    this.store = openMemoryStore({ ...parts, replica: 'auditor', logger: silentLogger });
  }

  async start(audits: boolean): Promise<void> {
    await this.store.start();
    if (!audits) return;
    this.store.observe({
      changed: (change) => {
        if (change.kind === 'task') this.#task(change);
      },
    });
  }

  stop(): Promise<void> {
    return this.store.stop();
  }

  #task(change: TaskChange): void {
    const { before, after } = change;
    if (!after) return;
    if (after.lastStatus === 'RUNNING' && !this.#seenRunningMs.has(after.id))
      this.#seenRunningMs.set(after.id, this.#parts.clock.monotonicMs());
    this.#checkForward({ before, after });
    if (before?.instance !== after.instance && after.instance !== '') this.#checkCapacity(after);
    if (after.service === '') return;
    if (!before) this.#checkMaximum(after);
    else if (before.desiredStatus !== 'STOPPED' && after.desiredStatus === 'STOPPED')
      this.#checkMinimum(before, after);
  }

  #breach(text: string): void {
    this.breaches.push(`at ${Math.round(this.#parts.clock.monotonicMs())} ms: ${text}`);
  }

  #checkForward({ before, after }: Change_<NonNullable<TaskChange['after']>>): void {
    if (before?.lastStatus === 'STOPPED' && after && after.lastStatus !== 'STOPPED')
      this.#breach(`task ${after.id} goes from STOPPED to ${after.lastStatus}`);
    if (before?.desiredStatus === 'STOPPED' && after && after.desiredStatus !== 'STOPPED')
      this.#breach(`task ${after.id} is wanted again`);
    if (before?.counted === true && after?.counted === false)
      this.#breach(`task ${after.id} is not counted again`);
  }

  #checkCapacity({ cluster, instance }: NonNullable<TaskChange['after']>): void {
    const resources = this.store.get(keyOf('instance', cluster, instance))?.value.resources;
    if (!resources) {
      this.#breach(`a task on ${instance}, which is not registered`);
      return;
    }
    let cpuUnits = 0;
    let memoryMiB = 0;
    const ports = new Set<string>();
    for (const task of this.store.tasks.onInstance(cluster, instance)) {
      if (task.lastStatus === 'STOPPED') continue;
      cpuUnits += task.holds.cpuUnits;
      memoryMiB += task.holds.memoryMiB;
      for (const { port, protocol } of task.holds.ports ?? []) {
        const name = `${protocol}/${port}`;
        if (ports.has(name)) this.#breach(`port ${name} of ${instance} given twice`);
        ports.add(name);
      }
    }
    if (cpuUnits > resources.cpuUnits || memoryMiB > resources.memoryMiB)
      this.#breach(`${instance} is over-committed: ${cpuUnits} cpu, ${memoryMiB} MiB`);
  }

  /** A new task of a rolling service: with it there may be at most maximumPercent, those told to stop left out. */
  #checkMaximum({ cluster, service, id }: NonNullable<TaskChange['after']>): void {
    const spec = this.store.get(keyOf('service', cluster, service))?.value.spec;
    if (!spec || spec.schedulingStrategy === 'DAEMON') return;
    if (spec.deploymentConfiguration?.strategy === 'BLUE_GREEN') return;
    const maximum = Math.floor(
      ((spec.desiredCount ?? 0) * (spec.deploymentConfiguration?.maximumPercent ?? 200)) / 100,
    );
    const active = this.#active(cluster, service).length;
    if (active > maximum)
      this.#breach(`task ${id} makes ${active} tasks of ${service}, the maximum is ${maximum}`);
  }

  /** A healthy task that the scheduler stops: as many as minimumHealthyPercent asks for must stay. */
  #checkMinimum(before: NonNullable<TaskChange['after']>, after: NonNullable<TaskChange['after']>): void {
    const { cluster, service } = after;
    const record = this.store.get(keyOf('service', cluster, service))?.value;
    const spec = record?.spec;
    if (record?.status !== 'ACTIVE' || !spec || spec.schedulingStrategy === 'DAEMON') return;
    if (this.store.tasks.record(after).stopCode !== 'ServiceSchedulerInitiated') return;
    if (!this.#isHealthy(before) || !this.#isKnown(before) || this.#isLost(before)) return;
    const percent = spec.deploymentConfiguration?.minimumHealthyPercent ?? 100;
    const minimum = Math.ceil(((spec.desiredCount ?? 0) * percent) / 100);
    const healthy = this.#active(cluster, service).filter((task) => this.#isHealthy(task)).length;
    if (healthy < minimum)
      this.#breach(
        `the stop of ${after.id} leaves ${healthy} healthy tasks of ${service}, the minimum is ${minimum}`,
      );
  }

  #active(cluster: string, service: string): readonly NonNullable<TaskChange['after']>[] {
    return [...this.store.tasks.ofService(cluster, service)].filter(
      (task) => task.lastStatus !== 'STOPPED' && task.desiredStatus !== 'STOPPED' && !this.#isLost(task),
    );
  }

  #isHealthy(task: NonNullable<TaskChange['after']>): boolean {
    if (task.lastStatus !== 'RUNNING' || task.healthStatus === 'UNHEALTHY') return false;
    if (task.healthStatus === 'HEALTHY') return true;
    return this.#parts.clock.wallMs() - task.startedAtMs >= this.#parts.healthyAfterMs;
  }

  /** Whether it has been seen RUNNING for long enough to be called healthy: till then its stop takes nothing away. */
  #isKnown({ id, healthStatus }: NonNullable<TaskChange['after']>): boolean {
    if (healthStatus === 'HEALTHY') return true;
    const { clock, healthyAfterMs } = this.#parts;
    return clock.monotonicMs() - (this.#seenRunningMs.get(id) ?? Number.POSITIVE_INFINITY) >= healthyAfterMs;
  }

  #isLost({ cluster, instance }: NonNullable<TaskChange['after']>): boolean {
    return (
      instance !== '' && (this.store.get(keyOf('instance', cluster, instance))?.value.lostSinceMs ?? 0) > 0
    );
  }
}
