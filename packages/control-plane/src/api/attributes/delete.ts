import { activeCluster } from '../clusters/index.js';
import type { Operation } from '../operation.js';
import { changeAttributes } from './change.js';
import { attributesByInstance } from './checks.js';

/** By name, whatever the value; one that is not there is deleted already. */
export const deleteAttributes: Operation<'DeleteAttributes'> = async (request, call, context) => {
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const asked = attributesByInstance('DeleteAttributes', request.attributes, { cluster, context });
  await changeAttributes(asked, { cluster, call, context }, (present, attributes) => {
    const names = new Set(attributes.map((a) => a.name));
    return present.customAttributes.filter((a) => !names.has(a.name));
  });
  return { attributes: request.attributes };
};
