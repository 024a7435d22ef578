import { newAccessKey, seal } from '@longshore/aws-api';
import { clientException, invalidParameter, toTimestamp } from '@longshore/model';
import { keyOf, rangeOf } from '@longshore/store';
import { decideAndCommit, look } from '../common/index.js';
import type { LongshoreOperation } from './operation.js';

/** Makes a pair for the ECS API. The secret is in this answer and nowhere else; the store holds it sealed. */
export const createAccessKey: LongshoreOperation<'CreateAccessKey'> = async (request, call, context) => {
  const { random, clock, sealKey } = context;
  if (!sealKey)
    throw clientException(
      'This server cannot seal secrets: start it with --token-file or --secret-key-file.',
    );
  const description = request.description ?? '';
  if (description.length > 256) throw invalidParameter('description must be at most 256 characters.');
  const pair = newAccessKey(random);
  const key = keyOf('accessKey', pair.accessKeyId);
  await decideAndCommit(context, call, () => ({
    commit: {
      expect: [{ key, revision: 0 }],
      write: [
        {
          put: key,
          value: {
            sealedSecret: seal(sealKey, pair.secretAccessKey, pair.accessKeyId, random),
            description,
            createdAtMs: clock.wallMs(),
            createdBy: call.caller.name,
          },
        },
      ],
    },
    answer: undefined,
  }));
  return { accessKeyId: pair.accessKeyId, secretAccessKey: pair.secretAccessKey };
};

export const listAccessKeys: LongshoreOperation<'ListAccessKeys'> = async (_request, call, { store }) => {
  await store.barrier(call.signal);
  return {
    accessKeys: store.list(rangeOf('accessKey')).map(({ key, value }) => ({
      accessKeyId: key.names[0],
      description: value.description === '' ? undefined : value.description,
      createdAt: toTimestamp(value.createdAtMs),
    })),
  };
};

export const deleteAccessKey: LongshoreOperation<'DeleteAccessKey'> = async (request, call, context) => {
  const id = request.accessKeyId ?? '';
  if (!/^[A-Z0-9]{16,128}$/.test(id)) throw invalidParameter('accessKeyId is no id of an access key.');
  const key = keyOf('accessKey', id);
  if (!(await look({ call, context }, key))) throw clientException(`There is no access key ${id}.`);
  await decideAndCommit(context, call, () => {
    const present = context.store.get(key);
    if (!present) return { answer: undefined };
    return {
      commit: { expect: [{ key, revision: present.revision }], write: [{ delete: key }] },
      answer: undefined,
    };
  });
  return {};
};
