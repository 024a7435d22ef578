import { makeLogger, systemClock, systemRandom } from '@longshore/kit';
import { openChannel } from '@longshore/rpc';
import { DockerRuntime } from '@longshore/runtime';
import { Agent } from './agent.js';
import { parseCommandLine } from './config/command.js';
import { readConfig } from './config/read.js';
import { engineHostOf } from './host/engine-host.js';
import { readHost } from './host/host.js';
import { runUntilSignal, say } from './process.js';
import { controlPlaneOf } from './session/control-plane.js';
import { Metrics } from './telemetry/metrics.js';
import { readToken } from './token.js';
import { agentVersion } from './version.js';

/** `longshore-agent`: parse, create, start, wait for a signal or the end, stop. Containers stay. */
export async function main(argv: readonly string[]): Promise<void> {
  const wish = parseCommandLine(argv, agentVersion);
  if (wish.kind === 'said') return say(wish.text, wish.exitCode);
  const parsed = readConfig(wish.flags);
  if (!parsed.ok) return say(`longshore-agent: ${parsed.problems.join('\nlongshore-agent: ')}\n`, 2);
  const config = parsed.value;
  const { tokenFile, endpoints } = config;
  const logger = makeLogger('longshore-agent', { level: config.logLevel });
  const token = tokenFile === undefined ? undefined : () => readToken(tokenFile);
  const tls = config.caCert === undefined ? undefined : { caFile: config.caCert };
  const channel = openChannel({ endpoints, token, tls, balance: 'one' });
  const metrics = new Metrics();
  const onCall = metrics.dockerCall.bind(metrics);
  const driver = new DockerRuntime({ onCall, host: engineHostOf(config) });
  const controlPlane = controlPlaneOf(channel);
  const parts = { config, driver, controlPlane, logger, metrics, host: readHost() };
  const agent = new Agent({ ...parts, clock: systemClock, random: systemRandom });
  await runUntilSignal(agent, logger, () => channel.close());
}
