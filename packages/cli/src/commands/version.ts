import { Command } from 'commander';
import { type Cli, formatOf } from '../cli.js';
import { toCliError } from '../exit.js';
import { print } from '../output/print.js';

/** `version`: of this command, the servers, the agents, their engines, and etcd. */
export function versionCommand(cliOf: () => Cli, ownVersion: string): Command {
  return new Command('version')
    .description('versions of this command, the servers, the agents, their engines and etcd')
    .option('--client', 'only of this command')
    .action((options: { readonly client?: boolean }) =>
      versions(cliOf(), ownVersion, options.client ?? false),
    );
}

interface Versions {
  readonly client: string;
  readonly servers: readonly {
    readonly replica: string;
    readonly version: string;
    readonly leader: boolean;
    /** False: dead or cut off; its lease has not ended yet. */
    readonly answers: boolean;
  }[];
  readonly agents: readonly {
    readonly cluster: string;
    readonly name: string;
    readonly version: string;
    readonly engine: string;
  }[];
  readonly etcd: readonly string[];
}

async function versions(cli: Cli, client: string, clientOnly: boolean): Promise<void> {
  if (clientOnly) return print(cli, { client }, () => `client  ${client}\n`);
  try {
    const gateway = await cli.gateway();
    const answer = await gateway.longshore('GetVersion', {});
    const replicas = answer.replicas ?? [];
    const servers =
      replicas.length > 0
        ? replicas
        : [{ replica: answer.replica, version: answer.serverVersion, leader: false, answers: true }];
    const seen: Versions = {
      client,
      servers: servers.map((r) => ({
        replica: r.replica ?? '',
        version: r.version ?? 'unknown',
        leader: r.leader ?? false,
        answers: r.answers ?? true,
      })),
      agents: (answer.agents ?? []).map((a) => ({
        cluster: a.cluster ?? '',
        name: a.name ?? a.containerInstance ?? '',
        version: a.version ?? 'unknown',
        // As ECS has it in versionInfo: `DockerVersion: 20.10.24`.
        engine: a.dockerVersion?.replace(/^DockerVersion: /, '') || 'unknown',
      })),
      etcd: answer.etcdVersions ?? [],
    };
    print(cli, seen, () => lines(seen));
  } catch (thrown) {
    // What is known is said even so; the error line and its code follow.
    if (formatOf(cli) === 'table') cli.terminal.out(`client  ${client}\n`);
    throw toCliError(thrown);
  }
}

function lines(v: Versions): string {
  const rows: readonly (readonly [string, string])[] = [
    ['client', v.client],
    ...v.servers.map((s) => ['server', serverLine(s)] as const),
    ...v.agents.map((a) => ['agent', `${a.version}  ${a.name} in ${a.cluster}, Docker ${a.engine}`] as const),
    ...v.etcd.map((e) => ['etcd', e] as const),
  ];
  return rows.map(([what, which]) => `${what.padEnd(8)}${which}\n`).join('');
}

function serverLine({ version, replica, leader, answers }: Versions['servers'][number]): string {
  return `${version}  ${replica}${leader ? ' (leader)' : ''}${answers ? '' : ', not answering'}`;
}
