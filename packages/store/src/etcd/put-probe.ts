/** As much as a server puts in one request, at most. */
export const probeBytes = 1_000_000;

/**
 * Asks for the room of the largest put and writes one byte: etcd charges a transaction for the larger of its branches,
 * whichever it takes. The comparison holds for every key, also for one that is not there.
 */
export function putProbe(key: Buffer): object {
  const put = (bytes: number): object[] => [{ request_put: { key, value: Buffer.alloc(bytes) } }];
  return {
    compare: [{ key, target: 'Version', result: 'Greater', version: -1 }],
    success: put(1),
    failure: put(probeBytes),
  };
}
