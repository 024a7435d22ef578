import { Command } from 'commander';
import { changeLines } from '../apply/difference.js';
import { type Document, readDocuments } from '../apply/document.js';
import { followRollOut } from '../apply/roll-out.js';
import { applyService, planService } from '../apply/service.js';
import { planDefinition, registerDefinition } from '../apply/task-definition.js';
import { type Cli, clusterOf, formatOf } from '../cli.js';
import { usageError } from '../exit.js';
import type { Gateway } from '../gateway.js';
import { readTextFile } from '../operations/input.js';
import { print } from '../output/print.js';
import { idOf } from '../output/units.js';
import { seconds } from './wait.js';

interface ApplyOptions {
  readonly diff?: boolean;
  readonly wait: boolean;
  readonly timeout: number;
}

/** What happened to one document of a file. */
interface Applied {
  readonly kind: Document['kind'];
  readonly name: string;
  readonly outcome: 'registered' | 'created' | 'updated' | 'unchanged';
  readonly changes: readonly string[];
}

/** `apply FILE|-...`: makes the cluster be as files say. */
export function applyCommand(cliOf: () => Cli): Command {
  return new Command('apply')
    .description('make it as files say: task definitions and services, JSON or YAML')
    .argument('<files...>', 'files, or - for stdin')
    .option('--diff', 'only show what would change')
    .option('--no-wait', 'do not follow the roll-out of services')
    .option('--timeout <seconds>', 'how long a roll-out may take', seconds, 900)
    .addHelpText(
      'after',
      '\nA file is a task definition (family, containerDefinitions, ...) or a service (serviceName, taskDefinition, ...).\nA revision is registered only where the file differs from the newest ACTIVE one.\n\nExamples:\n  $ longshore apply web.json web-service.yaml\n  $ longshore apply --diff web.json\n  $ cat web.json | longshore apply -',
    )
    .action((files: readonly string[], options: ApplyOptions) => apply(cliOf(), files, options));
}

export async function documentsOf(cli: Cli, files: readonly string[]): Promise<readonly Document[]> {
  const lists: (readonly Document[])[] = [];
  for (const file of files) {
    const text = file === '-' ? await cli.terminal.readStdin() : readTextFile(file);
    lists.push(readDocuments(text, file === '-' ? 'stdin' : file));
  }
  // Services may name what the same call registers, in whatever order the files were given.
  const all = lists.flat();
  return [...all.filter((d) => d.kind === 'task definition'), ...all.filter((d) => d.kind === 'service')];
}

async function apply(cli: Cli, files: readonly string[], options: ApplyOptions): Promise<void> {
  const documents = await documentsOf(cli, files);
  const gateway = await cli.gateway();
  const applied: Applied[] = [];
  for (const document of documents) {
    const one =
      document.kind === 'service'
        ? await oneService(cli, gateway, document, options)
        : await oneDefinition(gateway, document, options);
    applied.push(one);
    if (formatOf(cli) === 'table') cli.terminal.out(textOf(one, options));
  }
  if (formatOf(cli) !== 'table')
    print(cli, { applied: applied.map((a) => ({ ...a, outcome: outcomeOf(a, options) })) });
  if (options.diff || !options.wait) return;
  for (const one of applied)
    if (one.kind === 'service')
      await followRollOut(cli, {
        cluster: clusterOf(cli),
        service: one.name,
        timeoutMs: options.timeout * 1000,
      });
}

async function oneDefinition(gateway: Gateway, document: Document, options: ApplyOptions): Promise<Applied> {
  const plan = await planDefinition(gateway, document.json);
  const unchanged = plan.newest !== undefined && plan.changes.length === 0;
  const name = options.diff ? (plan.newest ?? plan.family) : await registerDefinition(gateway, plan);
  return {
    kind: 'task definition',
    name,
    outcome: unchanged ? 'unchanged' : 'registered',
    // Where there was nothing, all of it is new: the file says it.
    changes: plan.newest === undefined ? [] : changeLines(plan.changes),
  };
}

async function oneService(
  cli: Cli,
  gateway: Gateway,
  document: Document,
  options: ApplyOptions,
): Promise<Applied> {
  const definition = await resolvedDefinition(gateway, document, options);
  const plan = await planService(gateway, clusterOf(cli), document.json, definition);
  if (!options.diff && (!plan.exists || plan.changes.length > 0)) await applyService(gateway, plan);
  const outcome = plan.exists ? (plan.changes.length > 0 ? 'updated' : 'unchanged') : 'created';
  return { kind: 'service', name: plan.name, outcome, changes: plan.exists ? changeLines(plan.changes) : [] };
}

/** family:revision of what a service's file names: a family means its newest ACTIVE revision. */
async function resolvedDefinition(
  gateway: Gateway,
  document: Document,
  options: ApplyOptions,
): Promise<string> {
  const named = document.json['taskDefinition'];
  if (typeof named !== 'string') throw usageError(`${document.from}: taskDefinition is missing`);
  const name = idOf(named);
  if (/:\d+$/.test(name)) return name;
  try {
    const answer = await gateway.ecs('DescribeTaskDefinition', { taskDefinition: name });
    return idOf(answer.taskDefinition?.taskDefinitionArn);
  } catch (thrown) {
    // With --diff the definition of the same call may not be registered yet.
    if (options.diff && thrown instanceof Error && thrown.name === 'ClientException') return name;
    throw thrown;
  }
}

function outcomeOf({ outcome }: Applied, { diff }: ApplyOptions): string {
  return diff && outcome !== 'unchanged' ? `would be ${outcome}` : outcome;
}

function textOf(one: Applied, options: ApplyOptions): string {
  return `${one.kind} ${one.name}: ${outcomeOf(one, options)}\n${one.changes.map((l) => `  ${l}\n`).join('')}`;
}
