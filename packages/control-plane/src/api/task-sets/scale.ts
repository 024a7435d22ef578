import { invalidParameter, type Scale } from '@longshore/model';

/** A share of the service's desired count, in percent; all of it where nothing is said. */
export function checkedScale(scale: Scale | undefined): Scale {
  const value = scale?.value ?? 100;
  if (value < 0 || value > 100)
    throw invalidParameter(`scale: value must be between 0 and 100, but was ${value}.`);
  return { value, unit: 'PERCENT' };
}
