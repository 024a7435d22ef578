import type { HeldPort } from '@longshore/model';
import type { Board } from './board.js';
import type { Mask } from './mask.js';
import { allOf, rowPasses } from './mask.js';
import type { Query, QueryError } from './query/ast.js';
import { couldMatch } from './query/evaluate.js';
import { standings } from './rows.js';
import type { InstanceView, PlacementRequest, RefusalReason } from './view.js';

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
  /** Ports or GPUs. */
  readonly #asksForDevices: boolean;
  /** Names in `onlyInstances` that the cluster does not have. */
  readonly missing: readonly string[];
  readonly broken: QueryError | undefined;

  constructor(board: Board, request: PlacementRequest) {
    this.#board = board;
    this.#request = request;
    const { onlyInstances, constraints, requiredAttributes } = request;
    const { expressions } = board;
    this.#asksForDevices = request.gpuCount > 0 || (request.needs.ports ?? []).length > 0;
    const only = onlyInstances?.map((id) => board.indexOf(id));
    this.#only = only && new Set(only.filter((i) => i !== undefined));
    this.missing = onlyInstances?.filter((_, at) => only?.[at] === undefined) ?? [];
    this.#attributes = expressions.attributes(requiredAttributes, board);
    const compiled = constraints
      .filter(({ type }) => type === 'memberOf')
      .map(({ expression }) => expressions.compile(expression ?? ''));
    this.broken = compiled.find((query) => query.kind === 'query-error');
    this.#queries = compiled.filter((query) => query.kind === 'query');
    this.#members = allOf(this.#queries.map((query) => expressions.mask(query, board)));
    const distinct = constraints.some(({ type }) => type === 'distinctInstance');
    this.#distinct = distinct ? board.tasks.group.of(request.group) : undefined;
  }

  /** The instances that are asked at all. */
  inScope(i: number): boolean {
    return this.#only === undefined || this.#only.has(i);
  }

  /** Whether instance i could take one task now. */
  takes(i: number): boolean {
    return this.inScope(i) && this.why(i) === undefined;
  }

  /** The instances that could take one task now; to be used before it is asked again, by whichever filter. */
  candidates(): ArrayLike<number> {
    if (this.broken !== undefined) return [];
    if (this.#only !== undefined) return [...this.#only].filter((i) => this.#why(i) === undefined);
    const { scratch, size, standing, cpuLeft, memoryLeft } = this.#board.rows;
    const { cpuUnits, memoryMiB } = this.#request.needs;
    const [attributes, members, distinct] = [this.#attributes, this.#members, this.#distinct];
    const asksForDevices = this.#asksForDevices;
    let count = 0;
    // Numbers side by side, nothing else: thousands of instances are gone through for a single task.
    for (let i = 0; i < size; i++) {
      if (standing[i] !== standings.open) continue;
      if ((cpuLeft[i] as number) < cpuUnits || (memoryLeft[i] as number) < memoryMiB) continue;
      if (attributes !== undefined && attributes[i] === 0) continue;
      if (members !== undefined && members[i] === 0) continue;
      if (distinct !== undefined && distinct[i] !== 0) continue;
      if (asksForDevices && this.#deviceLacking(i) !== undefined) continue;
      scratch[count++] = i;
    }
    return scratch.subarray(0, count);
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
    const standing = this.#board.rows.standing[i];
    if (standing === standings.inactive) return 'INACTIVE';
    if (standing === standings.agent) return 'AGENT';
    if (this.#attributes?.[i] === 0) return 'ATTRIBUTE';
    if (this.#members?.[i] === 0) return 'MemberOf placement constraint unsatisfied.';
    if (this.#distinct !== undefined && this.#distinct[i] !== 0) {
      return 'DistinctInstance placement constraint unsatisfied.';
    }
    return this.resourceLacking(i);
  }

  resourceLacking(i: number): RefusalReason | undefined {
    const { needs } = this.#request;
    if ((this.#board.cpuLeft[i] as number) < needs.cpuUnits) return 'RESOURCE:CPU';
    if ((this.#board.memoryLeft[i] as number) < needs.memoryMiB) return 'RESOURCE:MEMORY';
    return this.#asksForDevices ? this.#deviceLacking(i) : undefined;
  }

  #deviceLacking(i: number): RefusalReason | undefined {
    const { needs, gpuCount } = this.#request;
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
