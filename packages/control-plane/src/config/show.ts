import { stringify } from 'yaml';
import { settings } from './settings.js';
import type { SaidSettings } from './sources.js';

/** The effective settings as a YAML file that could be given to --config, each with where it was said. */
export function showConfig(said: SaidSettings): string {
  const lines = settings.map((setting) => {
    const found = said.get(setting.name);
    if (!found) return `# ${setting.name}: not set`;
    const value = 'secret' in setting && setting.secret ? '********' : found.text;
    const secretless = value.replace(/\/\/[^/@\s]*:[^/@\s]*@/g, '//********@');
    return `${stringify({ [setting.name]: secretless }).trimEnd()} # ${found.from}`;
  });
  return `${lines.join('\n')}\n`;
}
