import { invalidParameter } from '@longshore/model';
import type { Operation } from '../operation.js';
import { changeCluster } from './change-cluster.js';
import { mergeSettings } from './settings.js';

export const updateClusterSettings: Operation<'UpdateClusterSettings'> = async (request, call, context) => {
  if (!request.cluster) throw invalidParameter('cluster should not be null or empty.');
  if (!request.settings?.length) throw invalidParameter('settings should not be null or empty.');
  const cluster = await changeCluster(request.cluster, { call, context }, (present) => ({
    ...present,
    settings: mergeSettings(present.settings, request.settings),
  }));
  return { cluster };
};
