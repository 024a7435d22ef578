import type { ExplainPlacementResponse, RunTaskRequest } from '@longshore/model';
import { fromJson } from '@longshore/model';
import type { Command } from 'commander';
import { type Cli, clusterOf } from '../cli.js';
import { checked, type Json } from '../operations/call.js';
import { operations } from '../operations/catalogue.js';
import { wordsCommand } from '../operations/factory.js';
import { print } from '../output/print.js';
import { table } from '../output/table.js';
import { idOf, plural, shortId } from '../output/units.js';
import { listInstances, namesOf } from '../reading/cluster.js';

/** `explain`: where the tasks of a run-task would go, and why they would not; nothing is started. */
export function explainCommand(cliOf: () => Cli): Command {
  const operation = operations().find((o) => o.name === 'RunTask');
  if (!operation) throw new Error('the contract has no RunTask');
  return wordsCommand('explain', operation, cliOf, explain)
    .description('where the tasks of a run-task would go and why not; takes its words, starts nothing')
    .addHelpText('after', '\nExamples:\n  $ longshore explain --task-definition web:3 --count 5');
}

async function explain(cli: Cli, json: Json): Promise<void> {
  checked('RunTaskRequest', json, 'explain');
  const request: RunTaskRequest = fromJson('RunTaskRequest', json, { unknownMembers: 'refuse' });
  const gateway = await cli.gateway();
  const answer = await gateway.longshore('ExplainPlacement', { request });
  const names = namesOf(await listInstances(gateway, request.cluster ?? clusterOf(cli)));
  const { containerInstances = [], refusals = [] } = answer;
  print(cli, { containerInstances, refusals }, () => text(answer, names));
}

function text(answer: ExplainPlacementResponse, names: ReadonlyMap<string, string>): string {
  const { containerInstances = [], refusals = [] } = answer;
  const counts = new Map<string, number>();
  for (const instance of containerInstances) counts.set(instance, (counts.get(instance) ?? 0) + 1);
  const placed =
    counts.size === 0
      ? ''
      : table(
          [...counts],
          [
            { head: 'instance', of: ([id]) => names.get(idOf(id)) || shortId(id) },
            { head: 'tasks', of: ([, count]) => String(count), right: true },
          ],
        );
  const refused = refusals.map((r) => {
    const by = Object.entries(r.instancesByReason ?? {}).map(
      ([why, n]) => `  ${plural(n, 'instance')}: ${why}\n`,
    );
    const ever = r.couldEverFit ? '' : '  would fit on no instance of this cluster, not even an empty one\n';
    return `${plural(r.count ?? 0, 'task')} would find no place: ${r.reason ?? ''}: ${r.explanation ?? ''}\n${by.join('')}${ever}`;
  });
  return `${placed}${refused.join('')}`;
}
