import { readFileSync } from 'node:fs';

interface PackageFile {
  readonly version: string;
}

/** From the package, beside src/ and dist/ alike. */
export const agentVersion: string = (
  JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as PackageFile
).version;

/** ECS shows the commit that its agent was built from; ours is known by its version. */
export const agentHash = `v${agentVersion}`;
