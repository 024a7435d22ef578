import { readFileSync } from 'node:fs';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';

/** PEM files of a listener. */
export interface ServerTls {
  readonly certFile: string;
  readonly keyFile: string;
  /** Where set, only clients with a certificate of this authority get a connection. */
  readonly clientCaFile?: string;
}

/** PEM files of a caller. */
export interface ClientTls {
  /** The authority to trust; absent: those that Node trusts. */
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
  /** The name that the certificate must hold, where it is not the endpoint's. */
  readonly serverName?: string;
}

/** Throws what reading a file throws. */
export function serverCredentials(tls: ServerTls | undefined): ServerCredentials {
  if (!tls) return ServerCredentials.createInsecure();
  const pair = { cert_chain: readFileSync(tls.certFile), private_key: readFileSync(tls.keyFile) };
  const clientCa = tls.clientCaFile === undefined ? null : readFileSync(tls.clientCaFile);
  return ServerCredentials.createSsl(clientCa, [pair], clientCa !== null);
}

/** Throws what reading a file throws. */
export function channelCredentials(tls: ClientTls | undefined): ChannelCredentials {
  if (!tls) return ChannelCredentials.createInsecure();
  const file = (path: string | undefined): Buffer | null => (path === undefined ? null : readFileSync(path));
  return ChannelCredentials.createSsl(file(tls.caFile), file(tls.keyFile), file(tls.certFile));
}
