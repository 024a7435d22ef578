import {
  type Attribute,
  type ContainerInstanceStatus,
  groupOf,
  type InstanceRecord,
  type InstanceResources,
  instanceAttributes,
} from '@longshore/model';
import {
  attributeValue,
  type ClusterView,
  HeldLedger,
  type HeldTask,
  type InstanceView,
  PlacementMemo,
  RowLog,
} from '@longshore/scheduler';
import { type Change, keyOf, rangeOf, type Store, type TaskSummary } from '@longshore/store';

/**
 * Whether an agent can be given tasks: its present session has delivered a complete report, and it is heard.
 * `sessionRevision` is the mod_revision of the session's key; undefined where there is none.
 */
export function isConnected(record: InstanceRecord, sessionRevision: number | undefined): boolean {
  return (
    sessionRevision !== undefined && record.reportedSession === sessionRevision && record.overdueSinceMs === 0
  );
}

const nothing: InstanceResources = {
  cpuUnits: 0,
  memoryMiB: 0,
  reservedTcpPorts: [],
  reservedUdpPorts: [],
  gpus: [],
  dynamicPortFirst: 0,
  dynamicPortLast: 0,
};

class KeptView implements InstanceView {
  readonly id: string;
  readonly held: HeldLedger;
  registered = false;
  /** Its place in the cluster's list; -1: in none. */
  row = -1;
  status: ContainerInstanceStatus = 'ACTIVE';
  agentConnected = false;
  impairedReason = '';
  agentVersion = '';
  registeredAtMs = 0;
  ec2InstanceId: string | undefined;
  lost = false;
  attributes: readonly Attribute[] = [];
  availabilityZone = '';
  resources: InstanceResources = nothing;

  constructor(id: string, groupOf: (task: HeldTask) => string) {
    this.id = id;
    this.held = new HeldLedger(groupOf);
  }

  take(record: InstanceRecord, sessionRevision: number | undefined): void {
    this.registered = true;
    this.status = record.status === 'UNSET' ? 'ACTIVE' : record.status;
    this.agentConnected = isConnected(record, sessionRevision);
    this.impairedReason = record.impairedReason;
    this.agentVersion = record.agentVersion;
    this.registeredAtMs = record.registeredAtMs;
    this.ec2InstanceId = record.name === '' ? undefined : record.name;
    this.lost = record.lostSinceMs > 0;
    this.attributes = instanceAttributes(record);
    this.availabilityZone = attributeValue(this, 'ecs.availability-zone') ?? '';
    this.resources = record.resources ?? nothing;
  }
}

class KeptCluster implements ClusterView {
  readonly byId = new Map<string, KeptView>();
  readonly memo = new PlacementMemo();
  #listed: { readonly instances: readonly KeptView[]; readonly changes: RowLog } | undefined;

  get instances(): readonly InstanceView[] {
    return this.#list().instances;
  }

  get changes(): RowLog {
    return this.#list().changes;
  }

  /** The set of registered instances has changed. */
  relist(): void {
    for (const view of this.#listed?.instances ?? []) view.row = -1;
    this.#listed = undefined;
  }

  /** To be called whenever anything of the view has changed. */
  note(view: KeptView): void {
    if (view.row >= 0) this.#listed?.changes.note(view.row);
  }

  #list(): { readonly instances: readonly KeptView[]; readonly changes: RowLog } {
    if (this.#listed === undefined) {
      const instances = [...this.byId.values()].filter((view) => view.registered);
      for (const [row, view] of instances.entries()) view.row = row;
      this.#listed = { instances, changes: new RowLog(instances.length) };
    }
    return this.#listed;
  }
}

const empty: ClusterView = { instances: [] };

/**
 * What placement reads, by cluster, kept up to date change by change: no decision ever scans the tasks.
 * Invariant: a view's `held` is the sum over the cache's tasks that name the instance; own commits count at once.
 * A view is the live object: it is read within one turn and never kept across an await.
 */
export class InstanceViews {
  readonly #store: Store;
  readonly #clusters = new Map<string, KeptCluster>();
  readonly #families = new Map<string, string>();
  readonly #services = new Map<string, string>();
  readonly #stop: () => void;

