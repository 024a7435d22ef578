import type { NetworkConfiguration } from '@longshore/model';
import type { Call, OperationContext } from '../operation.js';

/** Any subnet and security group is taken: they have no effect until there are networks between hosts. */
export function tellNetworks(
  configuration: NetworkConfiguration | undefined,
  call: Call,
  { logger }: OperationContext,
): void {
  const vpc = configuration?.awsvpcConfiguration;
  if (!vpc) return;
  const { subnets, securityGroups } = vpc;
  logger.info(
    { requestId: call.requestId, subnets, securityGroups },
    'subnets and security groups without effect',
  );
}
