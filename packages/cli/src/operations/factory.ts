import { skeletonOf } from '@longshore/model';
import { Command, InvalidArgumentError, Option } from 'commander';
import { type Cli, confirmed } from '../cli.js';
import { toOutputFormat } from '../config.js';
import { print, serialise } from '../output/print.js';
import { type Member, membersOf } from '../words/members.js';
import { call, checked, type Json } from './call.js';
import type { Operation } from './catalogue.js';
import { examples } from './examples.js';
import { requestOf } from './input.js';
import { allPages } from './paging.js';

const pageWords = new Set(['next-token', 'max-results']);

/**
 * One ECS operation as a command with the words of `aws ecs`. Nothing about an operation is written here: its name,
 * members, their types, values and comments come from the contract.
 */
export function operationCommand(operation: Operation, cliOf: () => Cli): Command {
  const command = wordsCommand(operation.word, operation, cliOf, (cli, request, options) =>
    runOperation(operation, request, options, cli),
  )
    .description(said(operation.comment) || operation.name)
    .helpGroup('The words of aws ecs:');
  if (operation.paged) addPageOptions(command);
  const lines = examples[operation.word];
  if (lines) command.addHelpText('after', `\nExamples:\n${lines.map((l) => `  $ ${l}`).join('\n')}`);
  return command;
}

type WordOptions = Readonly<Record<string, unknown>>;

/** A command that takes the words of an operation's request and hands the request, as ECS's JSON, to `run`. */
export function wordsCommand(
  name: string,
  operation: Operation,
  cliOf: () => Cli,
  run: (cli: Cli, request: Json, options: WordOptions) => Promise<void>,
): Command {
  const members = membersOf(operation.request);
  const command = new Command(name).usage('[options]');
  for (const member of members) for (const option of optionsOf(member)) command.addOption(option);
  command
    .option('--cli-input-json <json>', 'the request as JSON text, or file://PATH; words go over it')
    .option('--cli-input-yaml <yaml>', 'the same as YAML')
    .addOption(
      new Option('--generate-cli-skeleton [which]', 'prints an example and does nothing')
        .choices(['input', 'yaml-input', 'output'])
        .preset('input'),
    );
  return command.action(async (options: WordOptions) => {
    const cli = cliOf();
    const which = options['generateCliSkeleton'];
    if (typeof which === 'string') return printSkeleton(operation, which, cli);
    const input = {
      ...(typeof options['cliInputJson'] === 'string' && { json: options['cliInputJson'] }),
      ...(typeof options['cliInputYaml'] === 'string' && { yaml: options['cliInputYaml'] }),
    };
    await run(cli, withCluster(members, requestOf(members, givenOf(command, options), input), cli), options);
  });
}

/** `--cluster` is an option of every command; where an operation has it, it is told there. */
function optionsOf(member: Member): readonly Option[] {
  const { word, kind } = member;
  if (word === 'cluster') return [];
  const comment = said(member.comment);
  if (kind.is === 'flag')
    return [
      new Option(`--${word}`, comment),
      new Option(`--no-${word}`, `the opposite of --${word}`).hideHelp(),
    ];
  const many = kind.is === 'list' ? '...' : '';
  const option = new Option(`--${word} <${placeholder(member)}${many}>`, describe(member));
  return [pageWords.has(word) ? option.hideHelp() : option];
}

/** A sentence as a line of help: without its full stop. */
function said(comment: string | undefined): string {
  return comment?.replace(/\s*\n\s*/g, ' ').replace(/\.$/, '') ?? '';
}

function placeholder(member: Member): string {
  const { kind } = member;
  const inner = kind.is === 'list' ? kind.of : kind;
  if (inner.is === 'structure' || inner.is === 'map') return 'structure';
  if (inner.is === 'text') return inner.allowed ? 'word' : 'text';
  return inner.is === 'integer' ? 'number' : inner.is;
}

function describe(member: Member): string {
  const inner = member.kind.is === 'list' ? member.kind.of : member.kind;
  const parts = [
    said(member.comment),
    inner.is === 'text' && inner.allowed ? `one of ${inner.allowed.join(', ')}` : undefined,
    inner.is === 'structure'
      ? `JSON, or ${membersOf(inner.shape)
          .slice(0, 3)
          .map((m) => `${m.name}=...`)
          .join(',')}`
      : undefined,
    inner.is === 'map' ? 'JSON, or key=value,...' : undefined,
  ];
  return parts.filter(Boolean).join('; ');
}

function addPageOptions(command: Command): void {
  command
    .option('--max-items <number>', 'at most this many, then a nextToken', wholeNumber)
    .option('--page-size <number>', 'items asked for at a time', wholeNumber)
    .option('--starting-token <token>', 'go on from the nextToken of an earlier answer')
    .option('--no-paginate', 'one page only');
}

function wholeNumber(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new InvalidArgumentError('not a whole number above 0.');
  return number;
}

async function runOperation(
  operation: Operation,
  request: Json,
  options: WordOptions,
  cli: Cli,
): Promise<void> {
  checked(operation.request, request, operation.word);
  await askFirst(operation, request, cli);
  const gateway = await cli.gateway();
  const ask = (json: Json): Promise<Json> => call(gateway, operation, json);
  const { maxItems, pageSize, startingToken } = options as {
    readonly maxItems?: number;
    readonly pageSize?: number;
    readonly startingToken?: string;
  };
  const onePage = !operation.paged || options['paginate'] === false || 'nextToken' in request;
  const answer = onePage
    ? await ask(request)
    : await allPages(ask, request, {
        ...(maxItems !== undefined && { maxItems }),
        ...(pageSize !== undefined && { pageSize }),
        ...(startingToken !== undefined && { startingToken }),
      });
  // The words of aws answer like aws: JSON, unless a format was asked for.
  const json = {
    ...cli,
    settings: { ...cli.settings, output: cli.settings.output ?? toOutputFormat('json') },
  };
  print(json, answer);
}

function givenOf(command: Command, options: WordOptions): ReadonlyMap<string, unknown> {
  const given = new Map<string, unknown>();
  for (const option of command.options)
    given.set(option.name().replace(/^no-/, ''), options[option.attributeName()]);
  return given;
}

function withCluster(members: readonly Member[], request: Json, cli: Cli): Json {
  const { cluster } = cli.settings;
  const has = members.some((m) => m.name === 'cluster');
  if (!has || cluster === undefined) return request;
  return cli.clusterFrom === 'flag' || request['cluster'] === undefined ? { ...request, cluster } : request;
}

function printSkeleton(operation: Operation, which: string, cli: Cli): void {
  const skeleton = skeletonOf(which === 'output' ? operation.response : operation.request);
  cli.terminal.out(serialise(skeleton, which === 'yaml-input' ? 'yaml' : 'json'));
}

/** What takes something away asks a person first. */
async function askFirst(operation: Operation, request: Json, cli: Cli): Promise<void> {
  const { word } = operation;
  const takesAway =
    word.startsWith('delete-') ||
    word === 'stop-task' ||
    word === 'deregister-container-instance' ||
    (word === 'update-container-instances-state' && request['status'] === 'DRAINING');
  if (!takesAway) return;
  const what = Object.entries(request)
    .filter(([, v]) => typeof v === 'string' || Array.isArray(v))
    .map(([k, v]) => `${k} ${Array.isArray(v) ? v.join(', ') : String(v)}`)
    .join(', ');
  await confirmed(cli, `${word} (${what})?`);
}
