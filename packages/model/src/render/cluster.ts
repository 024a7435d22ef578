import { type ArnScope, clusterArn } from '../arn.js';
import type { Cluster, ClusterField, ClusterRecord, KeyValuePair } from '../generated/shapes.js';

/** What is counted for a cluster; nothing of it is stored. */
export interface ClusterCounts {
  readonly instances: number;
  readonly runningTasks: number;
  readonly pendingTasks: number;
  readonly activeServices: number;
  readonly drainingServices: number;
}

export const noCounts: ClusterCounts = {
  instances: 0,
  runningTasks: 0,
  pendingTasks: 0,
  activeServices: 0,
  drainingServices: 0,
};

export interface ClusterRendering {
  readonly scope: ArnScope;
  readonly name: string;
  readonly counts: ClusterCounts;
  readonly include: ReadonlySet<ClusterField>;
}

/** Everything that `include` can ask for, as CreateCluster and the updates answer. */
export const allClusterFields: ReadonlySet<ClusterField> = new Set([
  'CONFIGURATIONS',
  'SETTINGS',
  'STATISTICS',
  'TAGS',
]);

/** The cluster as DescribeClusters shows it: ECS's Cluster. */
export function clusterOf(record: ClusterRecord, about: ClusterRendering): Cluster {
  const { counts, include } = about;
  return {
    clusterArn: clusterArn(about.scope, about.name),
    clusterName: about.name,
    configuration: include.has('CONFIGURATIONS') ? record.configuration : undefined,
    status: record.status,
    registeredContainerInstancesCount: counts.instances,
    runningTasksCount: counts.runningTasks,
    pendingTasksCount: counts.pendingTasks,
    activeServicesCount: counts.activeServices,
    statistics: include.has('STATISTICS') ? statisticsOf(counts) : [],
    tags: include.has('TAGS') ? record.tags : [],
    settings: include.has('SETTINGS') ? record.settings : [],
    capacityProviders: record.capacityProviders,
    defaultCapacityProviderStrategy: record.defaultCapacityProviderStrategy,
    serviceConnectDefaults: record.serviceConnectDefaults,
  };
}

function statisticsOf(counts: ClusterCounts): readonly KeyValuePair[] {
  const pairs: readonly (readonly [string, number])[] = [
    ['runningEC2TasksCount', counts.runningTasks],
    ['runningFargateTasksCount', 0],
    ['pendingEC2TasksCount', counts.pendingTasks],
    ['pendingFargateTasksCount', 0],
    ['activeEC2ServiceCount', counts.activeServices],
    ['activeFargateServiceCount', 0],
    ['drainingEC2ServiceCount', counts.drainingServices],
    ['drainingFargateServiceCount', 0],
  ];
  return pairs.map(([name, value]) => ({ name, value: String(value) }));
}
