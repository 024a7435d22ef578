import { judgeSilence, type SilenceVerdict } from '@longshore/scheduler';
import { expect } from 'chai';
import fc from 'fast-check';
import { Ears, type SeenInstance } from '../../../packages/control-plane/src/controllers/ears.js';

const instanceTimeoutMs = 30_000;
const replaceAfterMs = 60_000;

type Seen = SeenInstance & { readonly lostSinceMs: number };

function seen(id: string, given: Partial<Seen> = {}): Seen {
  return { id, connected: false, lostSinceMs: 0, overdueSinceMs: 0, ...given };
}

/** A leader's ears, and what the scheduler makes of what they hear. */
class Silence {
  readonly #ears: Ears;

  constructor(sinceMs: number) {
    this.#ears = new Ears(instanceTimeoutMs, sinceMs);
  }

  deaf(nowMs: number): void {
    this.#ears.deaf(nowMs);
  }

  judge(instances: readonly Seen[], now: ReturnType<typeof at>, resumeReplacing: boolean): SilenceVerdict {
    const heard = instances.map((i) => ({ ...i, replaceAfterMs, silentMs: this.#ears.silentMs(i, now) }));
    return judgeSilence(heard, { instanceTimeoutMs, forgetAfterMs: 86_400_000, resumeReplacing }, now.wallMs);
  }
}

const at = (ms: number) => ({ monotonicMs: ms, wallMs: 1_000_000 + ms });
const many = (count: number, given: Partial<Seen> = {}, from = 0): readonly Seen[] =>
  Array.from({ length: count }, (_, i) => seen(`i${from + i}`, given));

describe('silence of instances', () => {
  it('counts from the word of the one who held the session', () => {
    const silence = new Silence(0);
    const overdue = [seen('a', { overdueSinceMs: 1_000_000 + 100_000 })];
    expect(silence.judge(overdue, at(159_000), false).lost).to.deep.equal([]);
    expect(silence.judge(overdue, at(159_000), false).wakeAfterMs).to.equal(1000);
    expect(silence.judge(overdue, at(160_000), false).lost).to.deep.equal(['a']);
  });

  it('counts from when the leader saw the session vanish, both grace times', () => {
    const silence = new Silence(0);
    silence.judge([seen('a')], at(100_000), false);
    expect(silence.judge([seen('a')], at(189_999), false).lost).to.deep.equal([]);
    expect(silence.judge([seen('a')], at(190_000), false).lost).to.deep.equal(['a']);
  });

  it('begins anew with a new leader', () => {
    const silence = new Silence(500_000);
    expect(silence.judge([seen('a')], at(500_000), false).lost).to.deep.equal([]);
    expect(silence.judge([seen('a')], at(589_999), false).lost).to.deep.equal([]);
  });

  it('loses nothing before the leader has listened for one timeout, however old the word', () => {
    const silence = new Silence(500_000);
    const overdue = [seen('a', { overdueSinceMs: 1 })];
    expect(silence.judge(overdue, at(529_999), false).lost).to.deep.equal([]);
    expect(silence.judge(overdue, at(530_000), false).lost).to.deep.equal(['a']);
  });

  it('counts nothing of the time in which the store was away', () => {
    const silence = new Silence(0);
    silence.judge([seen('a')], at(40_000), false);
    silence.deaf(640_000);
    silence.judge([seen('a')], at(640_000), false);
    expect(silence.judge([seen('a')], at(729_000), false).lost).to.deep.equal([]);
    expect(silence.judge([seen('a')], at(730_000), false).lost).to.deep.equal(['a']);
  });

  it('forgets a silence that ended', () => {
    const silence = new Silence(0);
    silence.judge([seen('a')], at(40_000), false);
    silence.judge([seen('a', { connected: true })], at(80_000), false);
    silence.judge([seen('a')], at(90_000), false);
    expect(silence.judge([seen('a')], at(179_000), false).lost).to.deep.equal([]);
  });

  it('tells who came back', () => {
    const silence = new Silence(0);
    const back = [seen('a', { connected: true, lostSinceMs: 5 })];
    expect(silence.judge(back, at(1), false).returned).to.deep.equal(['a']);
  });

  const crowds: readonly [string, number, number, number][] = [
    ['3 of 4', 3, 4, 3],
    ['4 of 12', 4, 12, 4],
    ['5 of 12', 5, 12, 0],
    ['60 of 100', 60, 100, 0],
    ['33 of 100', 33, 100, 33],
    ['1 of 1', 1, 1, 1],
  ];
  for (const [name, silent, of, lost] of crowds)
    it(`${lost === 0 ? 'pauses' : 'replaces'} when ${name} fall silent at once`, () => {
      const silence = new Silence(0);
      const instances = [...many(silent), ...many(of - silent, { connected: true }, silent)];
      silence.judge(instances, at(40_000), false);
      const verdict = silence.judge(instances, at(200_000), false);
      expect(verdict.lost).to.have.length(lost);
      expect(verdict.paused !== undefined).to.equal(lost === 0);
      expect(silence.judge(instances, at(200_001), true).lost).to.have.length(silent);
    });

  it('never loses an instance that was connected within the grace, whatever comes in between', () => {
    const steps = fc.array(fc.record({ ms: fc.integer({ min: 0, max: 60_000 }), connected: fc.boolean() }), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(steps, (all) => {
        const silence = new Silence(0);
        let now = 0;
        let heardMs = 0;
        for (const { ms, connected } of all) {
          now += ms;
          const { lost } = silence.judge([seen('a', { connected })], at(now), true);
          if (connected) heardMs = now;
          if (lost.length > 0) expect(now - heardMs).to.be.at.least(90_000);
        }
      }),
    );
  });
});
