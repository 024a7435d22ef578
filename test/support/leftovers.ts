// What a test run must not leave on the machine: containers, networks, volumes, processes, files in the temp folder.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';

export type Snapshot = ReadonlySet<string>;

export function snapshot(): Snapshot {
  return new Set([...engineThings(), ...processes(), ...temporaryFiles()]);
}

/** What is there now and was not there then. */
export function leftovers(before: Snapshot): readonly string[] {
  return [...snapshot()].filter((thing) => !before.has(thing));
}

function engineThings(): string[] {
  const queries: readonly (readonly [string, readonly string[]])[] = [
    ['container', ['ps', '-a', '--format', '{{.ID}} {{.Names}}']],
    ['network', ['network', 'ls', '--format', '{{.ID}} {{.Name}}']],
    ['volume', ['volume', 'ls', '--format', '{{.Name}}']],
  ];
  return queries.flatMap(([what, args]) => lines('docker', args).map((line) => `${what} ${line}`));
}

/** Empty where the command is missing or the engine does not answer: then nothing of ours can be there either. */
function lines(command: string, args: readonly string[]): string[] {
  try {
    const out = execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    return out.split('\n').filter(Boolean);
  } catch {
    return [];
  }
}

const ours = /longshore-(server|agent)|etcd( |$)|dockerd( |$)|docker-registry/;

function processes(): string[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      const command = commandOf(pid);
      return ours.test(command) ? [`process ${pid} ${command.slice(0, 120)}`] : [];
    });
}

function commandOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    // It ended between the listing and the look.
    return '';
  }
}

function temporaryFiles(): string[] {
  return readdirSync(tmpdir())
    .filter((name) => name.startsWith('longshore-'))
    .map((name) => `file ${tmpdir()}/${name}`);
}
