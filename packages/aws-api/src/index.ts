export { type AwsApiOptions, type AwsOutcome, createAwsApi } from './api.js';
export { type AccessKeyPair, newAccessKey } from './auth/access-key.js';
export {
  type Authenticator,
  type Identity,
  type PendingIdentity,
  type SignatureV4Options,
  type SigningService,
  signatureV4,
} from './auth/authenticate.js';
export { readOrMakeSealKey, type SealKey, seal, unseal } from './auth/sealing.js';
export { HttpDoor, type HttpDoorOptions, plain } from './http/door.js';
export {
  BodyTooLarge,
  type HttpAnswer,
  type HttpRequest,
  isLoopback,
  type RouteHandler,
  SenderGone,
} from './http/exchange.js';
export {
  type AwsCall,
  type AwsOperations,
  ecsOperations,
  type OperationName,
} from './operations.js';
export {
  defaultRates,
  type OperationClass,
  operationClassOf,
  type Rate,
  type Rates,
  Throttle,
} from './throttle.js';
