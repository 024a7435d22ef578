/** Where a control plane listens, and whether by TLS. */
export interface Endpoints {
  /** `host:port`, IPv6 hosts in brackets. */
  readonly addresses: readonly string[];
  /** Whether the endpoints say TLS themselves (`https://`); undefined where they do not say. */
  readonly secure: boolean | undefined;
}

export const defaultPort = 7400;

const schemes: Readonly<Record<string, boolean>> = { http: false, https: true, grpc: false, grpcs: true };

/**
 * Reads `host`, `host:port`, `[::1]:port`, `http://host:port` and `https://host:port`; several may be in one text,
 * separated by commas. Throws an Error that names what is wrong.
 */
export function parseEndpoints(texts: readonly string[]): Endpoints {
  const parts = texts.flatMap((t) => t.split(',')).map((t) => t.trim());
  const parsed = parts.filter((t) => t !== '').map(parseEndpoint);
  if (parsed.length === 0) throw new Error('no endpoint: give at least one host:port');
  const secures = new Set(parsed.map((p) => p.secure).filter((s) => s !== undefined));
  if (secures.size > 1) throw new Error(`endpoints ${parts.join(',')}: all by TLS or none`);
  const [secure] = secures;
  return { addresses: [...new Set(parsed.map((p) => p.address))], secure };
}

function parseEndpoint(text: string): { readonly address: string; readonly secure: boolean | undefined } {
  const scheme = /^([a-z]+):\/\/(.*)$/.exec(text);
  const secure = scheme?.[1] === undefined ? undefined : schemes[scheme[1]];
  if (scheme && secure === undefined)
    throw new Error(`endpoint ${text}: ${scheme[1]} is none of http, https`);
  const rest = (scheme?.[2] ?? text).replace(/\/$/, '');
  const match = /^(\[[0-9a-fA-F:.]+\]|[\w.-]+)(?::(\d{1,5}))?$/.exec(rest);
  if (!match) throw new Error(`endpoint ${text}: must be host:port`);
  const port = match[2] === undefined ? defaultPort : Number(match[2]);
  if (port < 1 || port > 65_535) throw new Error(`endpoint ${text}: ${port} is no port`);
  return { address: `${match[1]}:${port}`, secure };
}
