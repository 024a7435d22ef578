import { execFileSync, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect } from 'chai';
import { needs, needsHere } from '../../support/needs.js';
import { AgentProcess, AgentRig } from './rig.js';

describe('tasks in host mode', function () {
  this.timeout(60_000);
  needs('docker');

  it('read their metadata, at 169.254.170.2 or at the loopback port of their own agent', async () => {
    const rig = await new AgentRig(['--metadata-port', '45279']).start();
    try {
      const command = ['sh', '-c', 'wget -qO- $ECS_CONTAINER_METADATA_URI_V4/task; sleep 3600'];
      const id = rig.plane.run(rig.definition([{ name: 'web', command }], { networkMode: 'host' }));
      const report = await rig.reaches(id, 'RUNNING');
      const container = report.containers[0]?.runtimeId ?? '';
      const { output } = await rig.engine.exec(container, 'wget -qO- $ECS_CONTAINER_METADATA_URI_V4/task');
      expect(output).to.contain(`task/default/${id}`);
      const base = (await rig.engine.exec(container, 'echo $ECS_CONTAINER_METADATA_URI_V4')).output;
      // Which of the two depends on what other agents this machine has.
      expect(base).to.match(/^http:\/\/(169\.254\.170\.2|127\.0\.0\.1:45279)\/v4\//);
      await rig.kill('SIGTERM');
      const rules = execFileSync('iptables', ['-w', '-t', 'nat', '-S'], { encoding: 'utf8' });
      expect(rules).not.to.contain(rig.plane.instance.slice(0, 12));
    } finally {
      await rig.close();
    }
  });

  it('on a machine of two agents the rule is the first one, and goes with it', function () {
    needsHere(this, 'root', 'iptables');
    const script = fileURLToPath(new URL('output-rule-script.ts', import.meta.url));
    const node = [process.execPath, '--import=tsx', '--conditions=source', script];
    // A network namespace of its own: this machine may have agents.
    const ran = spawnSync('unshare', ['--net', ...node], { encoding: 'utf8', timeout: 30_000 });
    expect(ran.stderr).to.equal('');
    expect(JSON.parse(ran.stdout)).to.deep.equal({
      first: true,
      firstAgain: true,
      second: false,
      asked: 'first agent',
      chains: ['LONGSHORE-OUT-0123456789ab'],
      left: '-P OUTPUT ACCEPT',
      secondAfterwards: true,
    });
  });
});

describe('an agent whose network for awsvpc clashes with a route of the host', function () {
  this.timeout(60_000);
  needs('docker');

  it('says so with the way out, and ends', async () => {
    const agent = new AgentProcess();
    // Docker's own bridge has a route on every host that runs it.
    const subnet = execFileSync(
      'docker',
      ['network', 'inspect', 'bridge', '--format', '{{(index .IPAM.Config 0).Subnet}}'],
      { encoding: 'utf8' },
    );
    agent.spawn(['--endpoints', '127.0.0.1:1', '--awsvpc-cidr', subnet.trim()], {});
    expect(await agent.ended()).to.equal(1);
    expect(agent.log).to.contain(`LONGSHORE_AWSVPC_CIDR: ${subnet.trim()} clashes with the route of docker0`);
    expect(agent.log).to.contain('ECS_ENABLE_TASK_ENI=false');
    await agent.close();
  });
});
