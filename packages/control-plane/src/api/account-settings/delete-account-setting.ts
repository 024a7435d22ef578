import { invalidParameter, type Setting, settingNameValues } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { type Decision, decideAndCommit, look } from '../common/index.js';
import type { Operation } from '../operation.js';
import { effectiveSettingOf } from './effective.js';
import { principalArn, principalOf } from './principal.js';

/** Answers the setting that holds from now on; what was not set is deleted already. */
export const deleteAccountSetting: Operation<'DeleteAccountSetting'> = async (request, call, context) => {
  const { name } = request;
  if (name === undefined) throw invalidParameter(`name should be one of [${settingNameValues.join(',')}]`);
  const of = principalOf(request.principalArn, call, context);
  const key = keyOf('accountSetting', of.keyName, name);
  await look({ call, context }, key);
  await decideAndCommit(context, call, (): Decision<undefined> => {
    const present = context.store.get(key);
    if (!present) return { answer: undefined };
    return {
      commit: { expect: [{ key, revision: present.revision }], write: [{ delete: key }] },
      answer: undefined,
    };
  });
  const setting: Setting = {
    name,
    value: effectiveSettingOf(name, of, context),
    principalArn: principalArn(of, context),
    type: 'user',
  };
  return { setting };
};
