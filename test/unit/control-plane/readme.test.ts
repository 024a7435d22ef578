import { readFileSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { Metrics } from '../../../packages/control-plane/src/metrics/metrics.js';
import { metricTable } from '../../../packages/control-plane/src/metrics/table.js';
import { withGeneratedParts } from './support/readme.js';

const file = new URL('../../../packages/control-plane/README.md', import.meta.url);

describe("the control plane's README", () => {
  it('shows the settings, metrics and operations that the code has (mend it with LONGSHORE_WRITE_README=1)', () => {
    const text = readFileSync(file, 'utf8');
    const generated = withGeneratedParts(text);
    if (process.env.LONGSHORE_WRITE_README) writeFileSync(file, generated);
    else expect(text).to.equal(generated);
  });

  it('lists every metric of the registry, and no other', async () => {
    const { registry } = new Metrics();
    const names = (await registry.getMetricsAsJSON()).map((m) => m.name);
    expect(names).to.have.members(Object.values(metricTable).map((m) => m.name));
  });
});
