import { expect } from 'chai';
import { codeOf, placesOf, type Source, sources } from './sources.js';

interface Rule {
  readonly name: string;
  readonly why: string;
  readonly pattern: RegExp;
  /** Where it may stand. */
  readonly except: (source: Source) => boolean;
}

const inKit =
  (...files: readonly string[]) =>
  (source: Source): boolean =>
    source.package === 'kit' && files.includes(source.inner);

const rules: readonly Rule[] = [
  {
    name: 'process.env is read in */config/env.ts alone',
    why: 'a setting that is read anywhere else is in no table and no error message names it',
    pattern: /\bprocess\s*\.\s*env\b|\bprocess\s*\[/,
    except: (s) => /^(config\/env|config)\.ts$/.test(s.inner),
  },
  {
    name: "the clock is kit's",
    why: 'a test that cannot set the time can only wait for it',
    pattern: /\bDate\.now\b|\bnew Date\(\s*\)|\bperformance\.now\b|\bprocess\.hrtime\b/,
    except: inKit('clock.ts'),
  },
  {
    name: "timers are kit's",
    why: 'a timer that no clock owns is one that no signal ends and no test advances',
    pattern: /\b(setTimeout|setInterval)\s*\(/,
    except: inKit('clock.ts'),
  },
  {
    name: "randomness is kit's",
    why: 'what a seed does not decide cannot be replayed',
    pattern: /\bMath\.random\b|\brandomUUID\b|\brandomBytes\b|\bgetRandomValues\b/,
    except: inKit('random.ts'),
  },
  {
    name: 'process.exit is not used',
    why: 'it ends what is being written; set process.exitCode and stop in order',
    pattern: /\bprocess\.exit\s*\(/,
    except: () => false,
  },
  {
    name: 'no module keeps mutable state',
    why: 'two replicas in one test process would share it',
    pattern: /^(export\s+)?(let|var)\s/,
    except: () => false,
  },
  {
    name: 'nothing is any',
    why: 'it switches off what the compiler knows for everything that it touches',
    pattern: /(:\s*|<|\bas\s+)any\b/,
    except: () => false,
  },
  {
    name: 'no catch is empty',
    why: 'an error that nobody sees is found by its consequences',
    pattern: /\bcatch\s*(\([^)]*\))?\s*\{\s*\}/,
    except: () => false,
  },
];

describe('sources', () => {
  for (const rule of rules)
    it(`${rule.name}: ${rule.why}`, () => {
      const wrong = sources.filter((s) => !rule.except(s)).flatMap((s) => placesOf(s, rule.pattern));
      expect(wrong).to.deep.equal([]);
    });

  it('decide in the scheduler without waiting: a decision is data, never a promise', () => {
    const waiting = /\basync\b|\bawait\b|\bPromise\b|\bsetImmediate\b|\bqueueMicrotask\b/;
    const wrong = sources.filter((s) => s.package === 'scheduler').flatMap((s) => placesOf(s, waiting));
    expect(wrong).to.deep.equal([]);
  });

  it('carry no unfinished work: what is missing stands in an issue', () => {
    const wrong = sources.flatMap((s) =>
      s.text
        .split('\n')
        .flatMap((line, i) => (/\b(TODO|FIXME|XXX|HACK)\b/.test(line) ? [`${s.path}:${i + 1}`] : [])),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('are read without their comments and strings', () => {
    const code = codeOf(
      "const a = 1; // process.env\n/* Date.now() */ const b = 'setTimeout(';\nconst c = 'http://x'; d();",
    );
    expect(code).not.to.match(/process|Date|setTimeout/);
    expect(code).to.contain('const b =').and.to.contain('d();');
  });
});
