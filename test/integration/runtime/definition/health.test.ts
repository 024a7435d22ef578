import { expect } from 'chai';
import { eventually } from '../../../support/eventually.js';
import { definitionWorld } from './world.js';

const second = 1_000_000_000;

describe('a container is healthy as its definition says', () => {
  const world = definitionWorld();

  it("healthCheck replaces the image's own, with ECS's defaults", async () => {
    const own = await world.create({ healthCheck: { command: ['CMD-SHELL', 'true'] } });
    expect((await world.inspect(own)).Config.Healthcheck).to.deep.equal({
      Test: ['CMD-SHELL', 'true'],
      Interval: 30 * second,
      Timeout: 5 * second,
      Retries: 3,
    });
    const all = await world.create({
      healthCheck: { command: ['CMD', 'true'], interval: 7, timeout: 2, retries: 1, startPeriod: 9 },
    });
    expect((await world.inspect(all)).Config.Healthcheck).to.deep.equal({
      Test: ['CMD', 'true'],
      Interval: 7 * second,
      Timeout: 2 * second,
      Retries: 1,
      StartPeriod: 9 * second,
    });
    const none = await world.create({});
    expect((await world.inspect(none)).Config.Healthcheck).to.deep.equal({ Test: ['NONE'] });
  });

  it('a check that fails makes it unhealthy, with the output, and one that passes healthy', async () => {
    const check = (command: string) => ({
      command: ['CMD-SHELL', command],
      interval: 1,
      timeout: 2,
      retries: 1,
    });
    const well = await world.run({ healthCheck: check('true') });
    const ill = await world.run({ healthCheck: check('echo broken; false') });
    expect((await world.driver.inspectContainer(ill))?.health).to.equal('starting');
    await eventually(async () => {
      expect((await world.driver.inspectContainer(well))?.health).to.equal('healthy');
      expect(await world.driver.inspectContainer(ill)).to.include({
        health: 'unhealthy',
        healthOutput: 'broken\n',
      });
    });
  });
});
