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
  /** Honoured elsewhere: `by` says where, `how` in a sentence. */
  | {
      readonly honoured: {
        readonly by: 'agent' | 'control plane';
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

/** The member travels inside what a neighbour's apply writes; the proof is of this one. */
export function together(proof: string): Entry {
  return { honoured: { apply: () => {}, proof } };
}

export const bytesPerMiB = 1024 ** 2;
