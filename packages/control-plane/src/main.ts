import { makeLogger, messageOf } from '@longshore/kit';
import { parseCommandLine } from './config/command.js';
import { readEnvironment } from './config/env.js';
import { loadConfig } from './config/load.js';
import { showConfig } from './config/show.js';
import { keepGarbageYoung } from './heap.js';
import { startServer } from './server.js';
import { firstSignal } from './signals.js';
import { serverVersion } from './version.js';

/** `longshore-server`: parse, start, wait for a signal or the first dead component, stop. */
export async function main(argv: readonly string[]): Promise<void> {
  keepGarbageYoung();
  const wish = parseCommandLine(argv, serverVersion());
  if (wish.kind === 'said') return say(wish.text, wish.exitCode);
  const loaded = loadConfig(wish.flags, readEnvironment(), wish.file);
  if (!loaded.ok) return say(loaded.problems.map((p) => `longshore-server: ${p}\n`).join(''), 2);
  const { config, said } = loaded.value;
  if (wish.kind === 'config') return say(showConfig(said), 0);
  const logger = makeLogger('longshore-server', { level: config.logLevel });
  try {
    const server = await startServer(config, { logger });
    try {
      const reason = await Promise.race([firstSignal(), server.failed]);
      logger.info({ reason }, 'server stopping');
    } finally {
      await server.stop();
    }
  } catch (thrown) {
    logger.fatal({ reason: messageOf(thrown) }, 'server ended');
    process.exitCode = 1;
  }
}

function say(text: string, exitCode: number): void {
  (exitCode === 0 ? process.stdout : process.stderr).write(text);
  process.exitCode = exitCode;
}
