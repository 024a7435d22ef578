import { type Component, type Logger, systemClock, toError } from '@longshore/kit';

/** How long a stop may take before the process ends anyway: containers do not depend on it. */
const stopWithinMs = 10_000;

/** Words for a person, and the exit code; nothing is started. */
export function say(text: string, exitCode: number): void {
  (exitCode === 0 ? process.stdout : process.stderr).write(text);
  process.exitCode = exitCode;
}

/** Runs the component until SIGTERM, SIGINT or its death, then stops it within a bound. */
export async function runUntilSignal(component: Component, logger: Logger, last: () => void): Promise<void> {
  const signal = new Promise<void>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.once(name, () => resolve());
  });
  const death = component.failed ?? new Promise<never>(() => undefined);
  const started = component.start().then(() => death);
  try {
    await Promise.race([signal, started]);
    logger.info('stopping, containers stay');
  } catch (thrown) {
    logger.fatal({ err: toError(thrown) }, 'agent died');
    process.exitCode = 1;
  }
  // What rejects from here on does so because of the stop.
  started.catch(() => undefined);
  const bound = new AbortController();
  const late = systemClock.sleep(stopWithinMs, bound.signal).then(
    () => logger.warn('stop took too long, ending anyway'),
    () => undefined,
  );
  await Promise.race([component.stop(), late]);
  bound.abort(new Error('stopped in time'));
  last();
}
