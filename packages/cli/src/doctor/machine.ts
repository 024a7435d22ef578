import { lookup } from 'node:dns/promises';
import { statSync } from 'node:fs';
import { createConnection } from 'node:net';
import { messageOf } from '@longshore/kit';
import { type EnvVariables, type Settings, variables } from '../config.js';
import { onPath } from '../dev/programs.js';
import { bad, type Check, good } from './check.js';

const connectTimeoutMs = 3000;

/** What this machine needs to reach the control plane: names, ports, the token's file. */
export async function machineChecks(settings: Settings, env: EnvVariables): Promise<readonly Check[]> {
  const endpoints = settings.endpoint.split(',').map((e) => e.trim().replace(/^[a-z]+:\/\//, ''));
  const perEndpoint = await Promise.all(endpoints.map(endpointChecks));
  return [...perEndpoint.flat(), ...tokenChecks(settings), etcdBinary(env)];
}

async function endpointChecks(endpoint: string): Promise<readonly Check[]> {
  const [, host = endpoint, port = '7400'] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(endpoint) ?? [];
  const name = host.replace(/^\[|\]$/g, '');
  try {
    const { address } = await lookup(name);
    const resolved = good('name resolution', address === name ? name : `${name} is ${address}`);
    return [resolved, await portCheck(name, Number(port))];
  } catch (thrown) {
    return [
      bad(
        'name resolution',
        `${name}: ${messageOf(thrown)}`,
        `add ${name} to DNS or /etc/hosts, or give its address`,
      ),
    ];
  }
}

function portCheck(host: string, port: number): Promise<Check> {
  const name = `port ${port}`;
  return new Promise((resolve) => {
    const socket = createConnection({ host, port, timeout: connectTimeoutMs });
    const end = (check: Check): void => {
      socket.destroy();
      resolve(check);
    };
    const remedy = `start the server there (longshore dev here), or open port ${port} in the firewall`;
    socket.once('connect', () => end(good(name, `${host} answers`)));
    socket.once('timeout', () =>
      end(bad(name, `${host}: no answer for ${connectTimeoutMs / 1000} s`, remedy)),
    );
    socket.once('error', (error) => end(bad(name, `${host}: ${error.message}`, remedy)));
  });
}

function tokenChecks({ tokenFile, endpoint }: Settings): readonly Check[] {
  if (tokenFile === undefined) {
    const near = /^(127\.|localhost|\[::1\])/.test(endpoint);
    const finding = 'none given';
    return [
      near
        ? good('token file', `${finding}: fine for a server on loopback without tokens`)
        : bad(
            'token file',
            finding,
            `--token-file FILE or ${variables.tokenFile}: copy the client token from the server`,
          ),
    ];
  }
  try {
    const mode = statSync(tokenFile).mode & 0o777;
    return [
      (mode & 0o077) === 0
        ? good('token file', `${tokenFile}, mode ${mode.toString(8).padStart(4, '0')}`)
        : bad('token file', `${tokenFile}: others can read it`, `chmod 600 ${tokenFile}`),
    ];
  } catch (thrown) {
    return [bad('token file', messageOf(thrown), 'copy the client token from the server into it')];
  }
}

/** Only `longshore dev` and the server's own machine need it, so that its absence is no fault. */
function etcdBinary(env: EnvVariables): Check {
  const found = env[variables.etcd] || onPath('etcd', env);
  return good(
    'etcd binary',
    found ?? 'not on PATH: needed for longshore dev only (apt-get install etcd-server)',
  );
}
