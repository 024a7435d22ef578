import { invalidParameter, type SettingName, settingNameValues } from '@longshore/model';

interface SettingRule {
  readonly values: readonly string[];
  /** What holds where nobody has said otherwise. */
  readonly standard: string;
}

const toggle: SettingRule = { values: ['enabled', 'disabled', 'on', 'off'], standard: 'disabled' };
/** Longshore's ARNs are long whatever is set here; the setting is kept and shown. */
const longArns: SettingRule = { ...toggle, standard: 'enabled' };

export const settingRules: Readonly<Record<SettingName, SettingRule>> = {
  awsvpcTrunking: toggle,
  containerInsights: { values: ['enabled', 'disabled', 'enhanced'], standard: 'disabled' },
  containerInstanceLongArnFormat: longArns,
  // ECS's default since June 2025.
  defaultLogDriverMode: { values: ['blocking', 'non-blocking'], standard: 'non-blocking' },
  fargateEventWindows: toggle,
  fargateFIPSMode: toggle,
  fargateTaskRetirementWaitPeriod: { values: ['0', '7', '14'], standard: '7' },
  guardDutyActivate: { values: ['on', 'off', 'enabled', 'disabled'], standard: 'off' },
  serviceLongArnFormat: longArns,
  tagResourceAuthorization: { values: ['on', 'off', 'enabled', 'disabled'], standard: 'off' },
  taskLongArnFormat: longArns,
};

/** A setting's name and value as a request may give them. Throws InvalidParameterException. */
export function checkSetting(request: {
  readonly name?: SettingName | undefined;
  readonly value?: string | undefined;
}): { readonly name: SettingName; readonly value: string } {
  const { name, value } = request;
  if (name === undefined) throw invalidParameter(`name should be one of [${settingNameValues.join(',')}]`);
  const { values } = settingRules[name];
  if (value === undefined || !values.includes(value))
    throw invalidParameter(
      `${name}: value should be one of [${values.join(',')}], but was '${value ?? ''}'.`,
    );
  return { name, value };
}
