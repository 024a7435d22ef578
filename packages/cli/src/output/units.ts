/** `3 s`, `12 min`, `5 h`, `9 d`: how long, in the largest unit that says something. */
export function duration(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 120) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`;
}

/** Bytes as `512 B`, `1.5 KiB`, `20 MiB`, `3.1 GiB`. */
export function bytes(count: number): string {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let amount = count;
  let unit = 0;
  while (amount >= 1024 && unit < units.length - 1) {
    amount /= 1024;
    unit += 1;
  }
  return `${amount < 10 && unit > 0 ? amount.toFixed(1) : Math.round(amount)} ${units[unit]}`;
}

/** The last part of an ARN: the id, `family:revision`, or the name. */
export function idOf(arn: string | undefined): string {
  return arn?.split('/').at(-1) ?? '';
}

/** The first digits of an id, enough to tell it from its neighbours. */
export function shortId(arn: string | undefined): string {
  const id = idOf(arn);
  return /^[0-9a-f]{32}$/.test(id) ? id.slice(0, 12) : id;
}

export function plural(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
