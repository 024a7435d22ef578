import type { Assignment } from '@longshore/model';
import type { ContainerFacts, PortBinding, RuntimeErrorCode } from '@longshore/runtime';
import type { ContainerWork, TaskSettings } from './record.js';

/** What can happen to a task. Any may come twice, late, or after the task has moved on. */
export type TaskEvent =
  /** The control plane's word: new, or newer than what is known. */
  | { readonly type: 'assigned'; readonly assignment: Assignment; readonly epoch: string }
  /** The control plane is sure that it knows no such task, or that it has left this instance. */
  | { readonly type: 'disowned'; readonly reason: string }
  /** The report with this version is committed. */
  | { readonly type: 'acknowledged'; readonly version: number }
  | { readonly type: 'taskPrepared' }
  | { readonly type: 'prepareFailed'; readonly reason: string; readonly retryable: boolean }
  | { readonly type: 'taskReleased' }
  | { readonly type: 'releaseFailed' }
  | {
      readonly type: 'imageReady';
      readonly container: string;
      readonly imageId: string;
      readonly digest: string;
    }
  | { readonly type: 'containerCreated'; readonly container: string; readonly runtimeId: string }
  /** The engine has said yes to a first start: it runs, or has run. When and where, the look that follows tells. */
  | { readonly type: 'containerStarted'; readonly container: string; readonly runtimeId: string }
  /** A look at the engine: what it says of a container. */
  | { readonly type: 'containerLooked'; readonly container: string; readonly facts: ContainerFacts }
  /** The engine is sure that there is no container with this id. */
  | { readonly type: 'containerAbsent'; readonly container: string; readonly runtimeId: string }
  /** Work on a container failed. `ports`: fresh ones to try where a host port was taken. */
  | {
      readonly type: 'workFailed';
      readonly container: string;
      readonly work: ContainerWork;
      readonly code: RuntimeErrorCode;
      readonly reason: string;
      readonly ports?: readonly PortBinding[] | undefined;
    }
  /** The engine says that it is stopped; the look that proves it came just before. */
  | { readonly type: 'containerStopped'; readonly container: string }
  | { readonly type: 'containerRemoved'; readonly container: string; readonly runtimeId: string }
  | { readonly type: 'logCollected'; readonly container: string; readonly text: string }
  /** The agent has started again: what the engine holds of this task, container by container; nothing else runs. */
  | {
      readonly type: 'resumed';
      readonly settings: TaskSettings;
      readonly found: Readonly<Record<string, ContainerFacts>>;
      /** The journal knew nothing of it: what the control plane saw running and the engine lacks was lost. */
      readonly fresh: boolean;
    }
  | { readonly type: 'cleanUpAsked' }
  /** Time has passed: look whether something is due. */
  | { readonly type: 'woken' };
