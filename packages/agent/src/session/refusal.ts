import { CodedError } from '@longshore/kit';

/** A refusal of the registration with the way out, where the server's words name neither what nor what next. */
export function withWayOut(thrown: unknown, cluster: string): unknown {
  if (!(thrown instanceof CodedError) || thrown.code !== 'ClusterNotFoundException') return thrown;
  return new CodedError(
    thrown.code,
    `there is no cluster ${cluster}: longshore create-cluster --cluster-name ${cluster}, or name another with ECS_CLUSTER`,
    { retryable: thrown.retryable, cause: thrown },
  );
}
