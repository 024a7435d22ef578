export * from './agent.js';
export { type Config, parseConfig, pullBehaviors } from './config/config.js';
export type { Variable } from './config/variable.js';
export { variables } from './config/variables.js';
export type { HostFacts } from './host/host.js';
export { type ControlPlane, controlPlaneOf } from './session/control-plane.js';
export { Metrics } from './telemetry/metrics.js';
export { agentVersion } from './version.js';
