import { statfs } from 'node:fs/promises';
import { request } from 'node:http';
import { messageOf } from '@longshore/kit';
import type { EnvVariables } from '../config.js';
import { bytes } from '../output/units.js';
import { bad, type Check, good } from './check.js';

const engineTimeoutMs = 5000;
const fullestShare = 0.9;

interface EngineInfo {
  readonly ServerVersion?: string;
  readonly CgroupDriver?: string;
  readonly CgroupVersion?: string;
  readonly DockerRootDir?: string;
  readonly NCPU?: number;
  readonly MemTotal?: number;
}

/** What the Docker Engine of this machine says of itself: it answers, its cgroups, the disk below it. */
export async function engineChecks(env: EnvVariables): Promise<readonly Check[]> {
  const host = env['DOCKER_HOST'] || 'unix:///var/run/docker.sock';
  let info: EngineInfo;
  try {
    info = (await ask(host, '/info')) as EngineInfo;
  } catch (thrown) {
    return [bad('engine', `${host}: ${messageOf(thrown)}`, remedyFor(thrown))];
  }
  const { ServerVersion = '?', CgroupDriver = '?', CgroupVersion = '1', DockerRootDir } = info;
  return [
    good(
      'engine',
      `Docker ${ServerVersion} at ${host}, ${info.NCPU ?? '?'} cores, ${bytes(info.MemTotal ?? 0)}`,
    ),
    CgroupDriver === 'none'
      ? bad(
          'cgroup driver',
          'none: limits of tasks have no effect',
          'run the engine as root, or delegate cgroups to it',
        )
      : good('cgroup driver', `${CgroupDriver}, cgroup v${CgroupVersion}`),
    ...(DockerRootDir === undefined ? [] : [await diskCheck(DockerRootDir)]),
  ];
}

async function diskCheck(directory: string): Promise<Check> {
  try {
    const { bavail, blocks, bsize } = await statfs(directory);
    const share = 1 - bavail / blocks;
    const finding = `${bytes(bavail * bsize)} free below ${directory}, ${Math.round(share * 100)} % full`;
    return share < fullestShare
      ? good('disk', finding)
      : bad('disk', finding, 'docker system prune, or a larger disk');
  } catch (thrown) {
    return bad('disk', `${directory}: ${messageOf(thrown)}`, 'run doctor on the machine of the engine');
  }
}

function ask(host: string, path: string): Promise<unknown> {
  const socketPath = /^unix:\/\/(.+)$/.exec(host)?.[1];
  const [, hostname, port] = /^(?:tcp|http):\/\/([^:]+):(\d+)/.exec(host) ?? [];
  const where = socketPath ? { socketPath } : { hostname, port };
  return new Promise((resolve, reject) => {
    const call = request({ ...where, path, timeout: engineTimeoutMs }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (chunk: string) => {
        text += chunk;
      });
      answer.on('error', reject);
      answer.on('end', () => {
        try {
          resolve(JSON.parse(text));
        } catch (thrown) {
          reject(thrown as Error);
        }
      });
    });
    call.on('timeout', () => call.destroy(new Error(`no answer for ${engineTimeoutMs / 1000} s`)));
    call.on('error', reject);
    call.end();
  });
}

function remedyFor(thrown: unknown): string {
  const code = (thrown as { readonly code?: string }).code;
  if (code === 'EACCES') return 'sudo usermod -aG docker $(id -un), then log in again';
  if (code === 'ENOENT')
    return 'install Docker (Debian, Ubuntu: sudo apt-get install docker.io), or set DOCKER_HOST';
  return 'sudo systemctl start docker';
}
