const block = 512;

/** A tar of one executable file, the same bytes every time. */
export function tarOfExecutable(name: string, content: Uint8Array): Uint8Array {
  const header = Buffer.alloc(block);
  header.write(name, 0);
  header.write(octal(0o755, 8), 100);
  header.write(octal(0, 8), 108);
  header.write(octal(0, 8), 116);
  header.write(octal(content.length, 12), 124);
  header.write(octal(0, 12), 136);
  header.write('0', 156);
  header.write('ustar\x0000', 257);
  // The checksum counts its own field as blanks.
  header.write(' '.repeat(8), 148);
  const sum = header.reduce((total, byte) => total + byte, 0);
  header.write(`${sum.toString(8).padStart(6, '0')}\x00 `, 148);
  const body = Buffer.alloc(Math.ceil(content.length / block) * block);
  body.set(content);
  return Buffer.concat([header, body, Buffer.alloc(2 * block)]);
}

function octal(value: number, width: number): string {
  return `${value.toString(8).padStart(width - 1, '0')}\x00`;
}
