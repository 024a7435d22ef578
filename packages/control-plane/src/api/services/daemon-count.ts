import {
  type PlacementConstraint,
  requiredAttributes,
  type Service,
  type ServiceRevisionRecord,
  type TaskDefinition,
} from '@longshore/model';
import { qualifiedInstances } from '@longshore/scheduler';
import type { PlacingContext } from '../context.js';
import { findDefinition } from '../task-definitions/index.js';

export interface DaemonSubject {
  readonly cluster: string;
  readonly name: string;
  readonly spec: Service;
  readonly revision: ServiceRevisionRecord | undefined;
}

/** How many instances a DAEMON service wants a task on: ACTIVE, qualified, not lost, reachable or with one already. */
export function daemonCount(
  { cluster, name, spec, revision }: DaemonSubject,
  context: PlacingContext,
): number {
  const { store, views } = context;
  const definition = definitionOf(revision, context);
  if (definition === undefined) return 0;
  const view = views.cluster(cluster);
  const qualified = qualifiedInstances(view, {
    constraints: constraintsOf(spec, definition),
    requiredAttributes: requiredAttributes(definition),
  });
  const occupied = new Set<string>();
  for (const task of store.tasks.ofService(cluster, name))
    if (task.desiredStatus !== 'STOPPED') occupied.add(task.instance);
  let count = 0;
  for (const instance of view.instances) {
    if (!qualified.has(instance.id) || instance.lost === true) continue;
    const isReachable = instance.agentConnected && instance.impairedReason === '';
    if (isReachable || occupied.has(instance.id)) count++;
  }
  return count;
}

export function definitionOf(
  revision: ServiceRevisionRecord | undefined,
  { store }: Pick<PlacingContext, 'store'>,
): TaskDefinition | undefined {
  if (revision === undefined) return undefined;
  const { family, taskDefinitionRevision } = revision;
  return findDefinition(store, { family, revision: taskDefinitionRevision })?.stored.value.definition;
}

/** The service's constraints and its definition's. */
export function constraintsOf(spec: Service, definition: TaskDefinition): readonly PlacementConstraint[] {
  return [
    ...(definition.placementConstraints ?? []).map(
      ({ expression }): PlacementConstraint => ({ type: 'memberOf', expression }),
    ),
    ...(spec.placementConstraints ?? []),
  ];
}
