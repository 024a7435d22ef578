// Every check of the repository, one after the other, and one line at the end that counts them.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leftovers, snapshot } from './leftovers.js';

interface Check {
  readonly group: string;
  readonly name: string;
  readonly command: readonly string[];
  /** Counts its own tests through the reporter; else the check itself is one test. */
  readonly mocha?: boolean;
}

const bin = (name: string): string => join('node_modules', '.bin', name);
const mocha = (group: string, name: string, ...args: string[]): Check => ({
  group,
  name,
  mocha: true,
  command: [bin('mocha'), ...args, '--reporter', 'test/support/reporter.ts'],
});
const bench = (name: string, ...args: string[]): Check => ({
  group: 'bench',
  name: `bench ${name}, short`,
  command: ['node', '--import=tsx', '--conditions=source', 'test/bench/main.ts', name, '--short', ...args],
});

const checks: readonly Check[] = [
  { group: 'lint', name: 'format and lint', command: [bin('biome'), 'check', '.'] },
  {
    group: 'lint',
    name: 'typed lint',
    command: [bin('oxlint'), '--type-aware', '--deny-warnings', 'packages', 'test'],
  },
  { group: 'lint', name: 'proto lint', command: [bin('buf'), 'lint', 'proto'] },
  {
    group: 'lint',
    name: 'proto only grows',
    command: [bin('buf'), 'breaking', 'proto', '--against', 'proto/baseline.binpb'],
  },
  { group: 'types', name: 'types', command: [bin('tsc'), '-b'] },
  mocha('unit', 'unit and architecture'),
  mocha('integration', 'integration', '--config', 'test/integration/.mocharc.json'),
  mocha('e2e', 'end to end', '--config', 'test/e2e/.mocharc.json'),
  bench('place'),
  bench('cache'),
  bench('service'),
  bench('crash-loop'),
  bench('store'),
  bench('scale'),
  bench('churn'),
  bench('recover'),
  bench('rpc'),
  bench('api'),
];

interface Outcome {
  passed: number;
  failed: number;
  skipped: { title: string; reason: string }[];
}

async function execute(check: Check, countsFile: string): Promise<Outcome> {
  const [command = '', ...args] = check.command;
  const child = spawn(command, args, {
    stdio: 'inherit',
    env: { ...process.env, LONGSHORE_TEST_COUNTS: countsFile },
  });
  const code = await new Promise<number>((resolve) => {
    child.on('exit', (c) => resolve(c ?? 1));
    child.on('error', () => resolve(127));
  });
  if (!check.mocha) return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: [] };
  const counts = readCounts(countsFile);
  // A runner that died before it counted, or that failed without a failed test, is a failure of its own.
  if (!counts) return { passed: 0, failed: 1, skipped: [] };
  return code !== 0 && counts.failed === 0 ? { ...counts, failed: 1 } : counts;
}

function readCounts(file: string): Outcome | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Outcome;
  } catch (error) {
    process.stderr.write(`no counts from the test runner: ${String(error)}\n`);
    return undefined;
  } finally {
    rmSync(file, { force: true });
  }
}

async function main(groups: readonly string[]): Promise<number> {
  const known = [...new Set(checks.map((c) => c.group))];
  const unknown = groups.filter((g) => !known.includes(g));
  if (unknown.length > 0) {
    process.stderr.write(`no such checks: ${unknown.join(', ')}; there are: ${known.join(', ')}\n`);
    return 2;
  }
  const folder = mkdtempSync(join(tmpdir(), 'longshore-test-'));
  const before = snapshot();
  const total: Outcome = { passed: 0, failed: 0, skipped: [] };
  const failedChecks: string[] = [];
  for (const check of checks) {
    if (groups.length > 0 && !groups.includes(check.group)) continue;
    const started = performance.now();
    process.stdout.write(`\n== ${check.name}\n`);
    const outcome = await execute(check, join(folder, 'counts.json'));
    total.passed += outcome.passed;
    total.failed += outcome.failed;
    total.skipped.push(...outcome.skipped);
    if (outcome.failed > 0) failedChecks.push(check.name);
    process.stdout.write(`== ${check.name}: ${((performance.now() - started) / 1000).toFixed(1)} s\n`);
  }
  rmSync(folder, { recursive: true });
  const left = leftovers(before);
  if (left.length > 0) {
    total.failed++;
    failedChecks.push('leaves nothing behind');
    process.stdout.write(`\nleft behind:\n${left.map((l) => `  ${l}\n`).join('')}`);
  } else total.passed++;
  if (total.skipped.length > 0)
    process.stdout.write(`\nskipped:\n${total.skipped.map((s) => `  ${s.title}: ${s.reason}\n`).join('')}`);
  if (failedChecks.length > 0) process.stdout.write(`\nfailed: ${failedChecks.join(', ')}\n`);
  process.stdout.write(`\n${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped\n`);
  return total.failed > 0 ? 1 : 0;
}

process.exitCode = await main(process.argv.slice(2));
