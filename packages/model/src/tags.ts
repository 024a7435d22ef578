import { parseDurationMs } from '@longshore/kit';
import { shown } from './arn.js';
import { type EcsError, invalidParameter } from './errors.js';
import type { Tag } from './generated/shapes.js';
import { limits } from './limits.js';

/** What carries tags. */
export type TaggedResource =
  | 'cluster'
  | 'container-instance'
  | 'task'
  | 'task-definition'
  | 'service'
  | 'task-set'
  | 'capacity-provider';

export type LostPolicy = 'keep_original' | 'keep_replacement' | 'longest_running';
export type RebalanceMode = 'off' | 'on' | 'dry-run';

/** What a request asks for beyond ECS. Absent: the server's default. */
export interface LongshoreOptions {
  readonly placeWithinMs?: number;
  readonly priority?: number;
  readonly replaceAfterMs?: number | 'never';
  readonly lostPolicy?: LostPolicy;
  readonly rebalance?: RebalanceMode;
  readonly count?: number;
}

interface OptionTag {
  readonly key: string;
  readonly on: readonly TaggedResource[];
  readonly meaning: string;
  /** Units and bounds, as a person reads them. */
  readonly values: string;
  /** Undefined: the value is none of these. */
  readonly read: (value: string) => LongshoreOptions | undefined;
}

const hourMs = 3_600_000;

/** Every request tag of ours, with its unit and bounds. They pass any ECS client, Terraform included. */
export const optionTags: readonly OptionTag[] = [
  {
    key: 'longshore:place-within',
    on: ['task', 'service'],
    meaning: 'how long a task may wait for a place before it fails',
    values: 'a duration from 0s to 168h, like 90s or 10m',
    read: (value) => duration(value, 168 * hourMs, (placeWithinMs) => ({ placeWithinMs })),
  },
  {
    key: 'longshore:priority',
    on: ['task', 'service'],
    meaning: 'who of those that wait for a place comes first: the higher number',
    values: 'a whole number from -1000 to 1000',
    read: (value) => integer(value, [-1000, 1000], (priority) => ({ priority })),
  },
  {
    key: 'longshore:count',
    on: ['task'],
    meaning: 'how many tasks RunTask starts, beyond the 10 that count allows',
    values: 'a whole number from 1 to 1000',
    read: (value) => integer(value, [1, 1000], (count) => ({ count })),
  },
  {
    key: 'longshore:replace-after',
    on: ['service'],
    meaning: 'how long after its instance fell silent a task is replaced',
    values: 'a duration from 0s to 168h, or never',
    read: (value) =>
      value === 'never'
        ? { replaceAfterMs: 'never' }
        : duration(value, 168 * hourMs, (replaceAfterMs) => ({ replaceAfterMs })),
  },
  {
    key: 'longshore:lost-policy',
    on: ['service'],
    meaning: 'which copy stops when a lost instance comes back',
    values: 'keep_original, keep_replacement or longest_running',
    read: (value) =>
      oneOf(value, ['keep_original', 'keep_replacement', 'longest_running'], (lostPolicy) => ({
        lostPolicy,
      })),
  },
  {
    key: 'longshore:rebalance',
    on: ['service'],
    meaning: 'whether tasks move when instances join or return',
    values: 'off, on or dry-run',
    read: (value) => oneOf(value, ['off', 'on', 'dry-run'], (rebalance) => ({ rebalance })),
  },
];

const optionPrefix = 'longshore:';
const byKey = new Map(optionTags.map((t) => [t.key, t]));

export function isOptionTag(tag: Tag): boolean {
  return tag.key?.startsWith(optionPrefix) ?? false;
}

/** What tasks inherit of their service's or definition's tags: options are not propagated. */
export function propagatedTags(tags: readonly Tag[]): readonly Tag[] {
  return tags.filter((t) => !isOptionTag(t));
}

