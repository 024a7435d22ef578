import type Docker from 'dockerode';
import type { ContainerSpec } from '../../driver.js';

/** The body of the engine's create, while it is built. */
export interface CreateBody extends Docker.ContainerCreateOptions {
  readonly HostConfig: Docker.HostConfig;
}

/** Puts what one member asks for into the body. Touches nothing that another member's apply writes. */
export type Apply = (body: CreateBody, spec: ContainerSpec) => void;

/** What becomes of one member of an ECS shape. */
export type Entry =
  /** Put into the create body here; `proof` is the title of the test that reads the effect. */
  | { readonly honoured: { readonly apply: Apply; readonly proof: string } }
  /** Honoured elsewhere: `by` says where, `how` in a sentence. `structure`: by the apply of what holds it. */
  | {
      readonly honoured: {
        readonly by: 'agent' | 'control plane' | 'structure';
        readonly how: string;
        readonly proof: string;
      };
    }
  /** A structure: its members stand in their own table; `apply` is for what the structure as a whole means. */
  | { readonly nested: string; readonly apply?: Apply }
  /** Stored and returned; no effect, as ECS documents. */
  | { readonly kept: string }
  /** ClientException at registration that names the member. */
  | { readonly refused: string };

/** Every member of a shape: the compiler refuses a table that lacks one or has one too many. */
export type TableOf<Shape> = { readonly [Member in keyof Shape]-?: Entry };

export function honoured(apply: Apply, proof: string): Entry {
  return { honoured: { apply, proof } };
}

export function byAgent(how: string, proof: string): Entry {
  return { honoured: { by: 'agent', how, proof } };
}

export function byControlPlane(how: string, proof: string): Entry {
  return { honoured: { by: 'control plane', how, proof } };
}

/** The member is written with its structure as a whole, by that one's apply; the proof is of this member. */
export function together(proof: string): Entry {
  return { honoured: { by: 'structure', how: 'written with the structure that holds it', proof } };
}

export const bytesPerMiB = 1024 ** 2;

/** What the body says of the network that the container joins; made on first use, since several members write it. */
export function endpointOf(body: CreateBody, network: string): Docker.EndpointSettings {
  body.NetworkingConfig ??= { EndpointsConfig: {} };
  body.NetworkingConfig.EndpointsConfig ??= {};
  const endpoints = body.NetworkingConfig.EndpointsConfig;
  endpoints[network] ??= {};
  return endpoints[network];
}