  constructor(store: Store) {
    this.#store = store;
    this.#stop = store.observe({
      kinds: ['task', 'instance', 'session'],
      changed: (change) => this.#apply(change),
    });
    this.#fill();
  }

  stop(): void {
    this.#stop();
  }

  cluster(name: string): ClusterView {
    return this.#clusters.get(name) ?? empty;
  }

  /** What placement remembers of a cluster from round to round. */
  memo(name: string): PlacementMemo | undefined {
    return this.#clusters.get(name)?.memo;
  }

  /** Empty where the instance has none. */
  zoneOf(cluster: string, instance: string): string {
    return this.#clusters.get(cluster)?.byId.get(instance)?.availabilityZone ?? '';
  }

  get(cluster: string, instance: string): InstanceView | undefined {
    const view = this.#clusters.get(cluster)?.byId.get(instance);
    return view?.registered ? view : undefined;
  }

  #fill(): void {
    for (const { key } of this.#store.list(rangeOf('instance'))) this.#refresh(key.names);
    for (const { key } of this.#store.list(rangeOf('cluster')))
      for (const task of this.#store.tasks.inCluster(key.names[0] ?? '')) this.#hold(task);
  }

  #apply(change: Change): void {
    switch (change.kind) {
      case 'task':
        this.#applyTask(change.before, change.after);
        return;
      case 'instance':
      case 'session':
        this.#refresh(change.key.names);
        return;
      default:
        return;
    }
  }

  #applyTask(before: TaskSummary | undefined, after: TaskSummary | undefined): void {
    if (before !== undefined && after !== undefined && before.instance === after.instance) {
      this.#change(before, after);
      return;
    }
    if (before !== undefined) this.#release(before);
    if (after !== undefined) this.#hold(after);
  }

  #change(before: TaskSummary, after: TaskSummary): void {
    if (after.instance === '') return;
    const kept = this.#cluster(after.cluster);
    const view = this.#view(kept, after.instance);
    view.held.change(before, after);
    noted(kept, view);
  }

  #refresh([cluster = '', instance = '']: readonly string[]): void {
    const record = this.#store.get(keyOf('instance', cluster, instance));
    const kept = this.#cluster(cluster);
    const view = this.#view(kept, instance);
    const was = view.registered;
    if (record) view.take(record.value, this.#store.get(keyOf('session', cluster, instance))?.revision);
    else view.registered = false;
    if (was !== view.registered) kept.relist();
    noted(kept, view);
  }

  #hold(task: TaskSummary): void {
    if (task.instance === '') return;
    const kept = this.#cluster(task.cluster);
    const view = this.#view(kept, task.instance);
    view.held.add(task);
    noted(kept, view);
  }

  #release(task: TaskSummary): void {
    if (task.instance === '') return;
    const kept = this.#cluster(task.cluster);
    const view = this.#view(kept, task.instance);
    view.held.remove(task);
    noted(kept, view);
  }

  /** One string a group: a million tasks are in some hundred groups. */
  readonly #group = ({ group, family, service = '' }: HeldTask): string => {
    const own = service === '' ? this.#families : this.#services;
    const name = service === '' ? family : service;
    let known = own.get(name);
    if (known === undefined) {
      known = groupOf({ group, family, service });
      own.set(name, known);
    }
    return known;
  };

  #cluster(name: string): KeptCluster {
    let kept = this.#clusters.get(name);
    if (!kept) {
      kept = new KeptCluster();
      this.#clusters.set(name, kept);
    }
    return kept;
  }

  /** Tasks may come before their instance when the cache is filled. */
  #view(kept: KeptCluster, instance: string): KeptView {
    let view = kept.byId.get(instance);
    if (!view) {
      view = new KeptView(instance, this.#group);
      kept.byId.set(instance, view);
    }
    return view;
  }
}

/** Something of the view has changed; one that nothing is known of any more goes. */
function noted(kept: KeptCluster, view: KeptView): void {
  kept.note(view);
  if (!view.registered && view.held.isEmpty) kept.byId.delete(view.id);
}
