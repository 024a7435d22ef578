import type { Attribute } from '@longshore/model';
import { activeCluster } from '../clusters/index.js';
import type { Operation } from '../operation.js';
import { changeAttributes } from './change.js';
import { attributesByInstance, checkAttributeCount } from './checks.js';

export const putAttributes: Operation<'PutAttributes'> = async (request, call, context) => {
  const { name: cluster } = await activeCluster(request.cluster, call, context);
  const asked = attributesByInstance('PutAttributes', request.attributes, { cluster, context });
  await changeAttributes(asked, { cluster, call, context }, (present, attributes, id) => {
    const merged = new Map(present.customAttributes.map((a) => [a.name, a]));
    for (const attribute of attributes) merged.set(attribute.name, bare(attribute));
    checkAttributeCount([...merged.values()], id);
    return [...merged.values()];
  });
  return { attributes: request.attributes };
};

/** The record's key names the target. */
function bare({ name, value }: Attribute): Attribute {
  return value === undefined ? { name } : { name, value };
}
