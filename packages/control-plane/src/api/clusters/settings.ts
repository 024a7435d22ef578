import {
  type CapacityProviderStrategyItem,
  type ClusterServiceConnectDefaults,
  type ClusterServiceConnectDefaultsRequest,
  type ClusterSetting,
  invalidParameter,
} from '@longshore/model';

const insights = ['enabled', 'disabled', 'enhanced'];

/** What was, with what is asked for in its place. Throws InvalidParameterException for a value that ECS does not know. */
export function mergeSettings(
  present: readonly ClusterSetting[],
  asked: readonly ClusterSetting[] | undefined,
): readonly ClusterSetting[] {
  const merged = new Map(present.map((s) => [s.name, s]));
  for (const setting of asked ?? []) {
    if (setting.name === undefined) throw invalidParameter('settings: name should not be null or empty.');
    if (!insights.includes(setting.value ?? ''))
      throw invalidParameter(
        `settings: ${setting.name} must be one of ${insights.join(', ')}, but was '${setting.value ?? ''}'.`,
      );
    merged.set(setting.name, setting);
  }
  return [...merged.values()];
}

/** An empty namespace takes the default away, as ECS documents. */
export function connectDefaults(
  present: ClusterServiceConnectDefaults | undefined,
  asked: ClusterServiceConnectDefaultsRequest | undefined,
): ClusterServiceConnectDefaults | undefined {
  if (!asked) return present;
  return asked.namespace ? { namespace: asked.namespace } : undefined;
}

const amazonProviders = ['FARGATE', 'FARGATE_SPOT'];

/** Capacity providers are kept as asked for; only Amazon's own names exist until there are ours. */
export function checkProviders(
  providers: readonly string[] | undefined,
  strategy: readonly CapacityProviderStrategyItem[] | undefined,
): void {
  const unknown = (providers ?? []).find((p) => !amazonProviders.includes(p));
  if (unknown !== undefined)
    throw invalidParameter(`The specified capacity provider '${unknown}' was not found.`);
  for (const { capacityProvider = '' } of strategy ?? [])
    if (!(providers ?? []).includes(capacityProvider))
      throw invalidParameter(
        `The capacity provider '${capacityProvider}' of the default strategy is not associated with the cluster.`,
      );
}
