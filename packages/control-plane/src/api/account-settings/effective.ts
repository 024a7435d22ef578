import type { SettingName } from '@longshore/model';
import { keyOf } from '@longshore/store';
import type { Call, OperationContext } from '../operation.js';
import { callerPrincipal, type Principal, root, userPrincipal } from './principal.js';
import { settingRules } from './settings.js';

type Known = Pick<OperationContext, 'store'>;

/** What was set for a principal; undefined where nothing was. */
export function ownSetting(name: SettingName, of: Principal, { store }: Known): string | undefined {
  return store.get(keyOf('accountSetting', of.keyName, name))?.value.value;
}

/** What holds for the caller: their own setting, else the account's, else ECS's. */
export function effectiveSetting(name: SettingName, call: Pick<Call, 'caller'>, context: Known): string {
  return effectiveSettingOf(name, callerPrincipal(call), context);
}

/** What holds for who made something once, by the name that its record has kept. */
export function effectiveSettingOfUser(name: SettingName, user: string, context: Known): string {
  return effectiveSettingOf(name, userPrincipal(user), context);
}

export function effectiveSettingOf(name: SettingName, of: Principal, context: Known): string {
  return ownSetting(name, of, context) ?? ownSetting(name, root, context) ?? settingRules[name].standard;
}
