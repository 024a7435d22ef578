import Table from 'cli-table3';
import { printable } from '../terminal/terminal.js';

const borderless = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
} as const;

export interface Column<R> {
  readonly head: string;
  readonly of: (row: R) => string;
  readonly right?: boolean;
}

/** Rows under upper-case heads, columns two blanks apart, no lines: easy to read, easy to cut. */
export function table<R>(rows: readonly R[], columns: readonly Column<R>[]): string {
  const grid = new Table({
    head: columns.map((c) => c.head.toUpperCase()),
    chars: borderless,
    style: { 'padding-left': 0, 'padding-right': 0, head: [], border: [], compact: true },
    colAligns: columns.map((c) => (c.right ? 'right' : 'left')),
  });
  for (const row of rows) grid.push(columns.map((c) => c.of(row)));
  return `${grid
    .toString()
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n')}\n`;
}

/** A structure as indented `name: value` lines; lists of structures as one block each. */
export function outline(value: unknown, indent = ''): string {
  if (Array.isArray(value))
    return value.map((v) => (isStructure(v) ? itemBlock(v, indent) : `${indent}- ${text(v)}\n`)).join('');
  if (!isStructure(value)) return `${indent}${text(value)}\n`;
  const width = Math.max(0, ...Object.keys(value).map((k) => k.length));
  return Object.entries(value)
    .map(([key, v]) => {
      if (Array.isArray(v) && v.length === 0) return `${indent}${key.padEnd(width)}  []\n`;
      if (isStructure(v) || Array.isArray(v)) return `${indent}${key}\n${outline(v, `${indent}  `)}`;
      return `${indent}${key.padEnd(width)}  ${text(v)}\n`;
    })
    .join('');
}

function itemBlock(value: object, indent: string): string {
  const lines = outline(value, `${indent}  `);
  return `${indent}- ${lines.slice(indent.length + 2)}`;
}

function isStructure(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return printable(typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));
}
