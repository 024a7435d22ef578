import type { Clock } from '@longshore/kit';
import type { EnvVariables, Settings } from '../config.js';
import { duration } from '../output/units.js';
import { bad, type Check, good } from './check.js';

/** Half of what Signature Version 4 forgives, so that it is said before calls are refused. */
const tolerableMs = 150_000;
const answerWithinMs = 3000;

/** How far this machine's clock is from the server's, by the Date of its HTTP door. None where that does not answer. */
export async function clockChecks(
  settings: Settings,
  env: EnvVariables,
  clock: Clock,
): Promise<readonly Check[]> {
  const host = /^(?:[a-z]+:\/\/)?(\[[^\]]+\]|[^:,]+)/.exec(settings.endpoint)?.[1] ?? '127.0.0.1';
  const door = env['AWS_ENDPOINT_URL_ECS'] || `http://${host}:7401`;
  const date = await dateOf(`${door}/healthz`);
  if (date === undefined) return [];
  const skewMs = clock.wallMs() - date;
  const far = duration(Math.abs(skewMs));
  if (Math.abs(skewMs) <= tolerableMs) return [good('clock', `${far} from the server's`)];
  const finding = `${far} ${skewMs > 0 ? 'ahead of' : 'behind'} the server's`;
  return [bad('clock', finding, 'sudo timedatectl set-ntp true, here or on the server')];
}

async function dateOf(url: string): Promise<number | undefined> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(answerWithinMs) });
    await answer.body?.cancel();
    const ms = Date.parse(answer.headers.get('date') ?? '');
    return Number.isNaN(ms) ? undefined : ms;
  } catch {
    // The HTTP door is closed to us, or on another port: nothing is known, and nothing is wrong by that.
    return undefined;
  }
}
