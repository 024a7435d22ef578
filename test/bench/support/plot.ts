import { writeFileSync } from 'node:fs';

export interface Line {
  readonly name: string;
  /** Both positive: the axes are logarithmic. */
  readonly points: readonly (readonly [number, number])[];
}

export interface Plot {
  readonly title: string;
  readonly x: string;
  readonly y: string;
  readonly lines: readonly Line[];
}

const size = { width: 640, height: 400, left: 70, right: 170, top: 40, bottom: 50 };
const colours = ['#1b6ca8', '#d1495b', '#2a9d63', '#8a4fbf', '#c7861b', '#444444'];

/** Writes an SVG with logarithmic axes. */
export function writePlot(file: string, plot: Plot): void {
  const points = plot.lines.flatMap((line) => line.points);
  const x = axis(
    points.map(([at]) => at),
    size.left,
    size.width - size.right,
  );
  const y = axis(
    points.map(([, at]) => at),
    size.height - size.bottom,
    size.top,
  );
  const drawn = plot.lines.map((line, i) => {
    const colour = colours[i % colours.length] ?? '#000000';
    const path = line.points.map(([a, b]) => `${x.at(a).toFixed(1)},${y.at(b).toFixed(1)}`).join(' ');
    const words = text(size.width - size.right + 15, size.top + 15 + 18 * i, line.name, 'start', colour);
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${path}"/>${words}`;
  });
  const ticks = [
    ...x.ticks.map((t) => text(x.at(t), size.height - size.bottom + 18, t.toLocaleString('en'), 'middle')),
    ...y.ticks.map((t) => text(size.left - 8, y.at(t) + 4, t.toLocaleString('en'), 'end')),
    ...y.ticks.map((t) => `<path stroke="#dddddd" d="M${size.left},${y.at(t)}H${size.width - size.right}"/>`),
  ];
  const words = [
    text(size.left, 22, plot.title, 'start'),
    text((size.left + size.width - size.right) / 2, size.height - 12, plot.x, 'middle'),
    text(8, size.top - 4, plot.y, 'start'),
  ];
  const open = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size.width} ${size.height}" font-family="sans-serif" font-size="12">`;
  const all = [
    open,
    `<title>${plot.title}</title>`,
    '<rect width="100%" height="100%" fill="#ffffff"/>',
    ...ticks,
    ...words,
    ...drawn,
  ];
  writeFileSync(file, `${all.join('\n')}\n</svg>\n`);
}

function axis(values: readonly number[], from: number, to: number) {
  const low = Math.floor(Math.log10(Math.min(...values)));
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values))));
  const ticks = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i));
  const at = (value: number): number => from + ((Math.log10(value) - low) / (high - low)) * (to - from);
  return { ticks, at };
}

function text(x: number, y: number, words: string, anchor: string, colour = '#222222'): string {
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" text-anchor="${anchor}" fill="${colour}">${words}</text>`;
}
