import protobuf from 'protobufjs';
import { messageType } from './descriptors.js';
import type { MessageShapes } from './generated/shapes.js';
import { ByteReader } from './wire/byte-reader.js';
import { ByteWriter } from './wire/byte-writer.js';
import { messageCode } from './wire/compile.js';

export type MessageName = keyof MessageShapes;

/** Between plain objects (the generated shapes) and protobuf's bytes. */
export interface Codec<T> {
  readonly name: string;
  /** Throws TypeError where a list or a message is something else; unknown members are not looked at: check before. */
  encode(value: T): Uint8Array;
  /**
   * Throws on bytes that are no such message. Lists and maps are always there, enums are strings; members of bytes are
   * views on `bytes`.
   */
  decode(bytes: Uint8Array): T;
}

const codecs = new Map<string, Codec<unknown>>();

/** Scratch, empty between two calls: nothing that is encoded or decoded calls back into a codec. */
const writer = new ByteWriter();
const reader = new ByteReader();
const nothing = new Uint8Array(0);

/** The codec of a message; made on first use. */
export function codecOf<N extends MessageName>(name: N): Codec<MessageShapes[N]> {
  let codec = codecs.get(name);
  if (!codec) {
    codec = makeCodec(name);
    codecs.set(name, codec);
  }
  return codec as Codec<MessageShapes[N]>;
}

/** A message that carries another one, which is read when its turn comes. */
export interface Envelope {
  /** Its member `number`; 0 where it has none. */
  readonly number: number;
  /** The member that is a message; the last where there are several. Undefined: there is none that is known. */
  readonly member: string | undefined;
  /** The member's bytes: a view on what was read. */
  readonly content: Uint8Array;
}

/**
 * Reads a message's number and finds the message that it carries, without a look inside. Throws on bytes that are no such
 * message.
 */
export function openEnvelope(name: MessageName, bytes: Uint8Array): Envelope {
  const { fieldsById } = messageType(name);
  let [number, member, content]: [number, string | undefined, Uint8Array] = [0, undefined, nothing];
  reader.open(bytes);
  while (reader.position < reader.end) {
    const tag = reader.varint();
    const field = fieldsById[tag >>> 3];
    if (field?.resolvedType instanceof protobuf.Type && (tag & 7) === 2) {
      member = field.name;
      content = reader.view();
    } else if (field?.name === 'number' && (tag & 7) === 0) number = reader.int32();
    else reader.skip(tag & 7);
  }
  return { number, member, content };
}

function makeCodec(name: MessageName): Codec<unknown> {
  const code = messageCode(messageType(name));
  return {
    name,
    encode: (value) => {
      writer.position = 0;
      code.write(value as Readonly<Record<string, unknown>>, writer);
      return writer.finish(0);
    },
    decode: (bytes) => {
      reader.open(bytes);
      return code.read(reader, bytes.byteLength);
    },
  };
}
