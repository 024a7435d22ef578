/** The first of SIGTERM and SIGINT, by name. A second one ends the process at once. */
export function firstSignal(): Promise<string> {
  return new Promise((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve(name));
  });
}
