import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { parse } from 'yaml';
import { metricTable as agents } from '../../../packages/agent/src/telemetry/metrics.js';
import { settings } from '../../../packages/control-plane/src/config/settings.js';
import { metricTable as servers } from '../../../packages/control-plane/src/metrics/table.js';

const folder = new URL('../../../deploy/prometheus/', import.meta.url);
const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');

interface Rules {
  readonly groups: readonly {
    readonly rules: readonly { readonly alert: string; readonly expr: string }[];
  }[];
}
interface Board {
  readonly panels: readonly {
    readonly title: string;
    readonly targets?: readonly { readonly expr: string }[];
  }[];
}
interface Row {
  readonly name: string;
  readonly kind: string;
  readonly labels: readonly string[];
}

const metrics = new Map<string, Row>(
  ([...Object.values(servers), ...Object.values(agents)] as readonly Row[]).map((row) => [row.name, row]),
);
const expressions = [
  ...(parse(read('alerts.yml')) as Rules).groups.flatMap((group) =>
    group.rules.map(({ alert, expr }) => ({ where: alert, expr })),
  ),
  ...(JSON.parse(read('longshore-dashboard.json')) as Board).panels.flatMap((panel) =>
    (panel.targets ?? []).map(({ expr }) => ({ where: panel.title, expr })),
  ),
];

function rowsIn(expr: string): readonly Row[] {
  return [...expr.matchAll(/longshore_[a-z_]+/g)].map(([name]) => {
    const row = metrics.get(name) ?? metrics.get(name.replace(/_(bucket|sum|count)$/, ''));
    if (!row) throw new Error(`${name} is no metric`);
    if (row.name !== name) expect(row.kind, name).to.equal('histogram');
    return row;
  });
}

describe('the alerts and the board', () => {
  it('are found', () => expect(expressions.length).to.be.greaterThan(20));

  for (const { where, expr } of expressions)
    it(`${where}: ${expr} has metrics and labels that there are`, () => {
      const labels = new Set(['le', ...rowsIn(expr).flatMap((row) => row.labels)]);
      const by = [...expr.matchAll(/by \(([^)]*)\)/g)].flatMap(([, names = '']) => names.split(/, */));
      const matched = [...expr.matchAll(/[{,] *([a-z_]+) *(?:=~|!~|!=|=)/g)].map(([, name = '']) => name);
      for (const name of [...by, ...matched]) expect([...labels]).to.include(name);
    });

  // Each replica counts the whole cluster.
  for (const { where, expr } of expressions.filter(({ expr }) =>
    /longshore_(tasks|container_instances)\b/.test(expr),
  ))
    it(`${where}: counts a cluster once, however many replicas tell of it`, () => {
      expect(expr).to.match(/max by \([^)]*\) \(longshore_(tasks|container_instances)/);
    });

  // `or` adds what has other labels: beside a sum with labels the 0 would always be there, and the alert always on.
  it('put a 0 only in the place of a sum without labels', () => {
    for (const { where, expr } of expressions)
      if (expr.includes('or vector(0)')) expect(expr, where).to.match(/sum\([a-z_]+\) or vector\(0\)/);
  });

  it('name flags that there are', () => {
    const known = settings.map(({ name }) => `--${name}`);
    for (const [flag] of read('alerts.yml').matchAll(/--[a-z-]+/g)) expect(known).to.include(flag);
  });
});
