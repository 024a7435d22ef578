// A mocha reporter: the usual listing for people, and the counts for test/support/run.ts in the file that
// LONGSHORE_TEST_COUNTS names.
import { writeFileSync } from 'node:fs';
import { reporters } from 'mocha';

interface Counts {
  passed: number;
  failed: number;
  skipped: { title: string; reason: string }[];
}

export class CountingReporter extends reporters.Spec {
  constructor(runner: Mocha.Runner, options: Mocha.MochaOptions) {
    super(runner, options);
    const counts: Counts = { passed: 0, failed: 0, skipped: [] };
    runner.on('pass', () => {
      counts.passed++;
    });
    runner.on('fail', () => {
      counts.failed++;
    });
    runner.on('pending', (test) => {
      counts.skipped.push({ title: test.fullTitle(), reason: skipReasonOf(test) });
    });
    runner.on('end', () => {
      const file = process.env['LONGSHORE_TEST_COUNTS'];
      if (file) writeFileSync(file, JSON.stringify(counts));
    });
  }
}

/** The reason that `needs()` left on the test or on a suite around it. */
function skipReasonOf(test: Mocha.Test): string {
  for (let at: Mocha.Test | Mocha.Suite | undefined = test; at; at = at.parent) {
    const reason = (at as { skipReason?: unknown }).skipReason;
    if (typeof reason === 'string') return reason;
  }
  return 'no reason given';
}

export { CountingReporter as default };
