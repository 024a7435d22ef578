import type { RuntimeDriver } from './driver.js';

/** The calls of a driver that go to the engine and come back. */
export type EngineCall = Exclude<keyof RuntimeDriver, 'watch' | 'close'>;

/**
 * Milliseconds that a call may take where its caller names no deadline. Creating, starting and removing wait for disks
 * and network set-up on a busy host, so they have minutes, as ECS's agent gives them.
 */
export const defaultDeadlinesMs: Readonly<Record<EngineCall, number>> = {
  engine: 10_000,
  pullImage: 2 * 3_600_000,
  inspectImage: 30_000,
  listImages: 60_000,
  removeImage: 180_000,
  importImage: 60_000,
  createContainer: 240_000,
  startContainer: 180_000,
  // On top of the stop timeout: the time that the engine takes to bury what it has killed.
  stopContainer: 60_000,
  removeContainer: 300_000,
  inspectContainer: 30_000,
  listContainers: 60_000,
  tailLog: 30_000,
  usage: 10_000,
  stats: 18_000,
  createNetwork: 60_000,
  removeNetwork: 60_000,
  createVolume: 300_000,
  hasVolume: 60_000,
  removeVolume: 300_000,
  listVolumes: 60_000,
};
