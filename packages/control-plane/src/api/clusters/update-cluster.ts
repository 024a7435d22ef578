import { invalidParameter } from '@longshore/model';
import type { Operation } from '../operation.js';
import { changeCluster } from './change-cluster.js';
import { connectDefaults, mergeSettings } from './settings.js';

export const updateCluster: Operation<'UpdateCluster'> = async (request, call, context) => {
  if (!request.cluster) throw invalidParameter('cluster should not be null or empty.');
  const cluster = await changeCluster(request.cluster, { call, context }, (present) => ({
    ...present,
    settings: mergeSettings(present.settings, request.settings),
    configuration: request.configuration ?? present.configuration,
    serviceConnectDefaults: connectDefaults(present.serviceConnectDefaults, request.serviceConnectDefaults),
  }));
  return { cluster };
};
