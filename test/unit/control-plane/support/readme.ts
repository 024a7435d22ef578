import { serviceDescriptor } from '@longshore/model';
import { longshoreRegistry } from '../../../../packages/control-plane/src/api/longshore/index.js';
import { ecsOperationNames, ecsRegistry } from '../../../../packages/control-plane/src/api/registry.js';
import {
  type Setting,
  settings,
  variableOf,
} from '../../../../packages/control-plane/src/config/settings.js';
import { type MetricRow, metricTable } from '../../../../packages/control-plane/src/metrics/table.js';

/** The parts of the README that are made from the code, by the name of their marker. */
export const generatedParts: Readonly<Record<string, () => string>> = {
  settings: settingsTable,
  metrics: metricsTable,
  operations: operationsTable,
};

/** The README with its generated parts as the code has them now. */
export function withGeneratedParts(readme: string): string {
  let text = readme;
  for (const [name, make] of Object.entries(generatedParts)) {
    const part = new RegExp(`<!-- ${name} -->[\\s\\S]*?<!-- /${name} -->`);
    if (!part.test(text)) throw new Error(`the README has no part ${name}`);
    text = text.replace(part, () => `<!-- ${name} -->\n${make()}\n<!-- /${name} -->`);
  }
  return text;
}

function settingsTable(): string {
  const rows = (settings as readonly Setting[]).map((s) => {
    const flag = s.argument ? `--${s.name} ${s.argument}` : `--${s.name}`;
    return `| \`${flag.replaceAll('|', '\\|')}\` | \`${variableOf(s.name)}\` | ${s.default ?? ''} | ${s.help} |`;
  });
  return ['| Flag | Variable | Default | Meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
}

function metricsTable(): string {
  const rows = (Object.values(metricTable) as readonly MetricRow[]).map((m) => {
    const labels = m.labels.length > 0 ? `{${m.labels.join(',')}}` : '';
    return `| \`${m.name}${labels}\` | ${m.kind} | ${m.help} |`;
  });
  return ['| Metric | Kind | Meaning |', '| --- | --- | --- |', ...rows].join('\n');
}

function operationsTable(): string {
  const built = new Set(Object.keys(ecsRegistry));
  const yes = ecsOperationNames.filter((n) => built.has(n));
  const no = ecsOperationNames.filter((n) => !built.has(n));
  const own = serviceDescriptor('LongshoreService').methodsArray.map((m) => m.name);
  const ours = own.filter((n) => n === 'WatchEvents' || Object.hasOwn(longshoreRegistry, n));
  return [
    '| Service | State | Operations |',
    '| --- | --- | --- |',
    `| EcsService | answered (${yes.length}) | ${yes.join(', ')} |`,
    `| EcsService | UnsupportedFeatureException (${no.length}) | ${no.join(', ')} |`,
    `| LongshoreService | answered (${ours.length}) | ${ours.join(', ')} |`,
  ].join('\n');
}
