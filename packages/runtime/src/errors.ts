import { CodedError } from '@longshore/kit';

/** What went wrong at the engine, in the words that ECS's agent uses in a stopped reason. */
export type RuntimeErrorCode =
  /** The call took longer than its deadline: nothing is known. */
  | 'DockerTimeoutError'
  /** The engine does not answer at all: nothing is known. */
  | 'EngineUnavailable'
  | 'CannotPullContainerError'
  | 'CannotCreateContainerError'
  | 'CannotStartContainerError'
  | 'CannotStopContainerError'
  | 'CannotInspectContainerError'
  | 'CannotRemoveContainerError'
  | 'CannotCreateVolumeError'
  | 'CannotCreateNetworkError'
  | 'RuntimeError';

export class RuntimeError extends CodedError {
  declare readonly code: RuntimeErrorCode;
  /** A host port was taken by somebody else. */
  readonly portClash: boolean;

  constructor(
    code: RuntimeErrorCode,
    message: string,
    options: { retryable?: boolean; cause?: unknown; portClash?: boolean } = {},
  ) {
    super(code, message, options);
    this.portClash = options.portClash ?? false;
  }
}
