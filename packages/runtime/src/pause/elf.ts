/** The smallest static executable that Linux runs: one header, one loaded segment, the code. */

export interface Machine {
  /** e_machine of ELF. */
  readonly elfMachine: number;
  readonly code: Uint8Array;
}

const headerBytes = 64;
const segmentBytes = 56;
const loadAddress = 0x40_0000n;

export function staticExecutable(machine: Machine): Uint8Array {
  const start = headerBytes + segmentBytes;
  const file = Buffer.alloc(start + machine.code.length);
  writeHeader(file, machine.elfMachine, loadAddress + BigInt(start));
  writeSegment(file.subarray(headerBytes), BigInt(file.length));
  file.set(machine.code, start);
  return file;
}

function writeHeader(file: Buffer, elfMachine: number, entry: bigint): void {
  // 64 bits, little endian, version 1, System V.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1, 0], 0);
  file.writeUInt16LE(2, 16); // executable at a fixed address
  file.writeUInt16LE(elfMachine, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(entry, 24);
  file.writeBigUInt64LE(BigInt(headerBytes), 32);
  file.writeUInt16LE(headerBytes, 52);
  file.writeUInt16LE(segmentBytes, 54);
  file.writeUInt16LE(1, 56);
}

function writeSegment(segment: Buffer, size: bigint): void {
  segment.writeUInt32LE(1, 0); // loaded
  segment.writeUInt32LE(5, 4); // read and execute
  segment.writeBigUInt64LE(0n, 8);
  segment.writeBigUInt64LE(loadAddress, 16);
  segment.writeBigUInt64LE(loadAddress, 24);
  segment.writeBigUInt64LE(size, 32);
  segment.writeBigUInt64LE(size, 40);
  // A multiple of every page size that Linux has on these machines.
  segment.writeBigUInt64LE(0x1_0000n, 48);
}
