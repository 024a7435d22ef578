import { deregisterContainerInstance } from './deregister.js';
import { describeContainerInstances } from './describe.js';
import { listContainerInstances } from './list.js';
import { updateContainerInstancesState } from './update-state.js';

export { overFence } from './fence.js';
export { isConnected, renderInstance } from './render.js';
export { queryView } from './view.js';

export const instanceOperations = {
  DeregisterContainerInstance: deregisterContainerInstance,
  DescribeContainerInstances: describeContainerInstances,
  ListContainerInstances: listContainerInstances,
  UpdateContainerInstancesState: updateContainerInstancesState,
} as const;
