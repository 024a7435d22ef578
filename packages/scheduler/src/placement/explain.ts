import type { HeldPort } from '@longshore/model';
import type { Board } from './board.js';
import type { Filter } from './filter.js';
import { neverGives } from './filter.js';
import { attributeValue } from './query/evaluate.js';
import { describeQueryError } from './query/parser.js';
import type { PlacementRequest, RefusalReason } from './view.js';

/** The instances that each reason turned away, the reason nearest to a placement last. */
export type TurnedAway = ReadonlyMap<RefusalReason, readonly number[]>;

/** What a refusal is explained from. */
export interface RefusalFacts {
  readonly board: Board;
  readonly request: PlacementRequest;
  readonly filter: Filter;
  readonly turnedAway: TurnedAway;
  readonly couldEverFit: boolean;
}

type Sentence = (instances: readonly number[], facts: RefusalFacts) => string;

const sentences: Record<Exclude<RefusalReason, 'MISSING'>, Sentence> = {
  'RESOURCE:GPU': (instances, { board, request }) =>
    `${subject(instances, 'lack')} GPUs (need ${request.gpuCount}, the most free is ${most(instances, (i) => board.freeGpus(i).length)})`,
  'RESOURCE:PORTS': portSentence,
  'RESOURCE:MEMORY': (instances, { board, request }) =>
    `${subject(instances, 'lack')} memory (need ${request.needs.memoryMiB} MiB, the most left is ${most(instances, (i) => board.memoryLeft[i])} MiB)`,
  'RESOURCE:CPU': (instances, { board, request }) =>
    `${subject(instances, 'lack')} CPU units (need ${request.needs.cpuUnits}, the most left is ${most(instances, (i) => board.cpuLeft[i])})`,
  'DistinctInstance placement constraint unsatisfied.': (instances, { request }) =>
    `${subject(instances, 'run')} a task of ${request.group} already (distinctInstance)`,
  'MemberOf placement constraint unsatisfied.': memberSentence,
  ATTRIBUTE: attributeSentence,
  AGENT: agentSentence,
  INACTIVE: (instances, { board }) =>
    joined(
      tally(instances, (i) => board.instance(i).status),
      (status, n) => `${n} ${n === 1 ? 'is' : 'are'} ${status}`,
    ),
};

/** One sentence a reason, the nearest to a placement first, with the figures that tell what would help. */
export function explain(facts: RefusalFacts): string {
  const { board, filter, turnedAway, couldEverFit } = facts;
  if (board.size === 0) return 'The cluster has no container instance.';
  const parts: string[] = [];
  for (const [reason, sentence] of Object.entries(sentences)) {
    const instances = turnedAway.get(reason as RefusalReason);
    if (instances !== undefined) parts.push(sentence(instances, facts));
  }
  if (filter.missing.length > 0)
    parts.push(`${filter.missing.join(', ')}: no such container instance in the cluster`);
  const never = couldEverFit
    ? ''
    : ' No container instance of the cluster could ever take it, not even an empty one.';
  return `${parts.join('; ')}.${never}`;
}

function subject(instances: readonly number[], verb: string): string {
  const n = instances.length;
  if (n !== 1) return `${n} container instances ${verb}`;
  return `1 container instance ${verb}s`;
}

function most(instances: readonly number[], left: (i: number) => number | undefined): number {
  return instances.reduce((highest, i) => Math.max(highest, left(i) ?? 0), Number.NEGATIVE_INFINITY);
}

function tally(instances: readonly number[], keyOf: (i: number) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const i of instances) counts.set(keyOf(i), (counts.get(keyOf(i)) ?? 0) + 1);
  return new Map([...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)));
}

/** `3 container instances lack X, 2 lack Y`: each cause with its number, at most five of them. */
function joined(counts: ReadonlyMap<string, number>, say: (key: string, n: number) => string): string {
  const shown = [...counts].slice(0, 5).map(([key, n], at) => {
    if (at > 0) return say(key, n);
    return say(key, n).replace(/^\d+ /, `${n} container instance${n === 1 ? '' : 's'} `);
  });
  return counts.size > 5 ? `${shown.join(', ')} and others` : shown.join(', ');
}

function portSentence(instances: readonly number[], facts: RefusalFacts): string {
  const say = (cause: string, n: number): string => `${n} ${n === 1 ? 'has' : 'have'} host port ${cause}`;
  return joined(
    tally(instances, (i) => portConflict(i, facts)),
    say,
  );
}

function portConflict(i: number, { board, request }: RefusalFacts): string {
  const { resources } = board.instance(i);
  for (const port of request.needs.ports ?? []) {
    if (board.hasPort(i, port)) return `${portText(port)} in use`;
    if (!neverGives(board.instance(i), port)) continue;
    const { dynamicPortFirst: first, dynamicPortLast: last } = resources;
    const isDynamic = port.port >= first && port.port <= last;
    return `${portText(port)} ${isDynamic ? `among the dynamic ports ${first} to ${last}` : 'reserved'}`;
  }
  return 'conflicts';
}

function portText({ port, protocol }: HeldPort): string {
  return `${port}/${protocol === 'udp' ? 'udp' : 'tcp'}`;
}

function memberSentence(instances: readonly number[], { filter, request }: RefusalFacts): string {
  const expressions = request.constraints.flatMap(({ type, expression }) =>
    type === 'memberOf' ? [expression ?? ''] : [],
  );
  if (filter.broken !== undefined) return describeQueryError(filter.broken, expressions.join(' ; '));
  const n = instances.length;
  return `${n} container instance${n === 1 ? ' does' : 's do'} not satisfy memberOf(${expressions.join(') and memberOf(')})`;
}

function attributeSentence(instances: readonly number[], { board, request }: RefusalFacts): string {
  const lackingOf = (i: number): string => {
    const lacking = request.requiredAttributes.find(({ name, value }) => {
      const own = attributeValue(board.instance(i), name ?? '');
      return own === undefined || (value !== undefined && value !== '' && own !== value);
    });
    return lacking?.value ? `${lacking.name}=${lacking.value}` : (lacking?.name ?? '');
  };
  const say = (name: string, n: number): string => `${n} ${n === 1 ? 'lacks' : 'lack'} the attribute ${name}`;
  return joined(tally(instances, lackingOf), say);
}

function agentSentence(instances: readonly number[], { board }: RefusalFacts): string {
  const causeOf = (i: number): string => {
    const { agentConnected, impairedReason } = board.instance(i);
    return agentConnected ? `impaired (${impairedReason})` : 'without a connected agent';
  };
  const say = (cause: string, n: number): string => `${n} ${n === 1 ? 'is' : 'are'} ${cause}`;
  return joined(tally(instances, causeOf), say);
}
