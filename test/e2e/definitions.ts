/** A container that runs until it is told to stop, and then stops at once. */
const staying = "trap 'exit 0' TERM; sleep 3600 & wait $!";

/** A task definition of one small container, in ECS's JSON. */
export function aDefinition(family: string, command: string = staying, more: object = {}): string {
  return JSON.stringify({
    family,
    containerDefinitions: [
      {
        name: 'app',
        image: 'busybox:1.36',
        memory: 16,
        command: ['sh', '-c', command],
        stopTimeout: 5,
        ...more,
      },
    ],
  });
}
