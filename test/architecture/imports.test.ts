import { builtinModules } from 'node:module';
import { expect } from 'chai';
import { importsOf, packages, type Source, sources } from './sources.js';

/** What each package may import of the others. kit < model < {...} < {...}: one way, so that a change below is seen above and never back. */
const middle = ['kit', 'model'];
const upper = [...middle, 'scheduler', 'store', 'rpc', 'runtime'];
const allowed: Readonly<Record<string, readonly string[]>> = {
  kit: [],
  model: ['kit'],
  scheduler: ['model'],
  store: middle,
  rpc: middle,
  runtime: middle,
  'aws-api': upper.filter((p) => p !== 'runtime'),
  agent: ['kit', 'model', 'rpc', 'runtime'],
  'control-plane': ['kit', 'model', 'scheduler', 'store', 'rpc', 'aws-api'],
  cli: upper,
};

const doors: readonly { readonly vendor: RegExp; readonly door: RegExp; readonly why: string }[] = [
  {
    vendor: /^etcd3($|\/)/,
    door: /^packages\/store\/src\/etcd\//,
    why: "etcd3's watcher, leases and retries lose data; only the store's door knows how to use the rest of it",
  },
  {
    vendor: /^(dockerode|docker-modem)($|\/)/,
    door: /^packages\/runtime\/src\/docker\//,
    why: "Docker's words stay inside the driver, so that the fake runtime can stand in for it",
  },
  {
    vendor: /^@grpc\//,
    door: /^packages\/rpc\/src\//,
    why: 'statuses, deadlines and message sizes are set right in one place',
  },
];

const places = (of: (source: Source) => readonly string[]): readonly string[] => sources.flatMap(of);

describe('imports', () => {
  it('are found at all', () => {
    expect(sources.length).to.be.greaterThan(50);
    const text =
      "import type { A } from 'a';\nexport * from './b.js';\nimport {\n  c,\n} from \"c\";\nawait import('d');";
    expect(importsOf(text).map((i) => [i.from, i.typeOnly])).to.deep.equal([
      ['a', true],
      ['./b.js', false],
      ['c', false],
      ['d', false],
    ]);
  });

  it('have a rule for every package', () => {
    expect([...packages].sort()).to.deep.equal(Object.keys(allowed).sort());
  });

  it('run one way between packages: a decision below must not know who acts on it above', () => {
    const wrong = places((source) =>
      source.imports.flatMap(({ from }) => {
        const name = /^@longshore\/([^/]+)/.exec(from)?.[1];
        if (name === undefined || name === source.package || allowed[source.package]?.includes(name))
          return [];
        return [`${source.path} imports @longshore/${name}`];
      }),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('go through a package’s front, never into its src: what is not exported may change', () => {
    const wrong = places((source) =>
      source.imports
        .filter(({ from }) => /^@longshore\/[^/]+\/.+/.test(from) || /packages\//.test(from))
        .map(({ from }) => `${source.path} imports ${from}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  for (const { vendor, door, why } of doors)
    it(`of ${vendor.source} pass one door: ${why}`, () => {
      const wrong = places((source) =>
        door.test(source.path)
          ? []
          : source.imports
              .filter(({ from }) => vendor.test(from))
              .map(({ from }) => `${source.path} imports ${from}`),
      );
      expect(wrong).to.deep.equal([]);
    });

  it('name Node’s own modules as node:, so that no package can stand in for them', () => {
    const builtin = new Set(builtinModules);
    const wrong = places((source) =>
      source.imports
        .filter(({ from }) => builtin.has(from))
        .map(({ from }) => `${source.path} imports ${from}`),
    );
    expect(wrong).to.deep.equal([]);
  });

  it('of the scheduler are its own files and the model: what is pure can be replayed by a seed', () => {
    const wrong = places((source) =>
      source.package === 'scheduler'
        ? source.imports
            .filter(({ from }) => !from.startsWith('.') && from !== '@longshore/model')
            .map(({ from }) => `${source.path} imports ${from}`)
        : [],
    );
    expect(wrong).to.deep.equal([]);
  });
});
