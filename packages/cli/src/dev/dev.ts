import { rmSync, writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { join, relative } from 'node:path';
import { type Clock, makeDirectory } from '@longshore/kit';
import type { Cli } from '../cli.js';
import { CliError } from '../exit.js';
import type { Gateway } from '../gateway.js';
import { awsIsOld } from './aws-version.js';
import { endEarlier, lookAtProcess, refuseSecond } from './earlier.js';
import { envFile } from './env-file.js';
import { instancesOf, removeFromEngine } from './leftovers.js';
import { lastLine } from './log-tail.js';
import {
  agentPlan,
  type ChildPlan,
  type DevWish,
  etcdPlan,
  loopback,
  type Machine,
  serverPlan,
} from './plan.js';
import { claimPorts, ephemeralPorts, freeAddress, freePorts } from './ports.js';
import { findPrograms } from './programs.js';
import { instancesConnected, keyPairOf, untilHealthy } from './readiness.js';
import { Supervised } from './supervised.js';
import { stopEverything } from './tear-down.js';
import { ensureTokens } from './tokens.js';

export interface DevOptions {
  readonly instances: number;
  readonly dataDir: string;
  readonly grpcListen: string;
  readonly httpListen: string;
  readonly accountId: string;
  readonly region: string;
  readonly cluster: string;
  readonly etcd?: string;
  readonly restart: boolean;
  /** On the way out: stop the tasks, remove their containers, networks and the data. */
  readonly rm: boolean;
}

const readyWithinMs = 60_000;
const stopWithinMs = 8_000;

/** A cluster on this machine, until Ctrl-C. */
export async function runDev(cli: Cli, options: DevOptions): Promise<void> {
  const programs = findPrograms(cli.env, options.etcd);
  const { dataDir } = options;
  refuseSecond(dataDir, lookAtProcess);
  for (const directory of ['run', 'log', 'etcd', 'agents']) makeDirectory(join(dataDir, directory), 0o700);
  const say = (line: string): void => cli.terminal.err(`dev: ${line}\n`);
  for (const ended of await endEarlier(dataDir, lookAtProcess, cli.clock))
    say(`ended what an earlier dev left running: ${ended}`);
  // The first agent has the ports that ECS's agent documents, if nobody holds them.
  const documented = await claimPorts([51_678, 51_679, 51_680]);
  const wish = {
    ...(await wishOf(options, documented.ports)),
    imagePullBehavior: cli.env.ECS_IMAGE_PULL_BEHAVIOR,
  };
  const { clientFile } = ensureTokens(dataDir, cli.random);
  const plans: readonly ChildPlan[] = [
    etcdPlan(wish, programs.etcd),
    serverPlan(wish, programs.server),
    ...Array.from({ length: options.instances }, (_, i) => agentPlan(wish, machine(), programs.agent, i + 1)),
  ];
  const children = plans.map((plan) => supervised(cli, options, plan, say));
  writeFileSync(join(dataDir, 'run', 'dev.pid'), `${process.pid}\n`);
  const startedMs = cli.clock.monotonicMs();
  const leaving: string[] = [];
  let gateway: Gateway | undefined;
  try {
    const [etcd, server] = children;
    etcd?.start();
    server?.start();
    gateway = await gatewayTo(wish, clientFile);
    await becomeReady(cli, options, wish, children, gateway, clientFile);
    const seconds = ((cli.clock.monotonicMs() - startedMs) / 1000).toFixed(1);
    cli.terminal.out(readyLine(options, wish, seconds));
    if (await awsIsOld(cli.env))
      say('the aws on PATH does not know AWS_ENDPOINT_URL_ECS (2.13 and 1.29 do): give it --endpoint-url');
    await untilAborted(cli.signal);
    say('stopping');
    if (options.rm) leaving.push(...(await stopEverything(gateway, cli.clock, say)));
  } catch (thrown) {
    if (!cli.signal.aborted) throw thrown;
  } finally {
    gateway?.close();
    await stopAgents(children);
    try {
      // Not before: an agent that lives may be making or removing things itself.
      if (options.rm) await cleanEngine([...leaving, ...instancesOf(dataDir)], cli.clock, say);
    } finally {
      await stopServers(children);
    }
    documented.release();
    rmSync(join(dataDir, 'run', 'dev.pid'), { force: true });
    if (options.rm) rmSync(dataDir, { recursive: true, force: true });
  }
  if (!options.rm)
    say(`stopped; containers run on, and ${dataDir} is kept: the next start takes both up again`);
}

async function wishOf(options: DevOptions, firstAgents: readonly number[]): Promise<DevWish> {
  // All at once: what is asked for one after the other may be the same twice.
  const [clients = 0, peers = 0, ...others] = await freePorts(2 + 3 * (options.instances - 1));
  const agentPorts = Array.from({ length: options.instances }, (_, i) => {
    const [introspection = 0, metadata = 0, metrics = 0] =
      i === 0 ? firstAgents : others.slice(3 * (i - 1), 3 * i);
    return [introspection, metadata, metrics] as const;
  });
  return {
    ...options,
    grpcListen: await freeAddress('--grpc-listen', options.grpcListen),
    httpListen: await freeAddress('--http-listen', options.httpListen),
    etcdPorts: [clients, peers],
    agentPorts,
  };
}

function machine(): Machine {
  return {
    cpuUnits: cpus().length * 1024,
    memoryMiB: Math.floor(totalmem() / 1024 / 1024),
    ephemeralPorts: ephemeralPorts(),
  };
}

function supervised(cli: Cli, options: DevOptions, plan: ChildPlan, say: (line: string) => void): Supervised {
  return new Supervised(plan, {
    pidFile: join(options.dataDir, 'run', `${plan.name}.pid`),
    logFile: join(options.dataDir, 'log', `${plan.name}.log`),
    env: cli.env,
    restart: options.restart,
    clock: cli.clock,
    say,
  });
}

async function gatewayTo(wish: DevWish, tokenFile: string): Promise<Gateway> {
  const { connectGateway } = await import('../grpc-gateway.js');
  return connectGateway({ endpoint: loopback(wish.grpcListen), endpointFrom: 'flag', tokenFile });
}

async function becomeReady(
  cli: Cli,
  options: DevOptions,
  wish: DevWish,
  children: readonly Supervised[],
  gateway: Gateway,
  tokenFile: string,
): Promise<void> {
  const patience = {
    clock: cli.clock,
    signal: cli.signal,
    untilMs: cli.clock.monotonicMs() + readyWithinMs,
    giveUp: () => hopeless(children, options),
  };
  const url = `http://${loopback(wish.httpListen)}`;
  await untilHealthy(`${url}/readyz`, patience);
  // Before the agents: one that finds no cluster to join waits a while before it asks again.
  await gateway.ecs('CreateCluster', { clusterName: options.cluster });
  for (const agent of children.slice(2)) agent.start();
  const key = await keyPairOf(gateway, options.dataDir);
  await instancesConnected(gateway, options.cluster, options.instances, patience);
  const text = envFile({
    endpoint: loopback(wish.grpcListen),
    tokenFile,
    etcd: `127.0.0.1:${wish.etcdPorts[0]}`,
    region: options.region,
    ...(key && { ecs: { url, key } }),
  });
  writeFileSync(join(options.dataDir, 'env'), text, { mode: 0o600 });
}

const deathsBeforeReady = 5;

/** Why it will never be ready, where that can be seen: a child that dies again and again, or is not started again. */
function hopeless(children: readonly Supervised[], options: DevOptions): CliError | undefined {
  const limit = options.restart ? deathsBeforeReady : 1;
  const dying = children.find((c) => c.deaths >= limit);
  if (!dying) return undefined;
  const log = join(options.dataDir, 'log', `${dying.name}.log`);
  return new CliError('failed', `${dying.name} does not stay up: ${lastLine(log)}`, {
    wayOut: `its log: ${log}`,
  });
}

function readyLine(options: DevOptions, wish: DevWish, seconds: string): string {
  const env = relative(process.cwd(), join(options.dataDir, 'env'));
  const shown = env.startsWith('..') ? join(options.dataDir, 'env') : env;
  const count = options.instances === 1 ? '1 container instance' : `${options.instances} container instances`;
  return `ready after ${seconds} s: ${count}, gRPC ${wish.grpcListen}, HTTP ${wish.httpListen}; in another terminal: . ${shown}\n`;
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}

/** Agents first, while somebody still listens to their goodbye. */
async function stopAgents([, , ...agents]: readonly Supervised[]): Promise<void> {
  await Promise.all(agents.map((a) => a.stop(stopWithinMs)));
}

async function stopServers([etcd, server]: readonly Supervised[]): Promise<void> {
  await server?.stop(stopWithinMs);
  await etcd?.stop(stopWithinMs);
}

async function cleanEngine(
  instances: readonly string[],
  clock: Clock,
  say: (line: string) => void,
): Promise<void> {
  for (const problem of await removeFromEngine([...new Set(instances)], clock)) say(problem);
}
