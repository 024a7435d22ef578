/** Anything long-lived. `start` resolves when it works; `failed` rejects when it dies by itself; `stop` is bounded. */
export interface Component {
  readonly name: string;
  start(): Promise<void>;
  stop(): Promise<void>;
  /** Never resolves; rejects when the component has died, which ends the process. */
  readonly failed?: Promise<never>;
}
