import { createHash } from 'node:crypto';
import type { CallOptions, ImageContent, ImageFacts, RuntimeDriver } from '../driver.js';
import { RuntimeError } from '../errors.js';
import { staticExecutable } from './elf.js';
import { codeOf, pausePrograms } from './program.js';
import { tarOfExecutable } from './tar.js';

export interface PauseImage {
  readonly image: string;
  readonly content: ImageContent;
}

/**
 * The image of the pause container for an architecture in the engine's words (x86_64, aarch64); undefined for others.
 * Its tag is the hash of what is in it, so an image of that name is the right one.
 */
export function pauseImageOf(architecture: string): PauseImage | undefined {
  const program = pausePrograms[architecture];
  if (!program) return undefined;
  const executable = staticExecutable({ elfMachine: program.elfMachine, code: codeOf(program) });
  const tar = tarOfExecutable('pause', executable);
  const tag = createHash('sha256').update(tar).digest('hex').slice(0, 12);
  return {
    image: `longshore/pause:${tag}`,
    content: { tar, entryPoint: ['/pause'], labels: { 'longshore.image': 'pause' } },
  };
}

/**
 * Has the pause image on the engine, made there where it is missing: no registry is asked. CannotPullContainerError
 * where the engine's architecture has none, since its task cannot start for want of an image.
 */
export async function ensurePauseImage(
  driver: RuntimeDriver,
  options: CallOptions = {},
): Promise<ImageFacts & { readonly image: string }> {
  const { architecture } = await driver.engine(options);
  const pause = pauseImageOf(architecture);
  if (!pause)
    throw new RuntimeError(
      'CannotPullContainerError',
      `there is no pause image for ${architecture} (there are ${Object.keys(pausePrograms).join(', ')})`,
    );
  const { image, content } = pause;
  if (!(await driver.inspectImage(image, options))) await driver.importImage(image, content, options);
  const facts = await driver.inspectImage(image, options);
  if (!facts)
    throw new RuntimeError('CannotPullContainerError', `${image} is gone again`, { retryable: true });
  return { ...facts, image };
}
