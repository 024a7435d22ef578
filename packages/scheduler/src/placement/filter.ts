import type { Attribute, HeldPort } from '@longshore/model';
import type { Board } from './board.js';
import type { Mask } from './mask.js';
import { attributeMask, intersect, maskOf, rowPasses } from './mask.js';
import type { Query, QueryError } from './query/ast.js';
import { couldMatch } from './query/evaluate.js';
import { compileQuery } from './query/parser.js';
import type { InstanceView, PlacementRequest, RefusalReason } from './view.js';

/** Expressions are compiled once a call, and those that no placement can change are evaluated once a call. */
export class Expressions {
  readonly #board: Board;
  readonly #compiled = new Map<string, Query | QueryError>();
  readonly #masks = new Map<string, Mask>();

  constructor(board: Board) {
    this.#board = board;
  }

  compile(text: string): Query | QueryError {
    let query = this.#compiled.get(text);
    if (query === undefined) {
      query = compileQuery(text);
      this.#compiled.set(text, query);
    }
    return query;
  }

  /** Must not be changed by who gets it. */
  mask(query: Query): Mask {
    if (query.taskDependent) return maskOf(query.root, this.#board);
    let mask = this.#masks.get(query.text);
    if (mask === undefined) {
      mask = maskOf(query.root, this.#board);
      this.#masks.set(query.text, mask);
    }
    return mask;
  }

  /** The instances that have all of these attributes; undefined: none is asked for. */
  attributes(required: readonly Attribute[]): Mask | undefined {
    if (required.length === 0) return undefined;
    const key = required.map(({ name, value }) => `\u0000${name}\u0000${value ?? ''}`).join('');
    let mask = this.#masks.get(key);
    if (mask === undefined) {
      mask = allOf(required.map(({ name, value }) => attributeMask(name ?? '', value, this.#board)));
      this.#masks.set(key, mask as Mask);
    }
    return mask;
  }
}

/** What stands between one request and an instance, in the order in which it is asked. */
export class Filter {
  readonly #board: Board;
  readonly #request: PlacementRequest;
  readonly #only: ReadonlySet<number> | undefined;
  readonly #attributes: Mask | undefined;
  readonly #queries: readonly Query[];
  readonly #members: Mask | undefined;
  /** Counts of the request's group where its tasks must stand on different instances. */
  readonly #distinct: Int32Array | undefined;
  /** Names in `onlyInstances` that the cluster does not have. */
  readonly missing: readonly string[];
  readonly broken: QueryError | undefined;

  constructor(board: Board, expressions: Expressions, request: PlacementRequest) {
    this.#board = board;
    this.#request = request;
    const { onlyInstances, constraints, requiredAttributes } = request;
    const only = onlyInstances?.map((id) => board.indexOf(id));
    this.#only = only && new Set(only.filter((i) => i !== undefined));
    this.missing = onlyInstances?.filter((_, at) => only?.[at] === undefined) ?? [];
    this.#attributes = expressions.attributes(requiredAttributes);
    const compiled = constraints
      .filter(({ type }) => type === 'memberOf')
      .map(({ expression }) => expressions.compile(expression ?? ''));
    this.broken = compiled.find((query) => query.kind === 'query-error');
    this.#queries = compiled.filter((query) => query.kind === 'query');
    this.#members = allOf(this.#queries.map((query) => expressions.mask(query)));
    const distinct = constraints.some(({ type }) => type === 'distinctInstance');
    this.#distinct = distinct ? board.tasks.group.of(request.group) : undefined;
  }

  /** The instances that are asked at all. */
  inScope(i: number): boolean {
    return this.#only === undefined || this.#only.has(i);
  }

  /** The instances that could take one task now; to be used before it is asked again, by whichever filter. */
  candidates(): ArrayLike<number> {
    if (this.broken !== undefined) return [];
    if (this.#only !== undefined) return [...this.#only].filter((i) => this.#why(i) === undefined);
    const found = this.#board.scratch;
    let count = 0;
    const { cpuUnits, memoryMiB } = this.#request.needs;
    const { cpuLeft, memoryLeft, size } = this.#board;
    for (let i = 0; i < size; i++) {
      if ((cpuLeft[i] as number) < cpuUnits || (memoryLeft[i] as number) < memoryMiB) continue;
      if (this.#members?.[i] === 0 || this.#attributes?.[i] === 0) continue;
      if (this.#why(i) === undefined) found[count++] = i;
    }
    return found.subarray(0, count);
  }

  /** Whether instance i, which has just taken a task of the request, could take another. */
  takesAnother(i: number): boolean {
    for (const query of this.#queries) {
      if (query.taskDependent && !rowPasses(query, this.#board, i)) return false;
    }
    return this.#distinct === undefined && this.resourceLacking(i) === undefined;
  }

  /** Whether instance i satisfies everything but resources, ports, GPUs, distinctInstance and a connected agent. */
  qualifies(i: number): boolean {
    if (this.broken !== undefined || this.#board.instance(i).status !== 'ACTIVE') return false;
    return this.#attributes?.[i] !== 0 && this.#members?.[i] !== 0;
  }

  /** Why instance i cannot take one task now; undefined: it can. */
  why(i: number): RefusalReason | undefined {
    if (this.broken !== undefined) return 'MemberOf placement constraint unsatisfied.';
    return this.#why(i);
  }

  #why(i: number): RefusalReason | undefined {
    const instance = this.#board.instance(i);
    if (instance.status !== 'ACTIVE') return 'INACTIVE';
    if (!instance.agentConnected || instance.impairedReason !== '') return 'AGENT';
    if (this.#attributes?.[i] === 0) return 'ATTRIBUTE';
    if (this.#members?.[i] === 0) return 'MemberOf placement constraint unsatisfied.';
    if (this.#distinct !== undefined && this.#distinct[i] !== 0) {
      return 'DistinctInstance placement constraint unsatisfied.';
    }
    return this.resourceLacking(i);
  }

  resourceLacking(i: number): RefusalReason | undefined {
    const { needs, gpuCount } = this.#request;
    if ((this.#board.cpuLeft[i] as number) < needs.cpuUnits) return 'RESOURCE:CPU';
    if ((this.#board.memoryLeft[i] as number) < needs.memoryMiB) return 'RESOURCE:MEMORY';
    for (const port of needs.ports ?? []) {
      if (this.#board.hasPort(i, port) || neverGives(this.#board.instance(i), port)) return 'RESOURCE:PORTS';
    }
    if (gpuCount > 0 && this.#board.freeGpus(i).length < gpuCount) return 'RESOURCE:GPU';
    return undefined;
  }

  /** Whether one task would fit on instance i if it were empty and its agent connected. */
  couldEverFit(i: number): boolean {
    const instance = this.#board.instance(i);
    const { needs, gpuCount } = this.#request;
    const { resources, status } = instance;
    return (
      this.broken === undefined &&
      status !== 'DEREGISTERING' &&
      status !== 'REGISTRATION_FAILED' &&
      this.#attributes?.[i] !== 0 &&
      this.#queries.every((query) => couldMatch(query.root, instance)) &&
      needs.cpuUnits <= resources.cpuUnits &&
      needs.memoryMiB <= resources.memoryMiB &&
      !needs.ports?.some((port) => neverGives(instance, port)) &&
      gpuCount <= resources.gpus.length
    );
  }
}

/** Reserved, or dynamic: dynamic ports are the agent's to give. */
export function neverGives({ resources }: InstanceView, { port, protocol }: HeldPort): boolean {
  const reserved = protocol === 'udp' ? resources.reservedUdpPorts : resources.reservedTcpPorts;
  return reserved.includes(port) || (port >= resources.dynamicPortFirst && port <= resources.dynamicPortLast);
}

function allOf(masks: readonly Mask[]): Mask | undefined {
  const [first, ...rest] = masks;
  if (first === undefined || rest.length === 0) return first;
  const all = first.slice();
  for (const mask of rest) intersect(all, mask);
  return all;
}
