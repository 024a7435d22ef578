import { pageRequestOf, type Setting, settingNameValues, takePage } from '@longshore/model';
import { rangeOf } from '@longshore/store';
import type { Operation, OperationContext } from '../operation.js';
import { effectiveSettingOf, ownSetting } from './effective.js';
import { type Principal, principalArn, principalOf, principalOfKey } from './principal.js';

/** What was set for the principal, or with `effectiveSettings` everything that holds for it. */
export const listAccountSettings: Operation<'ListAccountSettings'> = async (request, call, context) => {
  const page = pageRequestOf('ListAccountSettings', request);
  await context.store.barrier(call.signal);
  const of = principalOf(request.principalArn, call, context);
  const found = (request.effectiveSettings ? effective(of, context) : own(of, context)).filter(
    (s) =>
      (request.name === undefined || s.name === request.name) &&
      (request.value === undefined || s.value === request.value),
  );
  const { items, nextToken } = takePage(found, page, { keyOf: (s) => s.name ?? '' });
  return { settings: items, nextToken };
};

function effective(of: Principal, context: OperationContext): readonly Setting[] {
  return settingNameValues.map((name) => ({
    name,
    value: effectiveSettingOf(name, of, context),
    principalArn: principalArn(of, context),
    type: 'user',
  }));
}

function own(of: Principal, context: OperationContext): readonly Setting[] {
  return context.store.list(rangeOf('accountSetting', of.keyName)).flatMap(({ key }) => {
    const name = settingNameValues.find((n) => n === key.names[1]);
    const value = name && ownSetting(name, of, context);
    const principal = principalOfKey(key.names[0] ?? '');
    return name && value
      ? [{ name, value, principalArn: principalArn(principal, context), type: 'user' }]
      : [];
  });
}
