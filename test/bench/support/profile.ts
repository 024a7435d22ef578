import { type Profiler, Session } from 'node:inspector';

/** A part of the program, by its files. */
export interface Part {
  readonly name: string;
  readonly files: RegExp;
}

export interface Profiled {
  /** Processor in the part's own functions and in the built-in ones that they call: its share of the samples. */
  readonly us: number;
  /** Of the whole process, garbage collection included. */
  readonly processorMs: number;
}

const ours = /\/(packages|test)\//;
const intervalUs = 200;

/** Runs `act` under V8's sampling profiler. A sample is the part's when the innermost function of ours is in its files. */
export async function profiled(part: Part, act: () => Promise<void>): Promise<Profiled> {
  const session = new Session();
  session.connect();
  try {
    session.post('Profiler.enable');
    session.post('Profiler.setSamplingInterval', { interval: intervalUs });
    session.post('Profiler.start');
    const before = process.cpuUsage();
    await act();
    const { user, system } = process.cpuUsage(before);
    const us = (user + system) * shareOf(part, await stop(session));
    return { us, processorMs: (user + system) / 1000 };
  } finally {
    session.disconnect();
  }
}

function stop(session: Session): Promise<Profiler.Profile> {
  return new Promise((resolve, reject) => {
    session.post('Profiler.stop', (error, { profile }) => (error ? reject(error) : resolve(profile)));
  });
}

function shareOf({ files }: Part, { nodes, samples = [] }: Profiler.Profile): number {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parents = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id])));
  const isIn = (id: number): boolean => {
    for (let at: number | undefined = id; at !== undefined; at = parents.get(at)) {
      const url = byId.get(at)?.callFrame.url ?? '';
      if (ours.test(url)) return files.test(url);
    }
    return false;
  };
  const busy = samples.filter((id) => byId.get(id)?.callFrame.functionName !== '(idle)');
  return busy.filter(isIn).length / Math.max(1, busy.length);
}
