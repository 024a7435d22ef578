import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { variables } from '@longshore/agent';
import { expect } from 'chai';
import { containerLife, diagramOf, taskLife } from '../../../packages/agent/src/engine/life.js';
import { type MetricRow, metricTable } from '../../../packages/agent/src/telemetry/metrics.js';

const path = fileURLToPath(new URL('../../../packages/agent/README.md', import.meta.url));

/** What stands between `<!-- name -->` and `<!-- end -->`. */
function section(text: string, name: string): string {
  return new RegExp(`<!-- ${name} -->\\n([\\s\\S]*?)<!-- end -->`).exec(text)?.[1] ?? '';
}

const drawn: Readonly<Record<string, string>> = {
  'life of a task': fenced(diagramOf(taskLife, 'PENDING', 'STOPPED')),
  'life of a container': fenced(diagramOf(containerLife, 'WAITING', 'STOPPED')),
  metrics: table(
    ['metric', 'kind', 'labels', 'what'],
    Object.values<MetricRow>(metricTable).map((m) => [`\`${m.name}\``, m.kind, m.labels.join(', '), m.help]),
  ),
  variables: table(
    ['variable', 'flag', 'default', 'what it does'],
    variables.map((v) => [
      `\`${v.name}\``,
      v.flag === undefined ? '' : `\`--${v.flag}\``,
      v.standard ?? '',
      v.honoured ?? `not applicable: ${v.notApplicable}`,
    ]),
  ),
};

function fenced(diagram: string): string {
  return `\`\`\`mermaid\n${diagram}\n\`\`\`\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;
  return [head, head.map(() => '---'), ...rows].map(line).join('');
}

describe("the agent's README", () => {
  // `UPDATE_README=1 npx mocha test/unit/agent/readme.test.ts` draws them anew.
  if (process.env.UPDATE_README)
    before(() => {
      let text = readFileSync(path, 'utf8');
      for (const [name, now] of Object.entries(drawn))
        text = text.replace(`<!-- ${name} -->\n${section(text, name)}`, `<!-- ${name} -->\n${now}`);
      writeFileSync(path, text);
    });

  for (const [name, now] of Object.entries(drawn))
    it(`shows the ${name} as the code has it`, () => {
      expect(section(readFileSync(path, 'utf8'), name)).to.equal(now);
    });
});
