import { systemRandom } from '@longshore/kit';
import { expect } from 'chai';
import { eventually } from '../../support/eventually.js';
import { needs } from '../../support/needs.js';
import { TestRegistry } from '../../support/registry.js';
import { AgentRig } from './rig.js';

const login = 'puller:hush:hush';
const [username, password] = ['puller', 'hush:hush'];

describe('images that tasks pull', function () {
  this.timeout(120_000);
  needs('docker');
  const registry = new TestRegistry();
  const images: string[] = [];
  let rig: AgentRig;

  before(async () => {
    await registry.start();
    rig = await new AgentRig([], { ECS_IMAGE_PULL_BEHAVIOR: 'default' }).start();
  });
  beforeEach(() => {
    registry.refusal = undefined;
    registry.login = undefined;
  });
  after(async () => {
    registry.release();
    await rig.close();
    for (const image of images) await rig.engine.ask('DELETE', `/images/${image}?force=true`);
    await registry.stop();
  });

  async function push(name: string): Promise<{ readonly image: string; readonly digest: string }> {
    const digest = await registry.push(name, 'live', name);
    const image = `${registry.host}/${name}:live`;
    images.push(image, `${registry.host}/${name}@${digest}`);
    return { image, digest };
  }

  const run = (image: string): string => {
    return rig.plane.run(rig.definition([{ name: 'web', image }]), { task: systemRandom.hexId() });
  };

  async function refusalOf(image: string): Promise<string> {
    const report = await rig.reaches(run(image), 'STOPPED');
    expect(report.stopCode).to.equal('TaskFailedToStart');
    expect(report.containers[0]?.runtimeId).to.equal('');
    expect(report.stoppedReason).to.equal(report.containers[0]?.reason);
    return report.stoppedReason;
  }

  const error = 'CannotPullContainerError: Error response from daemon: ';
  for (const c of [
    { name: 'a tag that is not there', image: () => `${registry.host}/app:none`, says: /manifest .*unknown/ },
    {
      name: 'a digest that is not there',
      image: () => `${registry.host}/app@sha256:${'a'.repeat(64)}`,
      says: /manifest .*unknown/,
    },
    { name: 'a registry that is not there', image: () => '127.0.0.1:1/app:live', says: /connection refused/ },
    {
      name: 'a name that is none',
      image: () => '127.0.0.1:1/App:live',
      says: /invalid reference format|must be lowercase/,
    },
    {
      name: 'a registry that answers 500',
      refusal: 500,
      image: () => `${registry.host}/app:live`,
      says: /500|unexpected/,
    },
    {
      name: 'a registry that wants a login',
      login,
      image: () => `${registry.host}/app:live`,
      says: /no basic auth|unauthorized/,
    },
  ])
    it(`${c.name} is a CannotPullContainerError in the words of the engine`, async () => {
      await push('app');
      registry.refusal = c.refusal;
      registry.login = c.login;
      const said = await refusalOf(c.image());
      expect(said.slice(0, error.length)).to.equal(error);
      expect(said).to.match(c.says);
    });

  it('an image without the platform of the host is a CannotPullContainerError that names it', async () => {
    await push('elsewhere');
    registry.onlyFor('s390x', 'elsewhere', 'live');
    const said = await refusalOf(`${registry.host}/elsewhere:live`);
    expect(said).to.match(/^CannotPullContainerError: .*no matching manifest for linux\/\w+/);
  });

  it('a digest is pulled and reported as it was named, whatever the tag says by then', async () => {
    const { digest } = await push('pinned');
    await registry.push('pinned', 'live', 'newer');
    const report = await rig.reaches(run(`${registry.host}/pinned:live@${digest}`), 'RUNNING');
    expect(`sha256:${report.containers[0]?.imageDigest}`).to.equal(digest);
    const { Config } = await rig.engine.inspect(report.containers[0]?.runtimeId ?? '');
    expect(JSON.stringify(Config)).to.contain('VERSION=pinned');
  });

  it('one pull serves all that wait for it, though one of them is stopped meanwhile', async () => {
    const { image } = await push('shared');
    registry.asked.length = 0;
    registry.hold();
    const [stopped, ...others] = [run(image), run(image), run(image)];
    await eventually(() => registry.asked.length > 0, {
      withinMs: 20_000,
      state: () => rig.log.slice(-2000),
    });
    rig.plane.stop(stopped);
    // Ended while the pull goes on: it waits for nothing.
    const { stopCode, pullStartedAtMs } = await rig.reaches(stopped, 'STOPPED');
    expect({ stopCode, began: pullStartedAtMs > 0 }).to.deep.equal({ stopCode: 'UNSET', began: true });
    registry.release();
    for (const id of others) await rig.reaches(id, 'RUNNING');
    expect(registry.asked).to.have.length(1);
  });

  it('a cached image will do where the registry does not answer any more', async () => {
    const { image } = await push('cached');
    await rig.reaches(run(image), 'RUNNING');
    registry.refusal = 503;
    await rig.reaches(run(image), 'RUNNING');
    expect(rig.log).to.contain('pull failed, using the cached image');
  });

  it('an agent that dies during a pull takes it up again', async () => {
    const { image } = await push('cut');
    registry.asked.length = 0;
    registry.hold();
    const id = run(image);
    await eventually(() => registry.asked.length > 0, { withinMs: 20_000 });
    await rig.kill();
    registry.release();
    await rig.startAgent();
    await rig.reaches(id, 'RUNNING');
  });

  for (const [type, entry] of [
    ['docker', { username, password, email: '' }],
    ['dockercfg', { auth: Buffer.from(login).toString('base64'), email: '' }],
  ] as const)
    it(`ECS_ENGINE_AUTH_DATA in the form of ${type} opens a private registry, and is in no log`, async () => {
      const { image } = await push(`private-${type}`);
      registry.login = login;
      await rig.kill('SIGTERM');
      const data = { [`https://${registry.host}/v1/`]: entry };
      rig.variables = {
        ECS_IMAGE_PULL_BEHAVIOR: 'default',
        ECS_ENGINE_AUTH_TYPE: type,
        ECS_ENGINE_AUTH_DATA: JSON.stringify(data),
      };
      await rig.startAgent();
      const id = run(image);
      await rig.reaches(id, 'RUNNING');
      expect(rig.log).not.to.contain(password).and.not.to.contain(Buffer.from(login).toString('base64'));
    });

  it('credentials that are wrong are a CannotPullContainerError', async () => {
    const { image } = await push('wrong');
    registry.login = 'somebody:else';
    expect(await refusalOf(image)).to.match(/^CannotPullContainerError: .*(no basic auth|unauthorized)/);
  });
});
