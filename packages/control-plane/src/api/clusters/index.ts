import { createCluster } from './create-cluster.js';
import { deleteCluster } from './delete-cluster.js';
import { describeClusters } from './describe-clusters.js';
import { listClusters } from './list-clusters.js';
import { updateCluster } from './update-cluster.js';
import { updateClusterSettings } from './update-cluster-settings.js';

export { type ActiveCluster, activeCluster } from './active-cluster.js';
export { countsOf, instanceCounter, type TaskCounter } from './counts.js';

export const clusterOperations = {
  CreateCluster: createCluster,
  DeleteCluster: deleteCluster,
  DescribeClusters: describeClusters,
  ListClusters: listClusters,
  UpdateCluster: updateCluster,
  UpdateClusterSettings: updateClusterSettings,
} as const;