/** Reads the options out of tags. Throws InvalidParameterException for one that is unknown or has a wrong value. */
export function optionsOf(tags: readonly Tag[] | undefined): LongshoreOptions {
  let options: LongshoreOptions = {};
  for (const tag of tags ?? []) {
    if (!isOptionTag(tag)) continue;
    const known = byKey.get(tag.key ?? '');
    if (!known) throw unknownOption(tag.key ?? '');
    const read = known.read(tag.value ?? '');
    if (!read) throw invalidParameter(`Tag ${known.key}: ${shown(tag.value ?? '')} is not ${known.values}.`);
    options = { ...options, ...read };
  }
  return options;
}

function unknownOption(key: string): EcsError {
  const known = optionTags.map((t) => t.key).join(', ');
  return invalidParameter(`Unknown tag ${shown(key)}: tags that start with longshore: are ${known}.`);
}

/**
 * Checks the tags of a request, or all that a resource would have after it. Options are checked too and do not count.
 * Throws InvalidParameterException.
 */
export function checkTags(tags: readonly Tag[] | undefined, resource: TaggedResource): void {
  const seen = new Set<string>();
  for (const tag of tags ?? []) {
    const key = checkKey(tag.key);
    if (seen.has(key)) throw invalidParameter(`Duplicate tag keys found: ${shown(key)}.`);
    seen.add(key);
    checkValue(key, tag.value ?? '');
    const option = byKey.get(key);
    if (option && !option.on.includes(resource))
      throw invalidParameter(`Tag ${key} has no meaning on a ${resource}: only on ${option.on.join(', ')}.`);
  }
  optionsOf(tags);
  checkTagCount(tags ?? []);
}

/** At most 50 tags, ours and AWS's own not counted. */
export function checkTagCount(tags: readonly Tag[]): void {
  const counted = tags.filter((t) => !isOptionTag(t) && !t.key?.startsWith('aws:'));
  if (counted.length > limits.tags)
    throw invalidParameter(`Too many tags: ${counted.length}, the limit is ${limits.tags} per resource.`);
}

const tagCharacters = /^[\p{L}\p{Z}\p{N}_.:/=+\-@]*$/u;

/** A tag's key, as it may stand in a request. */
export function checkKey(key: string | undefined): string {
  if (key === undefined || key === '') throw invalidParameter('Tag key can not be null or empty.');
  if (key.length > limits.tagKeyCharacters)
    throw invalidParameter(`Tag key ${shown(key)} is longer than ${limits.tagKeyCharacters} characters.`);
  if (/^aws:/i.test(key))
    throw invalidParameter(`Invalid tag key ${shown(key)}: keys that start with aws: are reserved.`);
  if (!tagCharacters.test(key)) throw invalidParameter(`Invalid characters in tag key ${shown(key)}.`);
  return key;
}

function checkValue(key: string, value: string): void {
  if (value.length > limits.tagValueCharacters)
    throw invalidParameter(
      `The value of tag ${shown(key)} is longer than ${limits.tagValueCharacters} characters.`,
    );
  if (!tagCharacters.test(value))
    throw invalidParameter(`Invalid characters in the value of tag ${shown(key)}.`);
}

function duration(
  value: string,
  maxMs: number,
  to: (ms: number) => LongshoreOptions,
): LongshoreOptions | undefined {
  const ms = parseDurationMs(value);
  return ms === undefined || ms > maxMs ? undefined : to(ms);
}

function integer(
  value: string,
  [min, max]: readonly [number, number],
  to: (n: number) => LongshoreOptions,
): LongshoreOptions | undefined {
  const number = /^-?\d+$/.test(value) ? Number(value) : Number.NaN;
  return number >= min && number <= max ? to(number) : undefined;
}

function oneOf<T extends string>(
  value: string,
  allowed: readonly T[],
  to: (value: T) => LongshoreOptions,
): LongshoreOptions | undefined {
  const found = allowed.find((a) => a === value);
  return found === undefined ? undefined : to(found);
}
