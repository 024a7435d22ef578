import { fromTimestamp } from '@longshore/model';
import { Command } from 'commander';
import { type Cli, confirmed } from '../cli.js';
import { print } from '../output/print.js';
import { table } from '../output/table.js';

/** `access-key create|list|delete`: keys for the ECS API. */
export function accessKeyCommand(cliOf: () => Cli): Command {
  const command = new Command('access-key').description('access keys for the ECS API: create, list, delete');
  command
    .command('create')
    .description('make a pair; the secret is shown this once')
    .option('--description <text>', 'what it is for')
    .action((options: { readonly description?: string }) => create(cliOf(), options.description));
  command
    .command('list')
    .description('the keys that there are, without their secrets')
    .action(() => list(cliOf()));
  command
    .command('delete')
    .description('take a key away; calls signed with it are refused at once')
    .argument('<id>', 'access key id')
    .action((id: string) => remove(cliOf(), id));
  return command;
}

async function create(cli: Cli, description: string | undefined): Promise<void> {
  const gateway = await cli.gateway();
  const key = await gateway.longshore('CreateAccessKey', description === undefined ? {} : { description });
  const { accessKeyId = '', secretAccessKey = '' } = key;
  print(
    cli,
    { accessKeyId, secretAccessKey },
    () => `export AWS_ACCESS_KEY_ID=${accessKeyId}\nexport AWS_SECRET_ACCESS_KEY=${secretAccessKey}\n`,
  );
}

async function list(cli: Cli): Promise<void> {
  const gateway = await cli.gateway();
  const { accessKeys = [] } = await gateway.longshore('ListAccessKeys', {});
  const keys = accessKeys.map((k) => ({
    accessKeyId: k.accessKeyId ?? '',
    description: k.description ?? '',
    createdAt: k.createdAt ? new Date(fromTimestamp(k.createdAt)).toISOString() : '',
  }));
  print(cli, { accessKeys: keys }, () =>
    table(keys, [
      { head: 'access key id', of: (k) => k.accessKeyId },
      { head: 'created', of: (k) => k.createdAt },
      { head: 'description', of: (k) => k.description },
    ]),
  );
}

async function remove(cli: Cli, id: string): Promise<void> {
  await confirmed(cli, `delete access key ${id}?`);
  const gateway = await cli.gateway();
  await gateway.longshore('DeleteAccessKey', { accessKeyId: id });
  print(cli, { accessKeyId: id, deleted: true }, () => `deleted ${id}\n`);
}
