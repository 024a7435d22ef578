import { type DestinationStream, type Logger as PinoLogger, pino } from 'pino';

/** Made in main, handed down by `child`. Messages are constant lower-case phrases, data goes into fields. */
export type Logger = PinoLogger;

export const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
export type LogLevel = (typeof logLevels)[number];

/** Secrets that must not reach a line, wherever they sit one or two levels deep. */
const redact = [
  'token',
  '*.token',
  'secret',
  '*.secret',
  'password',
  '*.password',
  'authorization',
  '*.authorization',
];

/** A logger of one process: JSON lines on stdout, written at once so that nothing is lost on a crash. */
export function makeLogger(
  name: string,
  options: { level?: LogLevel; destination?: DestinationStream } = {},
): Logger {
  const settings = { name, level: options.level ?? 'info', redact };
  return options.destination
    ? pino(settings, options.destination)
    : pino(settings, pino.destination({ sync: true }));
}

export const silentLogger: Logger = pino({ level: 'silent' });
