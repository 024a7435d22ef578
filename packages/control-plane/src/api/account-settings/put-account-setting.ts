import type { Setting, SettingName } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { type Decision, decideAndCommit } from '../common/index.js';
import type { Call, Operation, OperationContext } from '../operation.js';
import { type Principal, principalArn, principalOf, root } from './principal.js';
import { checkSetting } from './settings.js';

export const putAccountSetting: Operation<'PutAccountSetting'> = async (request, call, context) => {
  const setting = checkSetting(request);
  return { setting: await put(setting, principalOf(request.principalArn, call, context), call, context) };
};

/** For everybody in the account who has none of their own. */
export const putAccountSettingDefault: Operation<'PutAccountSettingDefault'> = async (
  request,
  call,
  context,
) => ({ setting: await put(checkSetting(request), root, call, context) });

async function put(
  { name, value }: { readonly name: SettingName; readonly value: string },
  of: Principal,
  call: Call,
  context: OperationContext,
): Promise<Setting> {
  const key = keyOf('accountSetting', of.keyName, name);
  return decideAndCommit(context, call, (): Decision<Setting> => {
    const present = context.store.get(key);
    const answer: Setting = { name, value, principalArn: principalArn(of, context), type: 'user' };
    if (present?.value.value === value) return { answer };
    return {
      commit: {
        expect: [{ key, revision: present?.revision ?? 0 }],
        write: [{ put: key, value: { value } }],
      },
      answer,
    };
  });
}
