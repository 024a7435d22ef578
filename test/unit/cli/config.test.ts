import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { expect } from 'chai';
import { completionScript } from '../../../packages/cli/src/commands/completion.js';
import { type ConfigFile, defaultEndpoint, resolveSettings } from '../../../packages/cli/src/config.js';
import { makeProgram } from '../../../packages/cli/src/program.js';
import { needsHere } from '../../support/needs.js';
import { play, withFiles } from './support.js';

const file: ConfigFile = {
  current: 'lab',
  contexts: {
    lab: { endpoint: 'lab:7400', cluster: 'c1', tokenFile: '/lab' },
    other: { endpoint: 'other:7400' },
  },
};

describe('settings', () => {
  const cases: readonly (readonly [string, object, Record<string, string>, ConfigFile, object])[] = [
    [
      'the default where nothing is said',
      {},
      {},
      { contexts: {} },
      { endpoint: defaultEndpoint, endpointFrom: 'default' },
    ],
    ['the context in use', {}, {}, file, { endpoint: 'lab:7400', cluster: 'c1', tokenFile: '/lab' }],
    [
      'a variable before the context',
      {},
      { LONGSHORE_ENDPOINT: 'v:1' },
      file,
      { endpoint: 'v:1', cluster: 'c1' },
    ],
    [
      'a flag before the variable',
      { endpoint: 'f:1' },
      { LONGSHORE_ENDPOINT: 'v:1' },
      file,
      { endpoint: 'f:1' },
    ],
    [
      'a context that is named before the variable',
      { context: 'other' },
      { LONGSHORE_ENDPOINT: 'v:1' },
      file,
      { endpoint: 'other:7400' },
    ],
    ['a context by its variable', {}, { LONGSHORE_CONTEXT: 'other' }, file, { endpoint: 'other:7400' }],
    ['an empty variable as none', {}, { LONGSHORE_ENDPOINT: '' }, file, { endpoint: 'lab:7400' }],
  ];
  for (const [name, flags, env, config, settings] of cases)
    it(`takes ${name}`, () => {
      expect(resolveSettings(flags, env, config)).to.include(settings);
    });

  it('names what is wrong', () => {
    expect(() => resolveSettings({ context: 'x' }, {}, file)).to.throw('context x: no such context');
    expect(() => resolveSettings({}, { LONGSHORE_OUTPUT: 'text' }, file)).to.throw('output text: is none of');
  });
});

describe('context', () => {
  it('is kept, used, listed and forgotten, in a file of mode 0600', () =>
    withFiles({}, async (dir) => {
      const env = { LONGSHORE_CONFIG: `${dir}/deep/config.yaml` };
      const set = await play(['context', 'set', 'lab', '--endpoint', 'lab:7400', '--cluster', 'c1'], { env });
      expect(set.code, set.err).to.equal(0);
      await play(['context', 'set', 'two', '--endpoint', 'two:7400'], { env });
      await play(['context', 'use', 'two'], { env });
      expect(statSync(env.LONGSHORE_CONFIG).mode & 0o777).to.equal(0o600);
      expect(JSON.parse((await play(['context', 'list'], { env })).out)).to.deep.equal({
        current: 'two',
        contexts: { lab: { endpoint: 'lab:7400', cluster: 'c1' }, two: { endpoint: 'two:7400' } },
      });
      await play(['context', 'delete', 'two'], { env });
      expect(readFileSync(env.LONGSHORE_CONFIG, 'utf8')).not.to.include('two');
      expect((await play(['context', 'use', 'lap'], { env })).err).to.include('did you mean lab?');
    }));

  it('that cannot be read is named with its file: 2', () =>
    withFiles({ 'config.yaml': 'contexts: [a' }, async (dir) => {
      const played = await play(['list-clusters'], { env: { LONGSHORE_CONFIG: `${dir}/config.yaml` } });
      expect(played.code).to.equal(2);
      expect(played.err).to.include(`${dir}/config.yaml`);
    }));
});

describe('completion', () => {
  const program = makeProgram({
    version: '0',
    cliOf: () => {
      throw new Error('nothing runs here');
    },
    write: () => undefined,
    writeError: () => undefined,
  });
  for (const shell of ['bash', 'zsh', 'fish'] as const)
    it(`for ${shell} knows commands below commands and their options`, () => {
      const script = completionScript(shell, program);
      for (const word of ['run-task', 'placement-strategy', 'tasks-running', 'access-key'])
        expect(script).to.include(word);
    });

  /** What bash offers where the cursor stands at the end of the line. */
  function offered(...words: readonly string[]): readonly string[] {
    const ask = `COMP_WORDS=("$@"); COMP_CWORD=$(($#-1)); _longshore; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const all = ['-c', `${completionScript('bash', program)}\n${ask}`, 'bash', 'longshore', ...words];
    return execFileSync('bash', all, { encoding: 'utf8' }).trim().split('\n');
  }

  for (const c of [
    { words: ['--output', ''], expected: ['json', 'table', 'yaml'] },
    { words: ['--output', 'j'], expected: ['json'] },
    { words: ['ps', '--output', 'y'], expected: ['yaml'] },
    // As readline takes `--output=j` apart.
    { words: ['ps', '--output', '=', 'j'], expected: ['json'] },
    { words: ['ps', '--output', '='], expected: ['json', 'table', 'yaml'] },
    { words: ['completion', 'z'], expected: ['zsh'] },
    // A value is no command, whatever it says.
    { words: ['--cluster', 'context', 'conte'], expected: ['context'] },
    // Anything may follow: the shell offers files.
    { words: ['--cluster', ''], expected: [''] },
  ])
    it(`offers ${c.expected.join(', ') || 'nothing'} after ${c.words.join(' ')}`, function () {
      needsHere(this, 'bash');
      expect(offered(...c.words)).to.have.members(c.expected);
    });
});
