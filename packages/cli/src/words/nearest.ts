import { distance } from 'fastest-levenshtein';

/** The name that was most likely meant, or undefined where none is near. Case and separators count for nothing. */
export function nearest(word: string, names: readonly string[]): string | undefined {
  const plain = bare(word);
  let best: { readonly name: string; readonly far: number } | undefined;
  for (const name of names) {
    const far = distance(plain, bare(name));
    if (!best || far < best.far) best = { name, far };
  }
  if (!best) return undefined;
  return best.far <= Math.max(1, Math.floor(plain.length / 3)) ? best.name : undefined;
}

/** `: did you mean X?` or nothing. */
export function didYouMean(word: string, names: readonly string[]): string {
  const name = nearest(word, names);
  return name === undefined ? '' : `: did you mean ${name}?`;
}

function bare(word: string): string {
  return word.toLowerCase().replace(/[-_\s]/g, '');
}
