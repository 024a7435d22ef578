import { AttributeColumns } from './attribute-columns.js';
import { Expressions } from './expressions.js';
import { Rows } from './rows.js';
import type { TaskKind } from './task-counts.js';
import { TaskCounts } from './task-counts.js';
import { Verdicts } from './verdicts.js';
import type { ClusterView, InstanceView } from './view.js';

/**
 * What placement keeps from call to call: the instances as columns, counts of tasks by name, masks of expressions,
 * verdicts. One a cluster; the result of `place` is the same with it, without it, or with one from elsewhere.
 * Invariant: everything here is the view's as of `begin`, plus what the call under way has placed. One call at a time.
 * Attributes and resources that change must come as new objects.
 */
export class PlacementMemo {
  readonly attributes = new AttributeColumns();
  readonly rows = new Rows((row) => this.attributes.renew(row, this.rows.instances[row] as InstanceView));
  readonly expressions = new Expressions();
  readonly verdicts = new Verdicts();
  readonly tasks: Readonly<Record<TaskKind, TaskCounts>> = {
    group: new TaskCounts(this.rows, 'group'),
    family: new TaskCounts(this.rows, 'family'),
    deployment: new TaskCounts(this.rows, 'deployment'),
  };

  #indexes: ReadonlyMap<string, number> | undefined;
  #indexed = -1;

  /** The row of an instance. */
  indexOf(instanceId: string): number | undefined {
    if (this.#indexes === undefined || this.#indexed !== this.rows.lasting) {
      this.#indexes = new Map(this.rows.instances.map(({ id }, i) => [id, i]));
      this.#indexed = this.rows.lasting;
    }
    return this.#indexes.get(instanceId);
  }

  /** A call begins: takes note of what has changed since the last one and forgets what that one placed. */
  begin(view: ClusterView): void {
    if (this.rows.size !== view.instances.length) this.attributes.resize(view.instances.length);
    this.rows.sync(view);
    this.attributes.dropStale();
    this.expressions.begin();
    this.tasks.group.begin();
    this.tasks.family.begin();
    this.tasks.deployment.begin();
  }
}
