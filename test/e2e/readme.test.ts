import { execFile } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { needs, needsHere } from '../support/needs.js';
import { aDefinition } from './definitions.js';
import { DevCluster } from './dev-cluster.js';

const run = promisify(execFile);
const root = fileURLToPath(new URL('../../', import.meta.url));
const readme = readFileSync(join(root, 'README.md'), 'utf8');

/** The first fenced block of a language. */
function snippet(language: string): string {
  const found = new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(readme)?.[1];
  if (found === undefined) throw new Error(`the README shows no ${language}`);
  return found;
}

describe('what the README shows', function () {
  this.timeout(120_000);
  needs('docker', 'etcd');
  let cluster: DevCluster;
  // Inside the repository, so that `longshore/client` is found as in a project that depends on it.
  const folder = join(root, '.longshore', `readme-${process.pid}`);

  before(async () => {
    mkdirSync(folder, { recursive: true });
    cluster = await DevCluster.start({ instances: 1 });
    for (const family of ['hello', 'demo-web']) {
      const file = join(folder, `${family}.json`);
      writeFileSync(file, aDefinition(family));
      expect((await cluster.run('apply', file)).code).to.equal(0);
    }
  });
  after(async () => {
    rmSync(folder, { recursive: true, force: true });
    await cluster?.stop();
  });

  const variables = (): NodeJS.ProcessEnv => ({ PATH: process.env.PATH, ...cluster.env });

  it('runs in TypeScript, in 15 lines', async () => {
    const lines = snippet('ts')
      .split('\n')
      .filter((line) => line.trim() !== '');
    expect(lines.length).to.be.at.most(15);
    const file = join(folder, 'snippet.ts');
    writeFileSync(file, snippet('ts'));
    const { stdout } = await run(process.execPath, ['--import=tsx', file], { cwd: root, env: variables() });
    expect(stdout.trim().split('\n')).to.have.length(2);
    expect(stdout).to.match(/^arn:aws:ecs:.* (PROVISIONING|PENDING)$/m);
  });

  it('runs in Python', async function () {
    needsHere(this, 'pythonGrpc');
    const python = process.env.LONGSHORE_PYTHON ?? 'python3';
    const file = join(folder, 'snippet.py');
    writeFileSync(file, snippet('python'));
    const { stdout } = await run(python, [file], { cwd: root, env: variables() });
    expect(stdout.trim().split('\n')).to.have.length(2);
  });

  it('runs with grpcurl', async function () {
    needsHere(this, 'grpcurl');
    const command = /^ {4}grpcurl [\s\S]*?RunTask$/m.exec(readme)?.[0] ?? '';
    const { stdout } = await run('sh', ['-c', command], { cwd: root, env: variables() });
    expect((JSON.parse(stdout) as { readonly tasks: readonly unknown[] }).tasks).to.have.length(2);
  });

  it('runs with the AWS CLI', async function () {
    needsHere(this, 'aws');
    const lines = /^ {4}tasks=\$\(aws ecs [\s\S]*?(?=\n\n)/m.exec(readme)?.[0] ?? '';
    expect(lines.split('\n')).to.have.length(3);
    // One that does not know the variable is told the endpoint, as the README says.
    const told = 'aws() { command aws --endpoint-url "$AWS_ENDPOINT_URL_ECS" "$@"; }';
    const { stdout } = await run('sh', ['-ec', `${told}\n${lines}`], { cwd: root, env: variables() });
    expect(JSON.parse(stdout)).to.deep.equal(['RUNNING', 'RUNNING']);
  });

  it('runs with the JavaScript SDK', async () => {
    const file = join(folder, 'snippet.mjs');
    writeFileSync(file, snippet('js'));
    const { stdout } = await run(process.execPath, [file], { cwd: root, env: variables() });
    expect(stdout).to.equal('2 tasks run\n');
  });

  it('runs with boto3', async function () {
    needsHere(this, 'boto3');
    const { stdout } = await run('python3', ['-c', snippet('py')], { cwd: root, env: variables() });
    expect(stdout).to.equal('2 tasks run\n');
  });
});
