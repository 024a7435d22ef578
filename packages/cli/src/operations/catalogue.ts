import { type MessageName, serviceDescriptor } from '@longshore/model';
import type { EcsOperation } from '../gateway.js';
import { kebab } from '../words/kebab.js';
import { membersOf } from '../words/members.js';

/** An operation of ECS as its descriptor says it. */
export interface Operation {
  readonly name: EcsOperation;
  /** The word of `aws ecs`. */
  readonly word: string;
  readonly request: MessageName;
  readonly response: MessageName;
  readonly comment: string | undefined;
  /** Answers in pages: takes and gives a nextToken. */
  readonly paged: boolean;
}

/** Every operation of the contract's EcsService, in its order. */
export function operations(): readonly Operation[] {
  return serviceDescriptor('EcsService').methodsArray.map((method) => {
    const request = method.requestType as MessageName;
    const response = method.responseType as MessageName;
    return {
      name: method.name as EcsOperation,
      word: kebab(method.name),
      request,
      response,
      comment: method.comment ?? undefined,
      paged: hasToken(request) && hasToken(response),
    };
  });
}

function hasToken(shape: string): boolean {
  return membersOf(shape).some((m) => m.name === 'nextToken');
}
