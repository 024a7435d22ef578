import type Docker from 'dockerode';

/** Where the engine listens. `url` is in the words of DOCKER_HOST: unix:///run/docker.sock, tcp://host:2376. */
export interface EngineHost {
  readonly url: string;
  /** PEM contents; asked for by tcp hosts that speak TLS. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
}

export const defaultEngineHost: EngineHost = { url: 'unix:///var/run/docker.sock' };

/** docker-modem reads DOCKER_HOST and its companions by itself, but for the members that it is given. */
const nothingElse: Docker.DockerOptions = {
  socketPath: undefined,
  host: undefined,
  port: undefined,
  ca: undefined,
  cert: undefined,
  key: undefined,
  timeout: undefined,
};

/** Throws a sentence where the address is none that can be spoken to. */
export function connectionOf(host: EngineHost): Docker.DockerOptions {
  const url = new URL(host.url);
  switch (url.protocol) {
    case 'unix:':
      return { ...nothingElse, socketPath: url.pathname, protocol: 'http' };
    case 'tcp:':
    case 'http:':
    case 'https:':
      return overTcp(url, host);
    default:
      throw new Error(`${host.url}: the engine is spoken to over unix:// or tcp://, not ${url.protocol}//`);
  }
}

function overTcp(url: URL, { tls }: EngineHost): Docker.DockerOptions {
  const secure = tls !== undefined || url.protocol === 'https:';
  return {
    ...nothingElse,
    host: url.hostname,
    port: url.port === '' ? (secure ? 2376 : 2375) : Number(url.port),
    protocol: secure ? 'https' : 'http',
    ...(tls && { ca: tls.ca, cert: tls.cert, key: tls.key }),
  };
}

/** The path of the socket; undefined for tcp. */
export function socketOf(host: EngineHost): string | undefined {
  const url = new URL(host.url);
  return url.protocol === 'unix:' ? url.pathname : undefined;
}
