import type { Rate } from '@longshore/aws-api';

const unlimited: Rate = { perSecond: Number.POSITIVE_INFINITY, burst: Number.POSITIVE_INFINITY };

/** `N`, `N:BURST` or `unlimited`, as a rate of calls; what is none becomes a problem under `label`. */
export function rateOf(text: string, label: string, problems: string[]): Rate {
  if (text === 'unlimited') return unlimited;
  const match = /^(\d{1,9}(?:\.\d{1,3})?)(?::(\d{1,9}))?$/.exec(text);
  const perSecond = Number(match?.[1] ?? 0);
  const burst = match?.[2] === undefined ? Math.max(1, Math.ceil(2 * perSecond)) : Number(match[2]);
  if (perSecond > 0 && burst >= 1) return { perSecond, burst };
  problems.push(`${label}: ${text} is no rate: calls a second above 0, like 500 or 500:1000, or unlimited`);
  return unlimited;
}
