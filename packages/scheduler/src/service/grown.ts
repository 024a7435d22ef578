/** A longer column with the same numbers, zeros behind them. */
export function grown<T extends Float64Array | Int32Array | Uint8Array>(column: T, length: number): T {
  const longer = new (column.constructor as new (length: number) => T)(length);
  longer.set(column);
  return longer;
}
