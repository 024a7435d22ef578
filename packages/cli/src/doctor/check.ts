/** One line of `doctor`: ok, or what to do. */
export interface Check {
  readonly name: string;
  readonly ok: boolean;
  readonly finding: string;
  /** The command or step that mends it; empty where ok. */
  readonly remedy: string;
}

export function good(name: string, finding: string): Check {
  return { name, ok: true, finding, remedy: '' };
}

export function bad(name: string, finding: string, remedy: string): Check {
  return { name, ok: false, finding, remedy };
}
