import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { createSecureContext } from 'node:tls';
import { ChannelCredentials, ServerCredentials } from '@grpc/grpc-js';
import { AddressCredentials } from './client/address-credentials.js';

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

/** `host`: what the server goes by where TLS names no other. Throws what reading a file throws. */
export function channelCredentials(tls: ClientTls | undefined, host: string): ChannelCredentials {
  if (!tls) return ChannelCredentials.createInsecure();
  const file = (path: string | undefined): Buffer | undefined =>
    path === undefined ? undefined : readFileSync(path);
  const [ca, key, cert] = [file(tls.caFile), file(tls.keyFile), file(tls.certFile)];
  const name = tls.serverName ?? host;
  if (isIP(name) > 0) return new AddressCredentials(name, createSecureContext({ ca, key, cert }));
  return ChannelCredentials.createSsl(ca, key, cert);
}
