import { Command, InvalidArgumentError } from 'commander';
import type { Cli } from '../cli.js';
import { call, checked } from '../operations/call.js';
import { operations } from '../operations/catalogue.js';
import { requestOf } from '../operations/input.js';
import { waitFor } from '../operations/wait.js';
import { type Waiter, waiters } from '../operations/waiters.js';
import { membersOf } from '../words/members.js';

/** `wait tasks-running --tasks ID...`: every waiter of `aws ecs wait`. */
export function waitCommand(cliOf: () => Cli): Command {
  const command = new Command('wait')
    .description('wait until tasks run, services are stable, ...: the waiters of aws ecs wait')
    .addHelpText(
      'after',
      '\nExamples:\n  $ longshore wait tasks-running --tasks ID ID\n  $ longshore wait services-stable --services web --timeout 120',
    );
  for (const waiter of waiters) command.addCommand(waiterCommand(waiter, cliOf));
  return command;
}

function waiterCommand(waiter: Waiter, cliOf: () => Cli): Command {
  const operation = operations().find((o) => o.name === waiter.operation);
  if (!operation) throw new Error(`no operation ${waiter.operation}`);
  const members = membersOf(operation.request).filter((m) => m.name !== 'include');
  const command = new Command(waiter.word)
    .description(waiter.description)
    .option('--timeout <seconds>', 'how long to wait', seconds, waiter.timeoutSeconds);
  for (const { word, kind } of members) {
    if (word === 'cluster') continue;
    command.option(kind.is === 'list' ? `--${word} <text...>` : `--${word} <text>`);
  }
  return command.action(async (options: Readonly<Record<string, unknown>>) => {
    const cli = cliOf();
    const given = new Map(command.options.map((o) => [o.name(), options[o.attributeName()]]));
    const words = requestOf(members, given, {});
    const takesCluster = members.some((m) => m.name === 'cluster');
    const request =
      takesCluster && cli.settings.cluster !== undefined
        ? { ...words, cluster: cli.settings.cluster }
        : words;
    checked(operation.request, request, `wait ${waiter.word}`);
    const gateway = await cli.gateway();
    await waitFor(cli, async () => waiter.judge(await call(gateway, operation, request)), {
      what: waiter.word.replaceAll('-', ' '),
      timeoutMs: Number(options['timeout']) * 1000,
    });
  });
}

/** Parses a number of seconds above zero. */
export function seconds(text: string): number {
  const number = Number(text);
  if (text.trim() === '' || !Number.isFinite(number) || number <= 0)
    throw new InvalidArgumentError('not a number of seconds above 0.');
  return number;
}
