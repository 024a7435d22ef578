import { messageOf } from '@longshore/kit';
import { Command } from 'commander';
import { type Cli, formatOf } from '../cli.js';
import { bad, type Check } from '../doctor/check.js';
import { clockChecks } from '../doctor/clock.js';
import { engineChecks } from '../doctor/engine.js';
import { machineChecks } from '../doctor/machine.js';
import { CliError } from '../exit.js';
import { print } from '../output/print.js';
import { plural } from '../output/units.js';
import { printable } from '../terminal/terminal.js';

/** `doctor`: what is wrong here and there, each with the command that mends it. */
export function doctorCommand(cliOf: () => Cli): Command {
  return new Command('doctor')
    .description(
      'looks at control plane, etcd, engine, disk, ports, names, clock; says what mends what is wrong',
    )
    .option('--no-engine', 'leave out the Docker Engine of this machine')
    .addHelpText(
      'after',
      '\nExamples:\n  $ longshore doctor\n  $ longshore doctor --no-engine    on a machine without agent',
    )
    .action((options: { readonly engine: boolean }) => doctor(cliOf(), options.engine));
}

async function doctor(cli: Cli, withEngine: boolean): Promise<void> {
  const [machine, clock, control, engine] = await Promise.all([
    machineChecks(cli.settings, cli.env),
    clockChecks(cli.settings, cli.env, cli.clock),
    controlPlaneChecks(cli),
    withEngine ? engineChecks(cli.env) : [],
  ]);
  const checks = [...machine, ...clock, ...control, ...engine];
  print(cli, { checks }, () => checks.map((c) => line(cli, c)).join(''));
  const wrong = checks.filter((c) => !c.ok);
  if (wrong.length === 0) return;
  if (formatOf(cli) === 'table') throw new CliError('failed', `${plural(wrong.length, 'thing')} to mend`);
  cli.end('failed');
}

async function controlPlaneChecks(cli: Cli): Promise<readonly Check[]> {
  try {
    const gateway = await cli.gateway();
    const { checks = [] } = await gateway.longshore('Diagnose', {});
    return checks.map((c) => ({
      name: c.name ?? '',
      ok: c.ok ?? false,
      finding: c.finding ?? '',
      remedy: c.remedy ?? '',
    }));
  } catch (thrown) {
    return [
      bad(
        'control plane',
        messageOf(thrown),
        'start it (longshore dev here), or name it with --endpoint or a context',
      ),
    ];
  }
}

function line(cli: Cli, check: Check): string {
  const { green, red } = cli.terminal.colours;
  const mark = check.ok ? green('ok  ') : red('bad ');
  const remedy = check.ok || check.remedy === '' ? '' : `\n      ${check.remedy}`;
  return `${mark}  ${check.name}: ${printable(check.finding)}${remedy}\n`;
}
