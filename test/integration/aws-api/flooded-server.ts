// A server of its own process, so that its memory is its own: tells its port, then, when asked, the MiB that a
// full collection leaves: resident memory swings by tens of MiB with the collector's mood.
import { openRig } from '../../unit/aws-api/rig.js';

const rig = await openRig({
  operations: { ListClusters: async () => ({}) },
  signature: { anonymous: { region: 'us-east-1' } },
  api: { observe: () => undefined },
});
process.on('message', () => {
  globalThis.gc?.();
  // Without buffers: those of the last requests are swept a while after the collection.
  process.send?.({ liveMiB: process.memoryUsage().heapUsed / 1024 / 1024 });
});
process.on('disconnect', () => process.exit());
process.send?.({ port: rig.port });
