import type { SettingReader } from '@longshore/kit';

/** How to log in at one registry. */
export interface RegistryCredentials {
  readonly server: string;
  readonly username: string;
  readonly password: string;
}

/** ECS_ENGINE_AUTH_DATA in either of its two forms; problems go to the reader and never show a password. */
export function parseRegistryAuth(read: SettingReader): readonly RegistryCredentials[] {
  const type = read.oneOf('ECS_ENGINE_AUTH_TYPE', ['dockercfg', 'docker']);
  const text = read.text('ECS_ENGINE_AUTH_DATA');
  if (type === undefined) {
    if (text !== undefined) read.problems.push('ECS_ENGINE_AUTH_TYPE: must be dockercfg or docker');
    return [];
  }
  const entries = entriesOf(text);
  if (!entries) {
    read.problems.push(`ECS_ENGINE_AUTH_DATA: not JSON of the shape {"registry": {...}}`);
    return [];
  }
  return entries.flatMap(([server, value]) => {
    const found = type === 'docker' ? fromPlain(value) : fromDockercfg(value);
    if (found) return [{ server, ...found }];
    const members = type === 'docker' ? 'username and password' : 'auth';
    read.problems.push(`ECS_ENGINE_AUTH_DATA: ${server}: ${members} missing or malformed`);
    return [];
  });
}

/** The credentials for an image; Docker Hub's go by either of its names. */
export function credentialsFor(
  image: string,
  all: readonly RegistryCredentials[],
): RegistryCredentials | undefined {
  const registry = registryOf(image);
  return all.find((c) => {
    const server = c.server.replace(/^https?:\/\//, '').replace(/\/.*$/, '');
    return server === registry || (registry === 'docker.io' && server === 'index.docker.io');
  });
}

function registryOf(image: string): string {
  const [first = '', ...rest] = image.split('/');
  const isHost = rest.length > 0 && (first.includes('.') || first.includes(':') || first === 'localhost');
  return isHost ? first : 'docker.io';
}

function entriesOf(text: string | undefined): readonly [string, unknown][] | undefined {
  try {
    const parsed: unknown = JSON.parse(text ?? '');
    if (typeof parsed !== 'object' || parsed === null || Array.isArray(parsed)) return undefined;
    // Docker's newer config file has the same map one level down.
    const auths: unknown = 'auths' in parsed ? parsed.auths : parsed;
    return typeof auths === 'object' && auths !== null ? Object.entries(auths) : undefined;
  } catch {
    // Said by the caller: what is malformed and what has another shape are one problem to the reader.
    return undefined;
  }
}

type Login = Pick<RegistryCredentials, 'username' | 'password'>;

function fromPlain(value: unknown): Login | undefined {
  if (typeof value !== 'object' || value === null || !('username' in value) || !('password' in value))
    return undefined;
  const { username, password } = value;
  return typeof username === 'string' && typeof password === 'string' ? { username, password } : undefined;
}

function fromDockercfg(value: unknown): Login | undefined {
  if (typeof value !== 'object' || value === null || !('auth' in value) || typeof value.auth !== 'string')
    return undefined;
  const decoded = Buffer.from(value.auth, 'base64').toString('utf8');
  const colon = decoded.indexOf(':');
  if (colon < 1) return undefined;
  return { username: decoded.slice(0, colon), password: decoded.slice(colon + 1) };
}
