import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { EnvVariables } from '../config.js';
import { knowsEndpointVariable } from './env-file.js';
import { onPath } from './programs.js';

const run = promisify(execFile);

/** Whether there is an aws on PATH that ignores AWS_ENDPOINT_URL_ECS. One that cannot say its version is not named. */
export async function awsIsOld(env: EnvVariables): Promise<boolean> {
  const aws = onPath('aws', env);
  if (aws === undefined) return false;
  try {
    const { stdout, stderr } = await run(aws, ['--version'], { timeout: 10_000 });
    return knowsEndpointVariable(`${stdout}${stderr}`.trim()) === false;
  } catch {
    // It does not run here: nobody will be misled by it.
    return false;
  }
}
