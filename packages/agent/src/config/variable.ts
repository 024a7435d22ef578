/** One variable of the agent's environment: what it does here, or why it does nothing. */
export interface Variable {
  readonly name: string;
  readonly flag?: string;
  readonly argument?: string;
  readonly standard?: string;
  readonly honoured?: string;
  readonly notApplicable?: string;
}
