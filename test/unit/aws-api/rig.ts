import { ECSClient, type ECSClientConfig } from '@aws-sdk/client-ecs';
import {
  type AwsApiOptions,
  type AwsOperations,
  type AwsOutcome,
  createAwsApi,
  HttpDoor,
  type HttpDoorOptions,
  type Identity,
  plain,
  type SignatureV4Options,
  signatureV4,
} from '@longshore/aws-api';
import { silentLogger, systemClock } from '@longshore/kit';

export const accessKeyId = 'LONGSHORETESTKEY0001';
export const secretAccessKey = 'the-secret-of-the-tests';

export interface Rig {
  readonly endpoint: string;
  readonly port: number;
  readonly door: HttpDoor;
  readonly outcomes: AwsOutcome[];
  readonly unknown: string[];
  sdk(config?: ECSClientConfig): ECSClient;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly operations?: AwsOperations<Identity>;
  readonly signature?: Partial<SignatureV4Options>;
  readonly api?: Partial<AwsApiOptions<Identity>>;
  readonly door?: Partial<HttpDoorOptions>;
}

/** The ECS API on a free port over a fake map of operations. */
export async function openRig(options: RigOptions = {}): Promise<Rig> {
  const outcomes: AwsOutcome[] = [];
  const unknown: string[] = [];
  const clients: ECSClient[] = [];
  const handler = createAwsApi<Identity>({
    operations: options.operations ?? {},
    authenticate: signatureV4({
      secretOf: (id) => (id === accessKeyId ? secretAccessKey : undefined),
      clock: systemClock,
      ...options.signature,
    }),
    authorize: ({ identity }) => identity,
    accountId: '123456789012',
    logger: silentLogger,
    observe: (o) => void outcomes.push(o),
    unknownMember: (operation, member) => void unknown.push(`${operation} ${member}`),
    ...options.api,
  });
  const door = new HttpDoor({
    listen: { host: '127.0.0.1', port: 0 },
    routes: { 'POST /': handler, 'GET /healthz': async () => plain(200, 'ok\n') },
    logger: silentLogger,
    ...options.door,
  });
  await door.start();
  const endpoint = `http://127.0.0.1:${door.port}`;
  return {
    endpoint,
    port: door.port,
    door,
    outcomes,
    unknown,
    sdk: (config = {}) => {
      const credentials = { accessKeyId, secretAccessKey };
      const client = new ECSClient({
        endpoint,
        region: 'eu-central-1',
        credentials,
        maxAttempts: 1,
        ...config,
      });
      clients.push(client);
      return client;
    },
    close: async () => {
      for (const client of clients) client.destroy();
      await door.stop();
    },
  };
}

export const targetPrefix = 'AmazonEC2ContainerServiceV20141113.';
