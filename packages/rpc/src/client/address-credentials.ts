import type { Socket } from 'node:net';
import { checkServerIdentity, connect, type SecureContext } from 'node:tls';
import {
  type CallCredentials,
  ChannelCredentials,
  type ChannelOptions,
  type experimental,
} from '@grpc/grpc-js';

/**
 * TLS to a server that goes by an address. grpc-js asks for the address as if it were a name, which TLS does not have
 * (RFC 6066) and Node warns of (DEP0123): here no name is asked for, and the certificate must hold the address.
 */
export class AddressCredentials extends ChannelCredentials {
  readonly #ip: string;
  readonly #context: SecureContext;

  constructor(ip: string, context: SecureContext) {
    super();
    this.#ip = ip;
    this.#context = context;
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    target: experimental.GrpcUri,
    options: ChannelOptions,
    callCredentials?: CallCredentials,
  ): experimental.SecureConnector {
    const plain = ChannelCredentials.createInsecure()._createSecureConnector(
      target,
      options,
      callCredentials,
    );
    return {
      connect: (socket) => this.#connect(socket),
      waitForReady: () => plain.waitForReady(),
      getCallCredentials: () => plain.getCallCredentials(),
      destroy: () => plain.destroy(),
    };
  }

  #connect(socket: Socket): Promise<experimental.SecureConnectResult> {
    return new Promise((resolve, reject) => {
      const secured = connect({
        socket,
        secureContext: this.#context,
        ALPNProtocols: ['h2'],
        checkServerIdentity: (_host, certificate) => checkServerIdentity(this.#ip, certificate),
      });
      secured.once('secureConnect', () => resolve({ socket: secured, secure: true })).on('error', reject);
    });
  }
}
