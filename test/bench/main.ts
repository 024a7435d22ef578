// npm run bench -- <name> [--json] [--short] [--option value ...]
// One file a bench: it exports `description` and `run(options)`, which asserts, prints and gives its figures.
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** `--instances 50 --short` comes as `{ instances: 50, short: true }`. */
export type BenchOptions = Readonly<Record<string, string | number | boolean>>;

/** Units are in the keys; with `--json` they are the last line. */
export type Figures = Readonly<Record<string, unknown>>;

export interface Bench {
  readonly description: string;
  /** Throws when what it timed was wrong. */
  run(options: BenchOptions): Figures | Promise<Figures>;
}

const folder = fileURLToPath(new URL('.', import.meta.url));

export function parseOptions(args: readonly string[]): BenchOptions {
  const options: Record<string, string | number | boolean> = {};
  for (let i = 0; i < args.length; i++) {
    const arg = args[i] ?? '';
    if (!arg.startsWith('--')) throw new Error(`${arg} is no option: options begin with --`);
    const [name = '', inline] = arg.slice(2).split(/=(.*)/s);
    const key = name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
    const next = args[i + 1];
    const value = inline ?? (next === undefined || next.startsWith('--') ? undefined : next);
    if (inline === undefined && value !== undefined) i++;
    options[key] = value === undefined ? true : /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  }
  return options;
}

function names(): readonly string[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && file !== 'main.ts') // helpers lie in support/
    .map((file) => file.slice(0, -3))
    .sort();
}

async function load(name: string): Promise<Bench> {
  const bench: Partial<Bench> = await import(new URL(`${name}.ts`, import.meta.url).href);
  if (!bench.run || bench.description === undefined) throw new Error(`${name} is no bench`);
  return { description: bench.description, run: bench.run };
}

async function usage(): Promise<void> {
  console.log('usage: npm run bench -- <name> [--json] [--short] [--option value ...]');
  for (const name of names()) console.log(`  ${name.padEnd(10)} ${(await load(name)).description}`);
}

async function main([name, ...args]: readonly string[]): Promise<void> {
  if (name === undefined || !names().includes(name)) {
    await usage();
    process.exitCode = name === undefined || name === '--help' ? 0 : 2;
    return;
  }
  const { json, ...options } = parseOptions(args);
  const figures = await (await load(name)).run(options);
  if (json === true) console.log(JSON.stringify({ bench: name, ...figures }));
}

await main(process.argv.slice(2));
