import { type Cluster, clusterArn, clusterOf, clusterReference, type Failure } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { checkRequestLimit, lookAll, scopeOf } from '../common/index.js';
import type { Operation } from '../operation.js';
import { activeCluster } from './active-cluster.js';
import { countsOf } from './counts.js';

export const describeClusters: Operation<'DescribeClusters'> = async (request, call, context) => {
  const asked = request.clusters ?? [];
  checkRequestLimit('DescribeClusters', 'clusters', asked.length);
  const references = asked.length > 0 ? asked : ['default'];
  const names = references.map((text) => {
    const found = clusterReference(text, context.accountId);
    return found.ok ? found.value : undefined;
  });
  if (names.includes('default')) await activeCluster('default', call, context);
  const known = names.filter((n) => n !== undefined);
  const stored = await lookAll(
    { call, context },
    known.map((n) => keyOf('cluster', n)),
  );
  const byName = new Map(known.map((name, i) => [name, stored[i]]));
  const scope = scopeOf({ call, context });
  const include = new Set(request.include ?? []);
  const clusters: Cluster[] = [];
  const failures: Failure[] = [];
  names.forEach((name, i) => {
    const record = name === undefined ? undefined : byName.get(name)?.value;
    if (name !== undefined && record)
      clusters.push(
        clusterOf(record, {
          scope,
          name,
          counts: countsOf(context.store, name, context.taskCounter),
          include,
        }),
      );
    else {
      const arn = name === undefined ? references[i] : clusterArn(scope, name);
      failures.push({ arn, reason: 'MISSING' });
    }
  });
  return { clusters, failures };
};
