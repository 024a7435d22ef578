import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { EngineHost } from '@longshore/runtime';
import type { Config } from '../config/config.js';

/** Where the engine listens, with the certificates of DOCKER_CERT_PATH; undefined: at its usual socket. */
export function engineHostOf({ dockerHost, dockerCertPath }: Config): EngineHost | undefined {
  if (dockerHost === undefined) return undefined;
  if (dockerCertPath === undefined || dockerHost.startsWith('unix:')) return { url: dockerHost };
  const read = (name: string): string => readFileSync(join(dockerCertPath, name), 'utf8');
  return { url: dockerHost, tls: { ca: read('ca.pem'), cert: read('cert.pem'), key: read('key.pem') } };
}
