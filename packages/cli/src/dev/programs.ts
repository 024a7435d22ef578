import { existsSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { EnvVariables } from '../config.js';
import { usageError } from '../exit.js';
import type { Program, Programs } from './plan.js';

/** Finds etcd, server and agent. Throws a usage error that says what to install. */
export function findPrograms(env: EnvVariables, etcdFlag: string | undefined): Programs {
  return {
    etcd: { command: findEtcd(env, etcdFlag), args: [] },
    server: ownProgram('control-plane', 'longshore-server', env),
    agent: ownProgram('agent', 'longshore-agent', env),
  };
}

function findEtcd(env: EnvVariables, flag: string | undefined): string {
  const named = flag ?? (env['ETCD_BIN'] || undefined);
  if (named !== undefined) {
    if (existsSync(named)) return named;
    throw usageError(`etcd ${named}: no such file`);
  }
  const found = onPath('etcd', env);
  if (found) return found;
  throw usageError(
    'etcd is not on PATH, and a cluster keeps its state in it',
    'install it (Debian, Ubuntu: sudo apt-get install etcd-server), or name the binary with --etcd PATH',
  );
}

/** The first file of that name on PATH. */
export function onPath(name: string, env: EnvVariables): string | undefined {
  return (env['PATH'] ?? '')
    .split(delimiter)
    .filter((directory) => directory !== '')
    .map((directory) => join(directory, name))
    .find((path) => existsSync(path));
}

/** A program of this very version: beside this package, from sources where this runs from sources. */
function ownProgram(directory: string, name: string, env: EnvVariables): Program {
  const here = import.meta.url;
  if (here.endsWith('.ts')) {
    const main = new URL(`../../../${directory}/src/main.ts`, here).href;
    const script = `const { main } = await import(${JSON.stringify(main)}); await main(process.argv.slice(1));`;
    const loader = [`--import=${import.meta.resolve('tsx')}`, '--conditions=source', '--input-type=module'];
    // The name stands in the command line for who looks at the processes; the options end with `--`.
    return { command: process.execPath, args: [...loader, `--title=${name}`, '--eval', script, '--'] };
  }
  const inWorkspace = fileURLToPath(new URL(`../../../${directory}/bin/${name}.js`, here));
  const installed = fileURLToPath(new URL(`../../../@longshore/${directory}/bin/${name}.js`, here));
  const found = [inWorkspace, installed].find((path) => existsSync(path));
  if (found) return { command: process.execPath, args: [found] };
  const command = onPath(name, env);
  if (command) return { command, args: [] };
  throw usageError(`${name} is not installed beside longshore`, 'npm ci && npm run build, or put it on PATH');
}
