import { Writable } from 'node:stream';
import {
  backoffMs,
  CodedError,
  makeLogger,
  messageOf,
  parseDurationMs,
  SettingReader,
  seededRandom,
  systemRandom,
  toError,
  uuidOf,
} from '@longshore/kit';
import { expect } from 'chai';
import fc from 'fast-check';

describe('backoffMs', () => {
  it('doubles, stays within its bounds, and never overflows', () => {
    const bounds = { minMs: 100, maxMs: 30_000 };
    fc.assert(
      fc.property(fc.nat({ max: 10_000 }), fc.integer(), (attempt, seed) => {
        const wait = backoffMs(attempt, bounds, seededRandom(seed));
        const ceiling = Math.min(bounds.maxMs, bounds.minMs * 2 ** attempt);
        expect(wait).to.be.within(ceiling / 2, ceiling);
      }),
    );
  });
});

describe('parseDurationMs', () => {
  const cases: readonly (readonly [string, number | undefined])[] = [
    ['3h', 10_800_000],
    ['1m30s', 90_000],
    ['500ms', 500],
    ['1.5s', 1_500],
    ['2d', 172_800_000],
    ['0s', 0],
    ['', undefined],
    ['10', undefined],
    ['s', undefined],
    ['-1s', undefined],
    ['1 s', undefined],
    ['1h later', undefined],
  ];
  for (const [text, ms] of cases) it(`'${text}' is ${ms}`, () => expect(parseDurationMs(text)).to.equal(ms));
});

describe('SettingReader', () => {
  it('collects every problem and names the setting in each', () => {
    const read = new SettingReader({ A: 'x', B: '9', C: 'maybe', D: 'soon', E: '{', F: '1s' });
    read.oneOf('A', ['y', 'z']);
    read.integer('B', { max: 8 });
    read.flag('C');
    read.durationMs('D');
    read.json('E', (v): v is object => typeof v === 'object', '{...}');
    read.durationMs('F', { minMs: 2_000 });
    const result = read.done('config');
    expect(result.ok).to.equal(false);
    if (!result.ok)
      expect(result.problems.map((p) => p.split(':')[0])).to.deep.equal(['A', 'B', 'C', 'D', 'E', 'F']);
  });

  it('takes an empty variable for an absent one', () => {
    const read = new SettingReader({ A: '' });
    expect([read.text('A'), read.integer('A'), read.flag('A'), read.durationMs('A')]).to.deep.equal(
      Array(4).fill(undefined),
    );
    expect(read.done(1)).to.deep.equal({ ok: true, value: 1 });
  });

  it('reads what is there', () => {
    const read = new SettingReader({ A: 'y', B: '8', C: 'TRUE', D: '1m', E: '[1]', F: 'no' });
    expect(read.oneOf('A', ['y', 'z'])).to.equal('y');
    expect(read.integer('B', { min: 8, max: 8 })).to.equal(8);
    expect(read.flag('C')).to.equal(true);
    expect(read.flag('F')).to.equal(false);
    expect(read.durationMs('D')).to.equal(60_000);
    expect(read.json('E', Array.isArray, '[...]')).to.deep.equal([1]);
    expect(read.problems).to.deep.equal([]);
  });

  for (const text of ['1.5', 'NaN', 'Infinity', '1e400', 'one', ' '])
    it(`takes '${text}' for no whole number`, () => {
      const read = new SettingReader({ A: text });
      expect(read.integer('A')).to.equal(undefined);
      expect(read.problems).to.have.length(1);
    });
});

describe('errors', () => {
  it('keep their code as name, and their cause', () => {
    const cause = new Error('below');
    const error = new CodedError('ClientException', 'above', { cause });
    expect(error).to.include({ name: 'ClientException', code: 'ClientException', retryable: false });
    expect(error.cause).to.equal(cause);
  });

  it('are made of whatever was thrown', () => {
    expect(messageOf('text')).to.equal('text');
    expect(toError(7)).to.include({ message: '7', cause: 7 });
    const error = new Error('same');
    expect(toError(error)).to.equal(error);
  });
});

describe('randomness', () => {
  it('replays from its seed, and differs between seeds', () => {
    const take = (seed: number): readonly number[] => {
      const random = seededRandom(seed);
      return Array.from({ length: 5 }, () => random.next());
    };
    expect(take(1)).to.deep.equal(take(1));
    expect(take(1)).not.to.deep.equal(take(2));
  });

  for (const [name, random] of [
    ['systemRandom', systemRandom],
    ['seededRandom', seededRandom(7)],
  ] as const)
    it(`${name} makes ids of ECS's form`, () => {
      expect(random.hexId()).to.match(/^[0-9a-f]{32}$/);
      for (let i = 0; i < 50; i++) expect(random.digits(19)).to.match(/^[1-9]\d{18}$/);
      expect(random.bytes(5)).to.have.length(5);
      expect(new Set(Array.from({ length: 2000 }, () => random.hexId())).size).to.equal(2000);
      const [some, others] = [random.bytes(16), random.bytes(16)];
      expect(some).to.not.deep.equal(others);
      for (let i = 0; i < 100; i++) expect(random.next()).to.be.within(0, 1 - Number.EPSILON);
    });
});

describe('makeLogger', () => {
  it('writes JSON lines without secrets', () => {
    let written = '';
    const destination = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        written += chunk.toString();
        done();
      },
    });
    const logger = makeLogger('test', { destination });
    logger.info({ token: 'hush', door: { authorization: 'Bearer hush' }, cluster: 'c' }, 'call answered');
    expect(written).not.to.contain('hush');
    expect(JSON.parse(written)).to.include({ name: 'test', msg: 'call answered', cluster: 'c' });
  });
});

describe('uuidOf', () => {
  it('groups 32 hex digits as a UUID has them', () => {
    expect(uuidOf('0123456789abcdef0123456789abcdef')).to.equal('01234567-89ab-cdef-0123-456789abcdef');
  });
});
