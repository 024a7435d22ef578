// Written by packages/model/scripts/generate.ts from proto/. Not by hand: `npm run proto`.

/** google.protobuf.Timestamp. */
export interface Timestamp {
  readonly seconds: number;
  readonly nanos: number;
}

export type AcceleratorType =
  | 'fpga'
  | 'gpu'
  | 'inference';
export const acceleratorTypeValues: readonly AcceleratorType[] = ['fpga', 'gpu', 'inference'];

export type AccessType =
  | 'PRIVATE'
  | 'PUBLIC';
export const accessTypeValues: readonly AccessType[] = ['PRIVATE', 'PUBLIC'];

export type AgentUpdateStatus =
  | 'FAILED'
  | 'PENDING'
  | 'STAGED'
  | 'STAGING'
  | 'UPDATED'
  | 'UPDATING';
export const agentUpdateStatusValues: readonly AgentUpdateStatus[] = ['FAILED', 'PENDING', 'STAGED', 'STAGING', 'UPDATED', 'UPDATING'];

export type ApplicationProtocol =
  | 'grpc'
  | 'http'
  | 'http2';
export const applicationProtocolValues: readonly ApplicationProtocol[] = ['grpc', 'http', 'http2'];

export type AssignPublicIp =
  | 'DISABLED'
  | 'ENABLED';
export const assignPublicIpValues: readonly AssignPublicIp[] = ['DISABLED', 'ENABLED'];

export type AutoRepairActionsStatus =
  | 'DISABLED'
  | 'ENABLED';
export const autoRepairActionsStatusValues: readonly AutoRepairActionsStatus[] = ['DISABLED', 'ENABLED'];

export type AvailabilityZoneRebalancing =
  | 'DISABLED'
  | 'ENABLED';
export const availabilityZoneRebalancingValues: readonly AvailabilityZoneRebalancing[] = ['DISABLED', 'ENABLED'];

export type BareMetal =
  | 'excluded'
  | 'included'
  | 'required';
export const bareMetalValues: readonly BareMetal[] = ['excluded', 'included', 'required'];

export type BurstablePerformance =
  | 'excluded'
  | 'included'
  | 'required';
export const burstablePerformanceValues: readonly BurstablePerformance[] = ['excluded', 'included', 'required'];

export type CPUArchitecture =
  | 'ARM64'
  | 'X86_64';
export const cPUArchitectureValues: readonly CPUArchitecture[] = ['ARM64', 'X86_64'];

export type CapacityOptionType =
  | 'ON_DEMAND'
  | 'RESERVED'
  | 'SPOT';
export const capacityOptionTypeValues: readonly CapacityOptionType[] = ['ON_DEMAND', 'RESERVED', 'SPOT'];

export type CapacityProviderField =
  | 'TAGS';
export const capacityProviderFieldValues: readonly CapacityProviderField[] = ['TAGS'];

export type CapacityProviderStatus =
  | 'ACTIVE'
  | 'DEPROVISIONING'
  | 'INACTIVE'
  | 'PROVISIONING';
export const capacityProviderStatusValues: readonly CapacityProviderStatus[] = ['ACTIVE', 'DEPROVISIONING', 'INACTIVE', 'PROVISIONING'];

export type CapacityProviderType =
  | 'EC2_AUTOSCALING'
  | 'FARGATE'
  | 'FARGATE_SPOT'
  | 'MANAGED_INSTANCES';
export const capacityProviderTypeValues: readonly CapacityProviderType[] = ['EC2_AUTOSCALING', 'FARGATE', 'FARGATE_SPOT', 'MANAGED_INSTANCES'];

export type CapacityProviderUpdateStatus =
  | 'CREATE_COMPLETE'
  | 'CREATE_FAILED'
  | 'CREATE_IN_PROGRESS'
  | 'DELETE_COMPLETE'
  | 'DELETE_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED'
  | 'UPDATE_IN_PROGRESS';
export const capacityProviderUpdateStatusValues: readonly CapacityProviderUpdateStatus[] = ['CREATE_COMPLETE', 'CREATE_FAILED', 'CREATE_IN_PROGRESS', 'DELETE_COMPLETE', 'DELETE_FAILED', 'DELETE_IN_PROGRESS', 'UPDATE_COMPLETE', 'UPDATE_FAILED', 'UPDATE_IN_PROGRESS'];

export type CapacityReservationPreference =
  | 'RESERVATIONS_EXCLUDED'
  | 'RESERVATIONS_FIRST'
  | 'RESERVATIONS_ONLY';
export const capacityReservationPreferenceValues: readonly CapacityReservationPreference[] = ['RESERVATIONS_EXCLUDED', 'RESERVATIONS_FIRST', 'RESERVATIONS_ONLY'];

export type ClusterField =
  | 'ATTACHMENTS'
  | 'CONFIGURATIONS'
  | 'SETTINGS'
  | 'STATISTICS'
  | 'TAGS';
export const clusterFieldValues: readonly ClusterField[] = ['ATTACHMENTS', 'CONFIGURATIONS', 'SETTINGS', 'STATISTICS', 'TAGS'];

export type ClusterSettingName =
  | 'containerInsights';
export const clusterSettingNameValues: readonly ClusterSettingName[] = ['containerInsights'];

export type Compatibility =
  | 'EC2'
  | 'EXTERNAL'
  | 'FARGATE'
  | 'MANAGED_INSTANCES';
export const compatibilityValues: readonly Compatibility[] = ['EC2', 'EXTERNAL', 'FARGATE', 'MANAGED_INSTANCES'];

export type Connectivity =
  | 'CONNECTED'
  | 'DISCONNECTED';
export const connectivityValues: readonly Connectivity[] = ['CONNECTED', 'DISCONNECTED'];

export type ContainerCondition =
  | 'COMPLETE'
  | 'HEALTHY'
  | 'START'
  | 'SUCCESS';
export const containerConditionValues: readonly ContainerCondition[] = ['COMPLETE', 'HEALTHY', 'START', 'SUCCESS'];

export type ContainerInstanceField =
  | 'CONTAINER_INSTANCE_HEALTH'
  | 'TAGS';
export const containerInstanceFieldValues: readonly ContainerInstanceField[] = ['CONTAINER_INSTANCE_HEALTH', 'TAGS'];

export type ContainerInstanceStatus =
  | 'ACTIVE'
  | 'DEREGISTERING'
  | 'DRAINING'
  | 'REGISTERING'
  | 'REGISTRATION_FAILED';
export const containerInstanceStatusValues: readonly ContainerInstanceStatus[] = ['ACTIVE', 'DEREGISTERING', 'DRAINING', 'REGISTERING', 'REGISTRATION_FAILED'];

export type DaemonDeploymentRollbackMonitorsStatus =
  | 'DISABLED'
  | 'MONITORING'
  | 'MONITORING_COMPLETE'
  | 'TRIGGERED';
export const daemonDeploymentRollbackMonitorsStatusValues: readonly DaemonDeploymentRollbackMonitorsStatus[] = ['DISABLED', 'MONITORING', 'MONITORING_COMPLETE', 'TRIGGERED'];

export type DaemonDeploymentStatus =
  | 'IN_PROGRESS'
  | 'PENDING'
  | 'ROLLBACK_FAILED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_SUCCESSFUL'
  | 'STOPPED'
  | 'STOP_REQUESTED'
  | 'SUCCESSFUL';
export const daemonDeploymentStatusValues: readonly DaemonDeploymentStatus[] = ['IN_PROGRESS', 'PENDING', 'ROLLBACK_FAILED', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_SUCCESSFUL', 'STOPPED', 'STOP_REQUESTED', 'SUCCESSFUL'];

export type DaemonIpcMode =
  | 'none'
  | 'shared';
export const daemonIpcModeValues: readonly DaemonIpcMode[] = ['none', 'shared'];

export type DaemonPidMode =
  | 'none'
  | 'shared';
export const daemonPidModeValues: readonly DaemonPidMode[] = ['none', 'shared'];

export type DaemonPropagateTags =
  | 'DAEMON'
  | 'NONE';
export const daemonPropagateTagsValues: readonly DaemonPropagateTags[] = ['DAEMON', 'NONE'];

export type DaemonStatus =
  | 'ACTIVE'
  | 'DELETE_IN_PROGRESS';
export const daemonStatusValues: readonly DaemonStatus[] = ['ACTIVE', 'DELETE_IN_PROGRESS'];

export type DaemonTaskDefinitionRevisionFilter =
  | 'LAST_REGISTERED';
export const daemonTaskDefinitionRevisionFilterValues: readonly DaemonTaskDefinitionRevisionFilter[] = ['LAST_REGISTERED'];

export type DaemonTaskDefinitionStatus =
  | 'ACTIVE'
  | 'DELETED'
  | 'DELETE_IN_PROGRESS';
export const daemonTaskDefinitionStatusValues: readonly DaemonTaskDefinitionStatus[] = ['ACTIVE', 'DELETED', 'DELETE_IN_PROGRESS'];

export type DaemonTaskDefinitionStatusFilter =
  | 'ACTIVE'
  | 'ALL'
  | 'DELETE_IN_PROGRESS';
export const daemonTaskDefinitionStatusFilterValues: readonly DaemonTaskDefinitionStatusFilter[] = ['ACTIVE', 'ALL', 'DELETE_IN_PROGRESS'];

export type DeploymentControllerType =
  | 'CODE_DEPLOY'
  | 'ECS'
  | 'EXTERNAL';
export const deploymentControllerTypeValues: readonly DeploymentControllerType[] = ['CODE_DEPLOY', 'ECS', 'EXTERNAL'];

export type DeploymentLifecycleHookAction =
  | 'CONTINUE'
  | 'ROLLBACK';
export const deploymentLifecycleHookActionValues: readonly DeploymentLifecycleHookAction[] = ['CONTINUE', 'ROLLBACK'];

export type DeploymentLifecycleHookStage =
  | 'POST_PRODUCTION_TRAFFIC_SHIFT'
  | 'POST_SCALE_UP'
  | 'POST_TEST_TRAFFIC_SHIFT'
  | 'PRE_PRODUCTION_TRAFFIC_SHIFT'
  | 'PRE_SCALE_UP'
  | 'PRODUCTION_TRAFFIC_SHIFT'
  | 'RECONCILE_SERVICE'
  | 'TEST_TRAFFIC_SHIFT';
export const deploymentLifecycleHookStageValues: readonly DeploymentLifecycleHookStage[] = ['POST_PRODUCTION_TRAFFIC_SHIFT', 'POST_SCALE_UP', 'POST_TEST_TRAFFIC_SHIFT', 'PRE_PRODUCTION_TRAFFIC_SHIFT', 'PRE_SCALE_UP', 'PRODUCTION_TRAFFIC_SHIFT', 'RECONCILE_SERVICE', 'TEST_TRAFFIC_SHIFT'];

export type DeploymentLifecycleHookStatus =
  | 'AWAITING_ACTION'
  | 'FAILED'
  | 'IN_PROGRESS'
  | 'SUCCEEDED'
  | 'TIMED_OUT';
export const deploymentLifecycleHookStatusValues: readonly DeploymentLifecycleHookStatus[] = ['AWAITING_ACTION', 'FAILED', 'IN_PROGRESS', 'SUCCEEDED', 'TIMED_OUT'];

export type DeploymentLifecycleHookTargetType =
  | 'AWS_LAMBDA'
  | 'PAUSE';
export const deploymentLifecycleHookTargetTypeValues: readonly DeploymentLifecycleHookTargetType[] = ['AWS_LAMBDA', 'PAUSE'];

export type DeploymentRolloutState =
  | 'COMPLETED'
  | 'FAILED'
  | 'IN_PROGRESS';
export const deploymentRolloutStateValues: readonly DeploymentRolloutState[] = ['COMPLETED', 'FAILED', 'IN_PROGRESS'];

export type DeploymentStrategy =
  | 'BLUE_GREEN'
  | 'CANARY'
  | 'LINEAR'
  | 'ROLLING';
export const deploymentStrategyValues: readonly DeploymentStrategy[] = ['BLUE_GREEN', 'CANARY', 'LINEAR', 'ROLLING'];

export type DesiredStatus =
  | 'PENDING'
  | 'RUNNING'
  | 'STOPPED';
export const desiredStatusValues: readonly DesiredStatus[] = ['PENDING', 'RUNNING', 'STOPPED'];

export type DeviceCgroupPermission =
  | 'mknod'
  | 'read'
  | 'write';
export const deviceCgroupPermissionValues: readonly DeviceCgroupPermission[] = ['mknod', 'read', 'write'];

export type EBSResourceType =
  | 'volume';
export const eBSResourceTypeValues: readonly EBSResourceType[] = ['volume'];

export type EFSAuthorizationConfigIAM =
  | 'DISABLED'
  | 'ENABLED';
export const eFSAuthorizationConfigIAMValues: readonly EFSAuthorizationConfigIAM[] = ['DISABLED', 'ENABLED'];

export type EFSTransitEncryption =
  | 'DISABLED'
  | 'ENABLED';
export const eFSTransitEncryptionValues: readonly EFSTransitEncryption[] = ['DISABLED', 'ENABLED'];

export type EnvironmentFileType =
  | 's3';
export const environmentFileTypeValues: readonly EnvironmentFileType[] = ['s3'];

export type ExecuteCommandLogging =
  | 'DEFAULT'
  | 'NONE'
  | 'OVERRIDE';
export const executeCommandLoggingValues: readonly ExecuteCommandLogging[] = ['DEFAULT', 'NONE', 'OVERRIDE'];

export type ExpressCpuArchitecture =
  | 'ARM64'
  | 'X86_64';
export const expressCpuArchitectureValues: readonly ExpressCpuArchitecture[] = ['ARM64', 'X86_64'];

export type ExpressGatewayServiceInclude =
  | 'TAGS';
export const expressGatewayServiceIncludeValues: readonly ExpressGatewayServiceInclude[] = ['TAGS'];

export type ExpressGatewayServiceScalingMetric =
  | 'AVERAGE_CPU'
  | 'AVERAGE_MEMORY'
  | 'REQUEST_COUNT_PER_TARGET';
export const expressGatewayServiceScalingMetricValues: readonly ExpressGatewayServiceScalingMetric[] = ['AVERAGE_CPU', 'AVERAGE_MEMORY', 'REQUEST_COUNT_PER_TARGET'];

export type ExpressGatewayServiceStatusCode =
  | 'ACTIVE'
  | 'DRAINING'
  | 'INACTIVE';
export const expressGatewayServiceStatusCodeValues: readonly ExpressGatewayServiceStatusCode[] = ['ACTIVE', 'DRAINING', 'INACTIVE'];

export type FirelensConfigurationType =
  | 'fluentbit'
  | 'fluentd';
export const firelensConfigurationTypeValues: readonly FirelensConfigurationType[] = ['fluentbit', 'fluentd'];

export type GatewayAlbDesyncMitigationMode =
  | 'defensive'
  | 'monitor'
  | 'strictest';
export const gatewayAlbDesyncMitigationModeValues: readonly GatewayAlbDesyncMitigationMode[] = ['defensive', 'monitor', 'strictest'];

export type GatewayAlbProtocol =
  | 'HTTP'
  | 'HTTPS';
export const gatewayAlbProtocolValues: readonly GatewayAlbProtocol[] = ['HTTP', 'HTTPS'];

export type GatewayClusterAssociationStatus =
  | 'ACTIVE'
  | 'DISASSOCIATING'
  | 'INACTIVE';
export const gatewayClusterAssociationStatusValues: readonly GatewayClusterAssociationStatus[] = ['ACTIVE', 'DISASSOCIATING', 'INACTIVE'];

export type GatewayConnectorHealthCheckProtocol =
  | 'HTTP'
  | 'HTTPS';
export const gatewayConnectorHealthCheckProtocolValues: readonly GatewayConnectorHealthCheckProtocol[] = ['HTTP', 'HTTPS'];

export type GatewayRouteStatus =
  | 'ACTIVE'
  | 'CREATE_FAILED'
  | 'CREATE_IN_PROGRESS'
  | 'DELETE_FAILED'
  | 'DELETE_IN_PROGRESS'
  | 'UPDATE_FAILED'
  | 'UPDATE_IN_PROGRESS';
export const gatewayRouteStatusValues: readonly GatewayRouteStatus[] = ['ACTIVE', 'CREATE_FAILED', 'CREATE_IN_PROGRESS', 'DELETE_FAILED', 'DELETE_IN_PROGRESS', 'UPDATE_FAILED', 'UPDATE_IN_PROGRESS'];

export type GatewayStatus =
  | 'ACTIVE'
  | 'DELETED'
  | 'UPDATE_COMPLETE'
  | 'UPDATE_FAILED'
  | 'UPDATE_IN_PROGRESS';
export const gatewayStatusValues: readonly GatewayStatus[] = ['ACTIVE', 'DELETED', 'UPDATE_COMPLETE', 'UPDATE_FAILED', 'UPDATE_IN_PROGRESS'];

export type GpuSharingMode =
  | 'DEDICATED'
  | 'IDLE'
  | 'NVIDIA_MPS';
export const gpuSharingModeValues: readonly GpuSharingMode[] = ['DEDICATED', 'IDLE', 'NVIDIA_MPS'];

export type HealthStatus =
  | 'HEALTHY'
  | 'UNHEALTHY'
  | 'UNKNOWN';
export const healthStatusValues: readonly HealthStatus[] = ['HEALTHY', 'UNHEALTHY', 'UNKNOWN'];

export type InstanceGeneration =
  | 'current'
  | 'previous';
export const instanceGenerationValues: readonly InstanceGeneration[] = ['current', 'previous'];

export type InstanceHealthCheckState =
  | 'IMPAIRED'
  | 'INITIALIZING'
  | 'INSUFFICIENT_DATA'
  | 'OK';
export const instanceHealthCheckStateValues: readonly InstanceHealthCheckState[] = ['IMPAIRED', 'INITIALIZING', 'INSUFFICIENT_DATA', 'OK'];

export type InstanceHealthCheckType =
  | 'ACCELERATED_COMPUTE'
  | 'AGENT_CONNECTIVITY'
  | 'CONTAINER_RUNTIME'
  | 'DAEMON';
export const instanceHealthCheckTypeValues: readonly InstanceHealthCheckType[] = ['ACCELERATED_COMPUTE', 'AGENT_CONNECTIVITY', 'CONTAINER_RUNTIME', 'DAEMON'];

export type IpcMode =
  | 'host'
  | 'none'
  | 'task';
export const ipcModeValues: readonly IpcMode[] = ['host', 'none', 'task'];

export type LaunchType =
  | 'EC2'
  | 'EXTERNAL'
  | 'FARGATE'
  | 'MANAGED_INSTANCES';
export const launchTypeValues: readonly LaunchType[] = ['EC2', 'EXTERNAL', 'FARGATE', 'MANAGED_INSTANCES'];

export type LocalStorage =
  | 'excluded'
  | 'included'
  | 'required';
export const localStorageValues: readonly LocalStorage[] = ['excluded', 'included', 'required'];

export type LocalStorageType =
  | 'hdd'
  | 'ssd';
export const localStorageTypeValues: readonly LocalStorageType[] = ['hdd', 'ssd'];

export type ManagedAgentName =
  | 'ExecuteCommandAgent';
export const managedAgentNameValues: readonly ManagedAgentName[] = ['ExecuteCommandAgent'];

export type ManagedDraining =
  | 'DISABLED'
  | 'ENABLED';
export const managedDrainingValues: readonly ManagedDraining[] = ['DISABLED', 'ENABLED'];

export type ManagedInstancesMonitoringOptions =
  | 'BASIC'
  | 'DETAILED';
export const managedInstancesMonitoringOptionsValues: readonly ManagedInstancesMonitoringOptions[] = ['BASIC', 'DETAILED'];

export type ManagedResourceStatus =
  | 'ACTIVE'
  | 'DELETED'
  | 'DEPROVISIONING'
  | 'FAILED'
  | 'PROVISIONING';
export const managedResourceStatusValues: readonly ManagedResourceStatus[] = ['ACTIVE', 'DELETED', 'DEPROVISIONING', 'FAILED', 'PROVISIONING'];

export type ManagedScalingStatus =
  | 'DISABLED'
  | 'ENABLED';
export const managedScalingStatusValues: readonly ManagedScalingStatus[] = ['DISABLED', 'ENABLED'];

export type ManagedTerminationProtection =
  | 'DISABLED'
  | 'ENABLED';
export const managedTerminationProtectionValues: readonly ManagedTerminationProtection[] = ['DISABLED', 'ENABLED'];

export type NetworkMode =
  | 'awsvpc'
  | 'bridge'
  | 'host'
  | 'none';
export const networkModeValues: readonly NetworkMode[] = ['awsvpc', 'bridge', 'host', 'none'];

export type OSFamily =
  | 'LINUX'
  | 'WINDOWS_SERVER_2004_CORE'
  | 'WINDOWS_SERVER_2016_FULL'
  | 'WINDOWS_SERVER_2019_CORE'
  | 'WINDOWS_SERVER_2019_FULL'
  | 'WINDOWS_SERVER_2022_CORE'
  | 'WINDOWS_SERVER_2022_FULL'
  | 'WINDOWS_SERVER_2025_CORE'
  | 'WINDOWS_SERVER_2025_FULL'
  | 'WINDOWS_SERVER_20H2_CORE';
export const oSFamilyValues: readonly OSFamily[] = ['LINUX', 'WINDOWS_SERVER_2004_CORE', 'WINDOWS_SERVER_2016_FULL', 'WINDOWS_SERVER_2019_CORE', 'WINDOWS_SERVER_2019_FULL', 'WINDOWS_SERVER_2022_CORE', 'WINDOWS_SERVER_2022_FULL', 'WINDOWS_SERVER_2025_CORE', 'WINDOWS_SERVER_2025_FULL', 'WINDOWS_SERVER_20H2_CORE'];

export type PidMode =
  | 'host'
  | 'task';
export const pidModeValues: readonly PidMode[] = ['host', 'task'];

export type PlacementConstraintType =
  | 'distinctInstance'
  | 'memberOf';
export const placementConstraintTypeValues: readonly PlacementConstraintType[] = ['distinctInstance', 'memberOf'];

export type PlacementStrategyType =
  | 'binpack'
  | 'random'
  | 'spread';
export const placementStrategyTypeValues: readonly PlacementStrategyType[] = ['binpack', 'random', 'spread'];

export type PlatformDeviceType =
  | 'GPU'
  | 'NEURON_DEVICE';
export const platformDeviceTypeValues: readonly PlatformDeviceType[] = ['GPU', 'NEURON_DEVICE'];

export type PropagateGatewayTags =
  | 'GATEWAY'
  | 'NONE';
export const propagateGatewayTagsValues: readonly PropagateGatewayTags[] = ['GATEWAY', 'NONE'];

export type PropagateMITags =
  | 'CAPACITY_PROVIDER'
  | 'NONE';
export const propagateMITagsValues: readonly PropagateMITags[] = ['CAPACITY_PROVIDER', 'NONE'];

export type PropagateTags =
  | 'NONE'
  | 'SERVICE'
  | 'TASK_DEFINITION';
export const propagateTagsValues: readonly PropagateTags[] = ['NONE', 'SERVICE', 'TASK_DEFINITION'];

export type ProxyConfigurationType =
  | 'APPMESH';
export const proxyConfigurationTypeValues: readonly ProxyConfigurationType[] = ['APPMESH'];

export type ResourceManagementType =
  | 'CUSTOMER'
  | 'ECS';
export const resourceManagementTypeValues: readonly ResourceManagementType[] = ['CUSTOMER', 'ECS'];

export type ResourceType =
  | 'GPU'
  | 'InferenceAccelerator'
  | 'NeuronDevice';
export const resourceTypeValues: readonly ResourceType[] = ['GPU', 'InferenceAccelerator', 'NeuronDevice'];

export type ScaleUnit =
  | 'PERCENT';
export const scaleUnitValues: readonly ScaleUnit[] = ['PERCENT'];

export type SchedulingStrategy =
  | 'DAEMON'
  | 'REPLICA';
export const schedulingStrategyValues: readonly SchedulingStrategy[] = ['DAEMON', 'REPLICA'];

export type Scope =
  | 'shared'
  | 'task';
export const scopeValues: readonly Scope[] = ['shared', 'task'];

export type ServiceConnectAccessLoggingFormat =
  | 'JSON'
  | 'TEXT';
export const serviceConnectAccessLoggingFormatValues: readonly ServiceConnectAccessLoggingFormat[] = ['JSON', 'TEXT'];

export type ServiceConnectIncludeQueryParameters =
  | 'DISABLED'
  | 'ENABLED';
export const serviceConnectIncludeQueryParametersValues: readonly ServiceConnectIncludeQueryParameters[] = ['DISABLED', 'ENABLED'];

export type ServiceDeploymentLifecycleStage =
  | 'BAKE_TIME'
  | 'CLEAN_UP'
  | 'POST_PRODUCTION_TRAFFIC_SHIFT'
  | 'POST_SCALE_UP'
  | 'POST_TEST_TRAFFIC_SHIFT'
  | 'PRE_SCALE_UP'
  | 'PRODUCTION_TRAFFIC_SHIFT'
  | 'RECONCILE_SERVICE'
  | 'SCALE_UP'
  | 'TEST_TRAFFIC_SHIFT';
export const serviceDeploymentLifecycleStageValues: readonly ServiceDeploymentLifecycleStage[] = ['BAKE_TIME', 'CLEAN_UP', 'POST_PRODUCTION_TRAFFIC_SHIFT', 'POST_SCALE_UP', 'POST_TEST_TRAFFIC_SHIFT', 'PRE_SCALE_UP', 'PRODUCTION_TRAFFIC_SHIFT', 'RECONCILE_SERVICE', 'SCALE_UP', 'TEST_TRAFFIC_SHIFT'];

export type ServiceDeploymentRollbackMonitorsStatus =
  | 'DISABLED'
  | 'MONITORING'
  | 'MONITORING_COMPLETE'
  | 'TRIGGERED';
export const serviceDeploymentRollbackMonitorsStatusValues: readonly ServiceDeploymentRollbackMonitorsStatus[] = ['DISABLED', 'MONITORING', 'MONITORING_COMPLETE', 'TRIGGERED'];

export type ServiceDeploymentStatus =
  | 'IN_PROGRESS'
  | 'PENDING'
  | 'ROLLBACK_FAILED'
  | 'ROLLBACK_IN_PROGRESS'
  | 'ROLLBACK_REQUESTED'
  | 'ROLLBACK_SUCCESSFUL'
  | 'STOPPED'
  | 'STOP_REQUESTED'
  | 'SUCCESSFUL';
export const serviceDeploymentStatusValues: readonly ServiceDeploymentStatus[] = ['IN_PROGRESS', 'PENDING', 'ROLLBACK_FAILED', 'ROLLBACK_IN_PROGRESS', 'ROLLBACK_REQUESTED', 'ROLLBACK_SUCCESSFUL', 'STOPPED', 'STOP_REQUESTED', 'SUCCESSFUL'];

export type ServiceField =
  | 'TAGS';
export const serviceFieldValues: readonly ServiceField[] = ['TAGS'];

export type ServiceRevisionCleanup =
  | 'BLOCKING'
  | 'DEFERRED';
export const serviceRevisionCleanupValues: readonly ServiceRevisionCleanup[] = ['BLOCKING', 'DEFERRED'];

export type SettingName =
  | 'awsvpcTrunking'
  | 'containerInsights'
  | 'containerInstanceLongArnFormat'
  | 'defaultLogDriverMode'
  | 'fargateEventWindows'
  | 'fargateFIPSMode'
  | 'fargateTaskRetirementWaitPeriod'
  | 'guardDutyActivate'
  | 'serviceLongArnFormat'
  | 'tagResourceAuthorization'
  | 'taskLongArnFormat';
export const settingNameValues: readonly SettingName[] = ['awsvpcTrunking', 'containerInsights', 'containerInstanceLongArnFormat', 'defaultLogDriverMode', 'fargateEventWindows', 'fargateFIPSMode', 'fargateTaskRetirementWaitPeriod', 'guardDutyActivate', 'serviceLongArnFormat', 'tagResourceAuthorization', 'taskLongArnFormat'];

export type SettingType =
  | 'aws_managed'
  | 'user';
export const settingTypeValues: readonly SettingType[] = ['aws_managed', 'user'];

export type SortOrder =
  | 'ASC'
  | 'DESC';
export const sortOrderValues: readonly SortOrder[] = ['ASC', 'DESC'];

export type StabilityStatus =
  | 'STABILIZING'
  | 'STEADY_STATE';
export const stabilityStatusValues: readonly StabilityStatus[] = ['STABILIZING', 'STEADY_STATE'];

export type StopServiceDeploymentStopType =
  | 'ABORT'
  | 'ROLLBACK';
export const stopServiceDeploymentStopTypeValues: readonly StopServiceDeploymentStopType[] = ['ABORT', 'ROLLBACK'];

export type TaskDefinitionFamilyStatus =
  | 'ACTIVE'
  | 'ALL'
  | 'INACTIVE';
export const taskDefinitionFamilyStatusValues: readonly TaskDefinitionFamilyStatus[] = ['ACTIVE', 'ALL', 'INACTIVE'];

export type TaskDefinitionField =
  | 'TAGS';
export const taskDefinitionFieldValues: readonly TaskDefinitionField[] = ['TAGS'];

export type TaskDefinitionPlacementConstraintType =
  | 'memberOf';
export const taskDefinitionPlacementConstraintTypeValues: readonly TaskDefinitionPlacementConstraintType[] = ['memberOf'];

export type TaskDefinitionStatus =
  | 'ACTIVE'
  | 'DELETE_IN_PROGRESS'
  | 'INACTIVE';
export const taskDefinitionStatusValues: readonly TaskDefinitionStatus[] = ['ACTIVE', 'DELETE_IN_PROGRESS', 'INACTIVE'];

export type TaskField =
  | 'TAGS';
export const taskFieldValues: readonly TaskField[] = ['TAGS'];

export type TaskFilesystemType =
  | 'ext3'
  | 'ext4'
  | 'ntfs'
  | 'xfs';
export const taskFilesystemTypeValues: readonly TaskFilesystemType[] = ['ext3', 'ext4', 'ntfs', 'xfs'];

export type TaskSetField =
  | 'TAGS';
export const taskSetFieldValues: readonly TaskSetField[] = ['TAGS'];

export type TaskStopCode =
  | 'EssentialContainerExited'
  | 'InfrastructureHealth'
  | 'ServiceSchedulerInitiated'
  | 'SpotInterruption'
  | 'TaskFailedToStart'
  | 'TerminationNotice'
  | 'UserInitiated';
export const taskStopCodeValues: readonly TaskStopCode[] = ['EssentialContainerExited', 'InfrastructureHealth', 'ServiceSchedulerInitiated', 'SpotInterruption', 'TaskFailedToStart', 'TerminationNotice', 'UserInitiated'];

export type ThresholdType =
  | 'BOUNDED_PERCENT'
  | 'COUNT'
  | 'UNBOUNDED_PERCENT';
export const thresholdTypeValues: readonly ThresholdType[] = ['BOUNDED_PERCENT', 'COUNT', 'UNBOUNDED_PERCENT'];

export type TransportProtocol =
  | 'tcp'
  | 'udp';
export const transportProtocolValues: readonly TransportProtocol[] = ['tcp', 'udp'];

export type UlimitName =
  | 'core'
  | 'cpu'
  | 'data'
  | 'fsize'
  | 'locks'
  | 'memlock'
  | 'msgqueue'
  | 'nice'
  | 'nofile'
  | 'nproc'
  | 'rss'
  | 'rtprio'
  | 'rttime'
  | 'sigpending'
  | 'stack';
export const ulimitNameValues: readonly UlimitName[] = ['core', 'cpu', 'data', 'fsize', 'locks', 'memlock', 'msgqueue', 'nice', 'nofile', 'nproc', 'rss', 'rtprio', 'rttime', 'sigpending', 'stack'];

export type VersionConsistency =
  | 'disabled'
  | 'enabled';
export const versionConsistencyValues: readonly VersionConsistency[] = ['disabled', 'enabled'];

/** The life of a task, in order: a task only ever moves towards STOPPED. ECS sends these as plain text. */
export type TaskStatus =
  | 'PROVISIONING'
  | 'PENDING'
  | 'ACTIVATING'
  | 'RUNNING'
  | 'DEACTIVATING'
  | 'STOPPING'
  | 'DEPROVISIONING'
  | 'STOPPED';
export const taskStatusValues: readonly TaskStatus[] = ['PROVISIONING', 'PENDING', 'ACTIVATING', 'RUNNING', 'DEACTIVATING', 'STOPPING', 'DEPROVISIONING', 'STOPPED'];

/** The life of a container as ECS shows it, in order within one generation (restart count). */
export type ContainerStatus =
  | 'PENDING'
  | 'RUNNING'
  | 'STOPPED';
export const containerStatusValues: readonly ContainerStatus[] = ['PENDING', 'RUNNING', 'STOPPED'];

export type TaskAckOutcome =
  | 'OUTCOME_COMMITTED'
  | 'OUTCOME_UNKNOWN_TASK';
export const taskAckOutcomeValues: readonly TaskAckOutcome[] = ['OUTCOME_COMMITTED', 'OUTCOME_UNKNOWN_TASK'];

export interface AcceleratorCountRequest {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface AcceleratorTotalMemoryMiBRequest {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface AdvancedConfiguration {
  readonly alternateTargetGroupArn?: string | undefined;
  readonly productionListenerRule?: string | undefined;
  readonly testListenerRule?: string | undefined;
  readonly roleArn?: string | undefined;
}

export interface Attachment {
  readonly id?: string | undefined;
  readonly type?: string | undefined;
  readonly status?: string | undefined;
  readonly details?: readonly KeyValuePair[] | undefined;
}

export interface AttachmentStateChange {
  readonly attachmentArn?: string | undefined;
  readonly status?: string | undefined;
}

export interface Attribute {
  /** Letters, digits, hyphens, underscores, slashes and periods. */
  readonly name?: string | undefined;
  /** Up to 128 characters. */
  readonly value?: string | undefined;
  /** container-instance. */
  readonly targetType?: string | undefined;
  /** Id or ARN of the container instance. */
  readonly targetId?: string | undefined;
}

export interface AutoRepairConfiguration {
  readonly actionsStatus?: AutoRepairActionsStatus | undefined;
}

export interface AutoScalingGroupProvider {
  readonly autoScalingGroupArn?: string | undefined;
  readonly managedScaling?: ManagedScaling | undefined;
  readonly managedTerminationProtection?: ManagedTerminationProtection | undefined;
  readonly managedDraining?: ManagedDraining | undefined;
}

export interface AutoScalingGroupProviderUpdate {
  readonly managedScaling?: ManagedScaling | undefined;
  readonly managedTerminationProtection?: ManagedTerminationProtection | undefined;
  readonly managedDraining?: ManagedDraining | undefined;
}

export interface AwsVpcConfiguration {
  readonly subnets?: readonly string[] | undefined;
  readonly securityGroups?: readonly string[] | undefined;
  readonly assignPublicIp?: AssignPublicIp | undefined;
}

export interface BaselineEbsBandwidthMbpsRequest {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface CanaryConfiguration {
  readonly canaryPercent?: number | undefined;
  readonly canaryBakeTimeInMinutes?: number | undefined;
}

export interface CapacityProvider {
  readonly capacityProviderArn?: string | undefined;
  readonly name?: string | undefined;
  readonly cluster?: string | undefined;
  readonly status?: CapacityProviderStatus | undefined;
  readonly autoScalingGroupProvider?: AutoScalingGroupProvider | undefined;
  readonly managedInstancesProvider?: ManagedInstancesProvider | undefined;
  readonly updateStatus?: CapacityProviderUpdateStatus | undefined;
  readonly updateStatusReason?: string | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly type?: CapacityProviderType | undefined;
}

export interface CapacityProviderStrategyItem {
  readonly capacityProvider?: string | undefined;
  readonly weight?: number | undefined;
  readonly base?: number | undefined;
}

export interface CapacityReservationRequest {
  readonly reservationGroupArn?: string | undefined;
  readonly reservationPreference?: CapacityReservationPreference | undefined;
}

export interface Cluster {
  readonly clusterArn?: string | undefined;
  readonly clusterName?: string | undefined;
  readonly configuration?: ClusterConfiguration | undefined;
  readonly status?: string | undefined;
  readonly registeredContainerInstancesCount?: number | undefined;
  readonly runningTasksCount?: number | undefined;
  readonly pendingTasksCount?: number | undefined;
  readonly activeServicesCount?: number | undefined;
  readonly statistics?: readonly KeyValuePair[] | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly settings?: readonly ClusterSetting[] | undefined;
  readonly capacityProviders?: readonly string[] | undefined;
  readonly defaultCapacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly attachmentsStatus?: string | undefined;
  readonly serviceConnectDefaults?: ClusterServiceConnectDefaults | undefined;
}

export interface ClusterConfiguration {
  readonly executeCommandConfiguration?: ExecuteCommandConfiguration | undefined;
  readonly managedStorageConfiguration?: ManagedStorageConfiguration | undefined;
}

export interface ClusterServiceConnectDefaults {
  readonly namespace?: string | undefined;
}

export interface ClusterServiceConnectDefaultsRequest {
  readonly namespace?: string | undefined;
}

export interface ClusterSetting {
  readonly name?: ClusterSettingName | undefined;
  readonly value?: string | undefined;
}

export interface Container {
  readonly containerArn?: string | undefined;
  readonly taskArn?: string | undefined;
  readonly name?: string | undefined;
  readonly image?: string | undefined;
  readonly imageDigest?: string | undefined;
  readonly runtimeId?: string | undefined;
  readonly lastStatus?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
  readonly networkBindings?: readonly NetworkBinding[] | undefined;
  readonly networkInterfaces?: readonly NetworkInterface[] | undefined;
  readonly healthStatus?: HealthStatus | undefined;
  readonly managedAgents?: readonly ManagedAgent[] | undefined;
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly memoryReservation?: string | undefined;
  readonly gpuIds?: readonly string[] | undefined;
  readonly neuronDeviceIds?: readonly string[] | undefined;
  readonly gpuSharingStrategy?: SharingStrategy | undefined;
}

export interface ContainerDefinition {
  /** Unique within the task definition. */
  readonly name?: string | undefined;
  /** Image with tag or digest. */
  readonly image?: string | undefined;
  /** Credentials of a private registry; not supported, the agent has its own. */
  readonly repositoryCredentials?: RepositoryCredentials | undefined;
  /** CPU units (1024 is one core) reserved; shares under contention. */
  readonly cpu?: number | undefined;
  /** Hard limit in MiB: above it the container is killed. */
  readonly memory?: number | undefined;
  /** Soft limit in MiB: what placement counts. */
  readonly memoryReservation?: number | undefined;
  /** Containers of the task to reach by name (NAME or NAME:ALIAS), in bridge mode. */
  readonly links?: readonly string[] | undefined;
  /** Ports of the container that the host listens on. */
  readonly portMappings?: readonly PortMapping[] | undefined;
  /** The task stops when this container stops; true unless said otherwise. */
  readonly essential?: boolean | undefined;
  /** Whether the container is started again by itself. */
  readonly restartPolicy?: ContainerRestartPolicy | undefined;
  /** Replaces the entry point of the image. */
  readonly entryPoint?: readonly string[] | undefined;
  /** Replaces the command of the image. */
  readonly command?: readonly string[] | undefined;
  /** Environment variables. */
  readonly environment?: readonly KeyValuePair[] | undefined;
  /** Up to ten files of environment variables. */
  readonly environmentFiles?: readonly EnvironmentFile[] | undefined;
  /** Where volumes of the task appear. */
  readonly mountPoints?: readonly MountPoint[] | undefined;
  /** Containers whose volumes appear here too. */
  readonly volumesFrom?: readonly VolumeFrom[] | undefined;
  /** Capabilities, devices, shared memory, tmpfs and swap. */
  readonly linuxParameters?: LinuxParameters | undefined;
  /** Environment variables from a secret store; not supported yet. */
  readonly secrets?: readonly Secret[] | undefined;
  /** Containers that must have come so far before this one starts. */
  readonly dependsOn?: readonly ContainerDependency[] | undefined;
  /** Seconds within which dependants expect this container to come as far as they need. */
  readonly startTimeout?: number | undefined;
  /** Seconds between SIGTERM and SIGKILL. */
  readonly stopTimeout?: number | undefined;
  /** Whether the digest of the image is resolved once per deployment. */
  readonly versionConsistency?: VersionConsistency | undefined;
  /** Host name inside; not in awsvpc mode. */
  readonly hostname?: string | undefined;
  /** User and group inside: NAME, UID, NAME:GROUP or UID:GID. */
  readonly user?: string | undefined;
  /** Directory in which commands run. */
  readonly workingDirectory?: string | undefined;
  /** No network inside. */
  readonly disableNetworking?: boolean | undefined;
  /** Gives the container all rights on its host. */
  readonly privileged?: boolean | undefined;
  /** The root file system takes no writes. */
  readonly readonlyRootFilesystem?: boolean | undefined;
  /** DNS servers inside. */
  readonly dnsServers?: readonly string[] | undefined;
  /** DNS search domains inside. */
  readonly dnsSearchDomains?: readonly string[] | undefined;
  /** Entries added to /etc/hosts; not in awsvpc mode. */
  readonly extraHosts?: readonly HostEntry[] | undefined;
  /** no-new-privileges, apparmor:PROFILE or label:VALUE. */
  readonly dockerSecurityOptions?: readonly string[] | undefined;
  /** Keeps standard input open. */
  readonly interactive?: boolean | undefined;
  /** Allocates a terminal. */
  readonly pseudoTerminal?: boolean | undefined;
  /** Labels of the container. */
  readonly dockerLabels?: Readonly<Record<string, string>> | undefined;
  /** Limits of the processes inside. */
  readonly ulimits?: readonly Ulimit[] | undefined;
  /** Log driver and its options. */
  readonly logConfiguration?: LogConfiguration | undefined;
  /** How the container is found healthy; one in the image does not count. */
  readonly healthCheck?: HealthCheck | undefined;
  /** Kernel parameters of its IPC and network namespaces. */
  readonly systemControls?: readonly SystemControl[] | undefined;
  /** GPUs. */
  readonly resourceRequirements?: readonly ResourceRequirement[] | undefined;
  /** Log router; not supported yet. */
  readonly firelensConfiguration?: FirelensConfiguration | undefined;
  /** Active Directory credentials; not supported. */
  readonly credentialSpecs?: readonly string[] | undefined;
}

export interface ContainerDependency {
  /** Another container of the task. */
  readonly containerName?: string | undefined;
  /** START, COMPLETE, SUCCESS (exit code 0) or HEALTHY. */
  readonly condition?: ContainerCondition | undefined;
}

export interface ContainerImage {
  readonly containerName?: string | undefined;
  readonly imageDigest?: string | undefined;
  readonly image?: string | undefined;
}

export interface ContainerInstance {
  readonly containerInstanceArn?: string | undefined;
  readonly ec2InstanceId?: string | undefined;
  readonly capacityProviderName?: string | undefined;
  readonly version?: number | undefined;
  readonly versionInfo?: VersionInfo | undefined;
  readonly remainingResources?: readonly Resource[] | undefined;
  readonly registeredResources?: readonly Resource[] | undefined;
  readonly status?: string | undefined;
  readonly statusReason?: string | undefined;
  readonly agentConnected?: boolean | undefined;
  readonly runningTasksCount?: number | undefined;
  readonly pendingTasksCount?: number | undefined;
  readonly agentUpdateStatus?: AgentUpdateStatus | undefined;
  readonly attributes?: readonly Attribute[] | undefined;
  readonly registeredAt?: Timestamp | undefined;
  readonly attachments?: readonly Attachment[] | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly healthStatus?: ContainerInstanceHealthStatus | undefined;
  readonly gpuDevices?: readonly GpuDevice[] | undefined;
}

export interface ContainerInstanceHealthStatus {
  readonly overallStatus?: InstanceHealthCheckState | undefined;
  readonly details?: readonly InstanceHealthCheckResult[] | undefined;
}

export interface ContainerOverride {
  /** Which container. */
  readonly name?: string | undefined;
  /** Replaces the command. */
  readonly command?: readonly string[] | undefined;
  /** Adds variables, or replaces those of the same name. */
  readonly environment?: readonly KeyValuePair[] | undefined;
  /** Replaces the files of variables. */
  readonly environmentFiles?: readonly EnvironmentFile[] | undefined;
  /** Replaces cpu. */
  readonly cpu?: number | undefined;
  /** Replaces the hard limit. */
  readonly memory?: number | undefined;
  /** Replaces the soft limit. */
  readonly memoryReservation?: number | undefined;
  /** Replaces the GPUs. */
  readonly resourceRequirements?: readonly ResourceRequirement[] | undefined;
}

export interface ContainerRestartPolicy {
  /** Whether the container is restarted. */
  readonly enabled?: boolean | undefined;
  /** Up to 50 exit codes that are not followed by a restart. */
  readonly ignoredExitCodes?: readonly number[] | undefined;
  /** Seconds it must have run before it is restarted, 60 to 1800; 300 unless said otherwise. */
  readonly restartAttemptPeriod?: number | undefined;
}

export interface ContainerStateChange {
  readonly containerName?: string | undefined;
  readonly imageDigest?: string | undefined;
  readonly runtimeId?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly networkBindings?: readonly NetworkBinding[] | undefined;
  readonly reason?: string | undefined;
  readonly status?: string | undefined;
}

export interface CreateManagedInstancesProviderConfiguration {
  readonly infrastructureRoleArn?: string | undefined;
  readonly instanceLaunchTemplate?: InstanceLaunchTemplate | undefined;
  readonly propagateTags?: PropagateMITags | undefined;
  readonly infrastructureOptimization?: InfrastructureOptimization | undefined;
  readonly autoRepairConfiguration?: AutoRepairConfiguration | undefined;
}

export interface CreatedAt {
  readonly before?: Timestamp | undefined;
  readonly after?: Timestamp | undefined;
}

export interface DaemonAlarmConfiguration {
  readonly alarmNames?: readonly string[] | undefined;
  readonly enable?: boolean | undefined;
}

export interface DaemonCapacityProvider {
  readonly arn?: string | undefined;
  readonly runningCount?: number | undefined;
  readonly withoutDaemonCount?: number | undefined;
}

export interface DaemonCircuitBreaker {
  readonly failureCount?: number | undefined;
  readonly status?: DaemonDeploymentRollbackMonitorsStatus | undefined;
  readonly threshold?: number | undefined;
}

export interface DaemonContainerDefinition {
  readonly image?: string | undefined;
  readonly name?: string | undefined;
  readonly memory?: number | undefined;
  readonly memoryReservation?: number | undefined;
  readonly repositoryCredentials?: RepositoryCredentials | undefined;
  readonly healthCheck?: HealthCheck | undefined;
  readonly cpu?: number | undefined;
  readonly essential?: boolean | undefined;
  readonly entryPoint?: readonly string[] | undefined;
  readonly command?: readonly string[] | undefined;
  readonly workingDirectory?: string | undefined;
  readonly environmentFiles?: readonly EnvironmentFile[] | undefined;
  readonly environment?: readonly KeyValuePair[] | undefined;
  readonly secrets?: readonly Secret[] | undefined;
  readonly readonlyRootFilesystem?: boolean | undefined;
  readonly mountPoints?: readonly MountPoint[] | undefined;
  readonly logConfiguration?: LogConfiguration | undefined;
  readonly firelensConfiguration?: FirelensConfiguration | undefined;
  readonly privileged?: boolean | undefined;
  readonly user?: string | undefined;
  readonly ulimits?: readonly Ulimit[] | undefined;
  readonly linuxParameters?: DaemonLinuxParameters | undefined;
  readonly dependsOn?: readonly ContainerDependency[] | undefined;
  readonly startTimeout?: number | undefined;
  readonly stopTimeout?: number | undefined;
  readonly systemControls?: readonly SystemControl[] | undefined;
  readonly interactive?: boolean | undefined;
  readonly pseudoTerminal?: boolean | undefined;
  readonly restartPolicy?: ContainerRestartPolicy | undefined;
}

export interface DaemonContainerImage {
  readonly containerName?: string | undefined;
  readonly imageDigest?: string | undefined;
  readonly image?: string | undefined;
}

export interface DaemonDeployment {
  readonly daemonDeploymentArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly status?: DaemonDeploymentStatus | undefined;
  readonly statusReason?: string | undefined;
  readonly targetDaemonRevision?: DaemonDeploymentRevisionDetail | undefined;
  readonly sourceDaemonRevisions?: readonly DaemonDeploymentRevisionDetail[] | undefined;
  readonly circuitBreaker?: DaemonCircuitBreaker | undefined;
  readonly alarms?: DaemonDeploymentAlarms | undefined;
  readonly rollback?: DaemonRollback | undefined;
  readonly deploymentConfiguration?: DaemonDeploymentConfiguration | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly startedAt?: Timestamp | undefined;
  readonly stoppedAt?: Timestamp | undefined;
  readonly finishedAt?: Timestamp | undefined;
}

export interface DaemonDeploymentAlarms {
  readonly status?: DaemonDeploymentRollbackMonitorsStatus | undefined;
  readonly alarmNames?: readonly string[] | undefined;
  readonly triggeredAlarmNames?: readonly string[] | undefined;
}

export interface DaemonDeploymentCapacityProvider {
  readonly arn?: string | undefined;
  readonly runningInstanceCount?: number | undefined;
  readonly withoutDaemonInstanceCount?: number | undefined;
  readonly drainingInstanceCount?: number | undefined;
}

export interface DaemonDeploymentConfiguration {
  readonly drainPercent?: number | undefined;
  readonly alarms?: DaemonAlarmConfiguration | undefined;
  readonly bakeTimeInMinutes?: number | undefined;
}

export interface DaemonDeploymentRevisionDetail {
  readonly arn?: string | undefined;
  readonly capacityProviders?: readonly DaemonDeploymentCapacityProvider[] | undefined;
  readonly totalRunningInstanceCount?: number | undefined;
  readonly totalWithoutDaemonInstanceCount?: number | undefined;
  readonly totalDrainingInstanceCount?: number | undefined;
}

export interface DaemonDeploymentSummary {
  readonly daemonDeploymentArn?: string | undefined;
  readonly daemonArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly status?: DaemonDeploymentStatus | undefined;
  readonly statusReason?: string | undefined;
  readonly targetDaemonRevisionArn?: string | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly startedAt?: Timestamp | undefined;
  readonly stoppedAt?: Timestamp | undefined;
  readonly finishedAt?: Timestamp | undefined;
}

export interface DaemonDetail {
  readonly daemonArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly status?: DaemonStatus | undefined;
  readonly currentRevisions?: readonly DaemonRevisionDetail[] | undefined;
  readonly deploymentArn?: string | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly updatedAt?: Timestamp | undefined;
}

export interface DaemonLinuxParameters {
  readonly capabilities?: KernelCapabilities | undefined;
  readonly devices?: readonly Device[] | undefined;
  readonly initProcessEnabled?: boolean | undefined;
  readonly tmpfs?: readonly Tmpfs[] | undefined;
}

export interface DaemonRevision {
  readonly daemonRevisionArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly daemonArn?: string | undefined;
  readonly daemonTaskDefinitionArn?: string | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly containerImages?: readonly DaemonContainerImage[] | undefined;
  readonly propagateTags?: DaemonPropagateTags | undefined;
  readonly enableECSManagedTags?: boolean | undefined;
  readonly enableExecuteCommand?: boolean | undefined;
  readonly critical?: boolean | undefined;
}

export interface DaemonRevisionDetail {
  readonly arn?: string | undefined;
  readonly capacityProviders?: readonly DaemonCapacityProvider[] | undefined;
  readonly totalRunningCount?: number | undefined;
  readonly totalWithoutDaemonCount?: number | undefined;
}

export interface DaemonRollback {
  readonly reason?: string | undefined;
  readonly startedAt?: Timestamp | undefined;
  readonly rollbackTargetDaemonRevisionArn?: string | undefined;
  readonly rollbackCapacityProviders?: readonly string[] | undefined;
}

export interface DaemonSummary {
  readonly daemonArn?: string | undefined;
  readonly status?: DaemonStatus | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly updatedAt?: Timestamp | undefined;
}

export interface DaemonTaskDefinition {
  readonly daemonTaskDefinitionArn?: string | undefined;
  readonly family?: string | undefined;
  readonly revision?: number | undefined;
  readonly taskRoleArn?: string | undefined;
  readonly executionRoleArn?: string | undefined;
  readonly containerDefinitions?: readonly DaemonContainerDefinition[] | undefined;
  readonly volumes?: readonly DaemonVolume[] | undefined;
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly status?: DaemonTaskDefinitionStatus | undefined;
  readonly registeredAt?: Timestamp | undefined;
  readonly deleteRequestedAt?: Timestamp | undefined;
  readonly registeredBy?: string | undefined;
  readonly pidMode?: DaemonPidMode | undefined;
  readonly ipcMode?: DaemonIpcMode | undefined;
}

export interface DaemonTaskDefinitionSummary {
  readonly arn?: string | undefined;
  readonly registeredAt?: Timestamp | undefined;
  readonly registeredBy?: string | undefined;
  readonly deleteRequestedAt?: Timestamp | undefined;
  readonly status?: DaemonTaskDefinitionStatus | undefined;
}

export interface DaemonVolume {
  readonly name?: string | undefined;
  readonly host?: HostVolumeProperties | undefined;
  readonly logDriverVolumeConfiguration?: LogDriverVolumeConfiguration | undefined;
}

export interface Deployment {
  readonly id?: string | undefined;
  readonly status?: string | undefined;
  readonly taskDefinition?: string | undefined;
  readonly desiredCount?: number | undefined;
  readonly pendingCount?: number | undefined;
  readonly runningCount?: number | undefined;
  readonly failedTasks?: number | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  readonly launchType?: LaunchType | undefined;
  readonly platformVersion?: string | undefined;
  readonly platformFamily?: string | undefined;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  readonly rolloutState?: DeploymentRolloutState | undefined;
  readonly rolloutStateReason?: string | undefined;
  readonly serviceConnectConfiguration?: ServiceConnectConfiguration | undefined;
  readonly serviceConnectResources?: readonly ServiceConnectServiceResource[] | undefined;
  readonly volumeConfigurations?: readonly ServiceVolumeConfiguration[] | undefined;
  readonly fargateEphemeralStorage?: DeploymentEphemeralStorage | undefined;
  readonly vpcLatticeConfigurations?: readonly VpcLatticeConfiguration[] | undefined;
}

export interface DeploymentAlarms {
  readonly alarmNames?: readonly string[] | undefined;
  readonly rollback?: boolean | undefined;
  readonly enable?: boolean | undefined;
}

export interface DeploymentCircuitBreaker {
  readonly enable?: boolean | undefined;
  readonly rollback?: boolean | undefined;
  readonly resetOnHealthyTask?: boolean | undefined;
  readonly thresholdConfiguration?: ThresholdConfiguration | undefined;
}

export interface DeploymentConfiguration {
  /** Ends a deployment whose tasks keep failing. */
  readonly deploymentCircuitBreaker?: DeploymentCircuitBreaker | undefined;
  /** How many tasks may run during a deployment, in percent of the desired count. */
  readonly maximumPercent?: number | undefined;
  /** How many must stay healthy meanwhile, in percent of the desired count. */
  readonly minimumHealthyPercent?: number | undefined;
  readonly alarms?: DeploymentAlarms | undefined;
  /** ROLLING or BLUE_GREEN. */
  readonly strategy?: DeploymentStrategy | undefined;
  /** How long both revisions run before the old one goes (BLUE_GREEN). */
  readonly bakeTimeInMinutes?: number | undefined;
  readonly lifecycleHooks?: readonly DeploymentLifecycleHook[] | undefined;
  readonly linearConfiguration?: LinearConfiguration | undefined;
  readonly canaryConfiguration?: CanaryConfiguration | undefined;
  readonly earlySuccessCriteria?: DeploymentEarlySuccessCriteria | undefined;
}

export interface DeploymentController {
  readonly type?: DeploymentControllerType | undefined;
}

export interface DeploymentEarlySuccessCriteria {
  readonly enable?: boolean | undefined;
  readonly healthyPercent?: number | undefined;
  readonly sourceServiceRevisionCleanup?: ServiceRevisionCleanup | undefined;
}

export interface DeploymentEphemeralStorage {
  readonly kmsKeyId?: string | undefined;
}

export interface DeploymentLifecycleHook {
  readonly targetType?: DeploymentLifecycleHookTargetType | undefined;
  readonly hookTargetArn?: string | undefined;
  readonly roleArn?: string | undefined;
  readonly lifecycleStages?: readonly DeploymentLifecycleHookStage[] | undefined;
  readonly hookDetails?: Readonly<Record<string, unknown>> | undefined;
  readonly timeoutConfiguration?: DeploymentLifecycleHookTimeoutConfiguration | undefined;
}

export interface DeploymentLifecycleHookDetail {
  readonly hookId?: string | undefined;
  readonly targetType?: DeploymentLifecycleHookTargetType | undefined;
  readonly targetArn?: string | undefined;
  readonly status?: DeploymentLifecycleHookStatus | undefined;
  readonly expiresAt?: Timestamp | undefined;
  readonly timeoutAction?: DeploymentLifecycleHookAction | undefined;
}

export interface DeploymentLifecycleHookTimeoutConfiguration {
  readonly timeoutInMinutes?: number | undefined;
  readonly action?: DeploymentLifecycleHookAction | undefined;
}

export interface DescribeGatewayAlbConfiguration {
  readonly networkConfiguration?: GatewayElbNetworkConfiguration | undefined;
  readonly scheme?: string | undefined;
  readonly accessLogs?: GatewayElbAccessLogConfiguration | undefined;
  readonly webACLArn?: string | undefined;
  readonly port?: number | undefined;
  readonly protocol?: GatewayAlbProtocol | undefined;
  readonly maxAlbCount?: number | undefined;
  readonly currentAlbCount?: number | undefined;
  readonly httpDesync?: GatewayAlbDesyncMitigationMode | undefined;
  readonly testTrafficRules?: GatewayAlbTestTrafficRules | undefined;
}

export interface DescribeGatewayConfiguration {
  readonly hostSharedAlb?: DescribeGatewayAlbConfiguration | undefined;
}

export interface Device {
  readonly hostPath?: string | undefined;
  readonly containerPath?: string | undefined;
  readonly permissions?: readonly DeviceCgroupPermission[] | undefined;
}

export interface DockerVolumeConfiguration {
  readonly scope?: Scope | undefined;
  readonly autoprovision?: boolean | undefined;
  readonly driver?: string | undefined;
  readonly driverOpts?: Readonly<Record<string, string>> | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
}

export interface EBSTagSpecification {
  readonly resourceType?: EBSResourceType | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly propagateTags?: PropagateTags | undefined;
}

export interface ECSExpressGatewayService {
  readonly cluster?: string | undefined;
  readonly serviceName?: string | undefined;
  readonly serviceArn?: string | undefined;
  readonly infrastructureRoleArn?: string | undefined;
  readonly status?: ExpressGatewayServiceStatus | undefined;
  readonly currentDeployment?: string | undefined;
  readonly activeConfigurations?: readonly ExpressGatewayServiceConfiguration[] | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly updatedAt?: Timestamp | undefined;
}

export interface ECSManagedResources {
  readonly ingressPaths?: readonly ManagedIngressPath[] | undefined;
  readonly autoScaling?: ManagedAutoScaling | undefined;
  readonly metricAlarms?: readonly ManagedMetricAlarm[] | undefined;
  readonly serviceSecurityGroups?: readonly ManagedSecurityGroup[] | undefined;
  readonly logGroups?: readonly ManagedLogGroup[] | undefined;
  readonly gatewayConnections?: readonly GatewayConnection[] | undefined;
}

export interface EFSAuthorizationConfig {
  readonly accessPointId?: string | undefined;
  readonly iam?: EFSAuthorizationConfigIAM | undefined;
}

export interface EFSVolumeConfiguration {
  readonly fileSystemId?: string | undefined;
  readonly rootDirectory?: string | undefined;
  readonly transitEncryption?: EFSTransitEncryption | undefined;
  readonly transitEncryptionPort?: number | undefined;
  readonly authorizationConfig?: EFSAuthorizationConfig | undefined;
}

export interface ElbGatewayResources {
  readonly loadBalancerArn?: string | undefined;
  readonly listenerArn?: string | undefined;
  readonly securityGroup?: string | undefined;
  readonly gatewayRouteArns?: readonly string[] | undefined;
}

export interface EnvironmentFile {
  readonly value?: string | undefined;
  /** `longshore.file` is ours: an absolute path on the host, below the agent's directory for such files. */
  readonly type?: string | undefined;
}

export interface EphemeralStorage {
  readonly sizeInGiB?: number | undefined;
}

export interface ExecuteCommandConfiguration {
  readonly kmsKeyId?: string | undefined;
  readonly logging?: ExecuteCommandLogging | undefined;
  readonly logConfiguration?: ExecuteCommandLogConfiguration | undefined;
}

export interface ExecuteCommandLogConfiguration {
  readonly cloudWatchLogGroupName?: string | undefined;
  readonly cloudWatchEncryptionEnabled?: boolean | undefined;
  readonly s3BucketName?: string | undefined;
  readonly s3EncryptionEnabled?: boolean | undefined;
  readonly s3KeyPrefix?: string | undefined;
}

export interface ExpressGatewayContainer {
  readonly image?: string | undefined;
  readonly containerPort?: number | undefined;
  readonly awsLogsConfiguration?: ExpressGatewayServiceAwsLogsConfiguration | undefined;
  readonly repositoryCredentials?: ExpressGatewayRepositoryCredentials | undefined;
  readonly command?: readonly string[] | undefined;
  readonly environment?: readonly KeyValuePair[] | undefined;
  readonly secrets?: readonly Secret[] | undefined;
}

export interface ExpressGatewayRepositoryCredentials {
  readonly credentialsParameter?: string | undefined;
}

export interface ExpressGatewayScalingTarget {
  readonly minTaskCount?: number | undefined;
  readonly maxTaskCount?: number | undefined;
  readonly autoScalingMetric?: ExpressGatewayServiceScalingMetric | undefined;
  readonly autoScalingTargetValue?: number | undefined;
}

export interface ExpressGatewayServiceAwsLogsConfiguration {
  readonly logGroup?: string | undefined;
  readonly logStreamPrefix?: string | undefined;
}

export interface ExpressGatewayServiceConfiguration {
  readonly serviceRevisionArn?: string | undefined;
  readonly executionRoleArn?: string | undefined;
  readonly taskRoleArn?: string | undefined;
  readonly taskDefinitionArn?: string | undefined;
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly cpuArchitecture?: ExpressCpuArchitecture | undefined;
  readonly networkConfiguration?: ExpressGatewayServiceNetworkConfiguration | undefined;
  readonly healthCheckPath?: string | undefined;
  readonly primaryContainer?: ExpressGatewayContainer | undefined;
  readonly scalingTarget?: ExpressGatewayScalingTarget | undefined;
  readonly ingressPaths?: readonly IngressPathSummary[] | undefined;
  readonly createdAt?: Timestamp | undefined;
}

export interface ExpressGatewayServiceNetworkConfiguration {
  readonly securityGroups?: readonly string[] | undefined;
  readonly subnets?: readonly string[] | undefined;
}

export interface ExpressGatewayServiceStatus {
  readonly statusCode?: ExpressGatewayServiceStatusCode | undefined;
  readonly statusReason?: string | undefined;
}

export interface FSxWindowsFileServerAuthorizationConfig {
  readonly credentialsParameter?: string | undefined;
  readonly domain?: string | undefined;
}

export interface FSxWindowsFileServerVolumeConfiguration {
  readonly fileSystemId?: string | undefined;
  readonly rootDirectory?: string | undefined;
  readonly authorizationConfig?: FSxWindowsFileServerAuthorizationConfig | undefined;
}

export interface Failure {
  readonly arn?: string | undefined;
  readonly reason?: string | undefined;
  readonly detail?: string | undefined;
}

export interface FirelensConfiguration {
  readonly type?: FirelensConfigurationType | undefined;
  readonly options?: Readonly<Record<string, string>> | undefined;
}

export interface Gateway {
  readonly gatewayArn?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: GatewayStatus | undefined;
  readonly statusReason?: string | undefined;
  readonly failures?: readonly GatewayResourceFailure[] | undefined;
  readonly infrastructureRoleArn?: string | undefined;
  readonly deletionProtection?: boolean | undefined;
  readonly configuration?: DescribeGatewayConfiguration | undefined;
  readonly accessType?: AccessType | undefined;
  readonly propagateTags?: PropagateGatewayTags | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly updatedAt?: Timestamp | undefined;
}

export interface GatewayAlbTestTrafficRules {
  readonly header?: GatewayTestTrafficHeader | undefined;
}

export interface GatewayClusterAssociationSummary {
  readonly gatewayArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly status?: GatewayClusterAssociationStatus | undefined;
}

export interface GatewayConfiguration {
  readonly hostSharedAlb?: HostSharedAlbConfiguration | undefined;
}

export interface GatewayConnection {
  readonly gatewayArn?: string | undefined;
  readonly gatewayRouteArn?: string | undefined;
  readonly portName?: string | undefined;
  readonly serviceUrl?: string | undefined;
  readonly accessType?: AccessType | undefined;
  readonly status?: GatewayRouteStatus | undefined;
  readonly resources?: GatewayConnectionResources | undefined;
}

export interface GatewayConnectionAlbResources {
  readonly acmCertificateArn?: string | undefined;
  readonly loadBalancerArn?: string | undefined;
  readonly loadBalancerSecurityGroupArns?: readonly string[] | undefined;
  readonly listenerArn?: string | undefined;
  readonly listenerRuleArn?: string | undefined;
  readonly testListenerRuleArn?: string | undefined;
  readonly targetGroupArn?: string | undefined;
  readonly alternateTargetGroupArn?: string | undefined;
}

export interface GatewayConnectionResources {
  readonly hostSharedAlb?: readonly GatewayConnectionAlbResources[] | undefined;
}

export interface GatewayConnector {
  readonly portName?: string | undefined;
  readonly healthCheck?: GatewayConnectorHealthCheck | undefined;
  readonly filters?: GatewayConnectorFilters | undefined;
}

export interface GatewayConnectorFilters {
  readonly accessTypes?: readonly AccessType[] | undefined;
}

export interface GatewayConnectorHealthCheck {
  readonly healthCheckProtocol?: GatewayConnectorHealthCheckProtocol | undefined;
  readonly healthCheckPort?: number | undefined;
  readonly healthCheckPath?: string | undefined;
  readonly healthCheckTimeoutSeconds?: number | undefined;
  readonly healthCheckIntervalSeconds?: number | undefined;
  readonly healthyThresholdCount?: number | undefined;
  readonly unhealthyThresholdCount?: number | undefined;
  readonly matcher?: GatewayConnectorHealthCheckMatcher | undefined;
}

export interface GatewayConnectorHealthCheckMatcher {
  readonly httpCode?: string | undefined;
  readonly grpcCode?: string | undefined;
}

export interface GatewayElbAccessLogConfiguration {
  readonly destination?: GatewayElbAccessLogDestination | undefined;
}

export interface GatewayElbAccessLogDestination {
  readonly s3?: GatewayElbAccessLogS3Destination | undefined;
}

export interface GatewayElbAccessLogS3Destination {
  readonly bucket?: string | undefined;
  readonly prefix?: string | undefined;
}

export interface GatewayElbNetworkConfiguration {
  readonly inboundSecurityGroup?: string | undefined;
  readonly subnets?: readonly string[] | undefined;
  readonly ipAddressType?: string | undefined;
}

export interface GatewayInfrastructureResources {
  readonly hostSharedAlb?: readonly ElbGatewayResources[] | undefined;
}

export interface GatewayOperationError {
  readonly operation?: string | undefined;
  readonly code?: string | undefined;
  readonly message?: string | undefined;
}

export interface GatewayResourceFailure {
  readonly arn?: string | undefined;
  readonly errors?: readonly GatewayOperationError[] | undefined;
}

export interface GatewayResources {
  readonly gatewayArn?: string | undefined;
  readonly resources?: GatewayInfrastructureResources | undefined;
}

export interface GatewayRoute {
  readonly gatewayRouteArn?: string | undefined;
  readonly serviceArn?: string | undefined;
  readonly serviceContainerPortName?: string | undefined;
  readonly status?: GatewayRouteStatus | undefined;
  readonly serviceUrl?: string | undefined;
  readonly resources?: GatewayRouteResources | undefined;
}

export interface GatewayRouteAlbResources {
  readonly acmCertificateArn?: string | undefined;
  readonly loadBalancerArn?: string | undefined;
  readonly listenerArn?: string | undefined;
  readonly listenerRuleArn?: string | undefined;
  readonly testListenerRuleArns?: readonly string[] | undefined;
  readonly loadBalancerSecurityGroups?: readonly GatewayRouteLoadBalancerSecurityGroup[] | undefined;
  readonly serviceSecurityGroupArn?: string | undefined;
}

export interface GatewayRouteLoadBalancerSecurityGroup {
  readonly arn?: string | undefined;
  readonly ruleArns?: readonly string[] | undefined;
}

export interface GatewayRouteResources {
  readonly hostSharedAlb?: readonly GatewayRouteAlbResources[] | undefined;
}

export interface GatewayRouteSummary {
  readonly gatewayRouteArn?: string | undefined;
  readonly gatewayArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly serviceArn?: string | undefined;
  readonly serviceContainerPortName?: string | undefined;
  readonly status?: GatewayRouteStatus | undefined;
}

export interface GatewaySummary {
  readonly gatewayArn?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: GatewayStatus | undefined;
  readonly createdAt?: Timestamp | undefined;
}

export interface GatewayTestTrafficHeader {
  readonly name?: string | undefined;
  readonly values?: readonly string[] | undefined;
}

export interface GpuDevice {
  readonly gpuId?: string | undefined;
  readonly sharingMode?: GpuSharingMode | undefined;
  readonly totalMemoryInMiB?: number | undefined;
  readonly remainingMemoryInMiB?: number | undefined;
  readonly containerCount?: number | undefined;
}

export interface HealthCheck {
  /** CMD and its arguments, or CMD-SHELL and a line for the shell. */
  readonly command?: readonly string[] | undefined;
  /** Seconds between checks, 5 to 300; 30 unless said otherwise. */
  readonly interval?: number | undefined;
  /** Seconds a check may take, 2 to 60; 5 unless said otherwise. */
  readonly timeout?: number | undefined;
  /** Failures in a row until UNHEALTHY, 1 to 10; 3 unless said otherwise. */
  readonly retries?: number | undefined;
  /** Seconds at the start in which failures do not count, 0 to 300. */
  readonly startPeriod?: number | undefined;
}

export interface HostEntry {
  readonly hostname?: string | undefined;
  readonly ipAddress?: string | undefined;
}

export interface HostSharedAlbConfiguration {
  readonly networkConfiguration?: GatewayElbNetworkConfiguration | undefined;
  readonly scheme?: string | undefined;
  readonly webACLArn?: string | undefined;
  readonly accessLogs?: GatewayElbAccessLogConfiguration | undefined;
  readonly port?: number | undefined;
  readonly protocol?: GatewayAlbProtocol | undefined;
  readonly maxAlbCount?: number | undefined;
  readonly httpDesync?: GatewayAlbDesyncMitigationMode | undefined;
  readonly testTrafficRules?: GatewayAlbTestTrafficRules | undefined;
}

export interface HostVolumeProperties {
  readonly sourcePath?: string | undefined;
}

export interface InferenceAccelerator {
  readonly deviceName?: string | undefined;
  readonly deviceType?: string | undefined;
}

export interface InferenceAcceleratorOverride {
  readonly deviceName?: string | undefined;
  readonly deviceType?: string | undefined;
}

export interface InfrastructureOptimization {
  readonly scaleInAfter?: number | undefined;
}

export interface IngressPathSummary {
  readonly accessType?: AccessType | undefined;
  readonly endpoint?: string | undefined;
}

export interface InstanceHealthCheckResult {
  readonly type?: InstanceHealthCheckType | undefined;
  readonly status?: InstanceHealthCheckState | undefined;
  readonly statusReason?: string | undefined;
  readonly lastUpdated?: Timestamp | undefined;
  readonly lastStatusChange?: Timestamp | undefined;
}

export interface InstanceLaunchTemplate {
  readonly ec2InstanceProfileArn?: string | undefined;
  readonly networkConfiguration?: ManagedInstancesNetworkConfiguration | undefined;
  readonly storageConfiguration?: ManagedInstancesStorageConfiguration | undefined;
  readonly localStorageConfiguration?: ManagedInstancesLocalStorageConfiguration | undefined;
  readonly monitoring?: ManagedInstancesMonitoringOptions | undefined;
  readonly capacityOptionType?: CapacityOptionType | undefined;
  readonly instanceMetadataTagsPropagation?: boolean | undefined;
  readonly instanceRequirements?: InstanceRequirementsRequest | undefined;
  readonly fipsEnabled?: boolean | undefined;
  readonly capacityReservations?: CapacityReservationRequest | undefined;
}

export interface InstanceLaunchTemplateUpdate {
  readonly ec2InstanceProfileArn?: string | undefined;
  readonly networkConfiguration?: ManagedInstancesNetworkConfiguration | undefined;
  readonly storageConfiguration?: ManagedInstancesStorageConfiguration | undefined;
  readonly instanceMetadataTagsPropagation?: boolean | undefined;
  readonly localStorageConfiguration?: ManagedInstancesLocalStorageConfiguration | undefined;
  readonly monitoring?: ManagedInstancesMonitoringOptions | undefined;
  readonly instanceRequirements?: InstanceRequirementsRequest | undefined;
  readonly capacityReservations?: CapacityReservationRequest | undefined;
}

export interface InstanceRequirementsRequest {
  readonly vCpuCount?: VCpuCountRangeRequest | undefined;
  readonly memoryMiB?: MemoryMiBRequest | undefined;
  readonly cpuManufacturers?: readonly string[] | undefined;
  readonly memoryGiBPerVCpu?: MemoryGiBPerVCpuRequest | undefined;
  readonly excludedInstanceTypes?: readonly string[] | undefined;
  readonly instanceGenerations?: readonly InstanceGeneration[] | undefined;
  readonly spotMaxPricePercentageOverLowestPrice?: number | undefined;
  readonly onDemandMaxPricePercentageOverLowestPrice?: number | undefined;
  readonly bareMetal?: BareMetal | undefined;
  readonly burstablePerformance?: BurstablePerformance | undefined;
  readonly requireHibernateSupport?: boolean | undefined;
  readonly networkInterfaceCount?: NetworkInterfaceCountRequest | undefined;
  readonly localStorage?: LocalStorage | undefined;
  readonly localStorageTypes?: readonly LocalStorageType[] | undefined;
  readonly totalLocalStorageGB?: TotalLocalStorageGBRequest | undefined;
  readonly baselineEbsBandwidthMbps?: BaselineEbsBandwidthMbpsRequest | undefined;
  readonly acceleratorTypes?: readonly AcceleratorType[] | undefined;
  readonly acceleratorCount?: AcceleratorCountRequest | undefined;
  readonly acceleratorManufacturers?: readonly string[] | undefined;
  readonly acceleratorNames?: readonly string[] | undefined;
  readonly acceleratorTotalMemoryMiB?: AcceleratorTotalMemoryMiBRequest | undefined;
  readonly networkBandwidthGbps?: NetworkBandwidthGbpsRequest | undefined;
  readonly allowedInstanceTypes?: readonly string[] | undefined;
  readonly maxSpotPriceAsPercentageOfOptimalOnDemandPrice?: number | undefined;
}

export interface KernelCapabilities {
  readonly add?: readonly string[] | undefined;
  readonly drop?: readonly string[] | undefined;
}

export interface KeyValuePair {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
}

export interface LinearConfiguration {
  readonly stepPercent?: number | undefined;
  readonly stepBakeTimeInMinutes?: number | undefined;
}

export interface LinuxParameters {
  readonly capabilities?: KernelCapabilities | undefined;
  readonly devices?: readonly Device[] | undefined;
  readonly initProcessEnabled?: boolean | undefined;
  readonly sharedMemorySize?: number | undefined;
  readonly tmpfs?: readonly Tmpfs[] | undefined;
  readonly maxSwap?: number | undefined;
  readonly swappiness?: number | undefined;
}

export interface LoadBalancer {
  readonly targetGroupArn?: string | undefined;
  readonly loadBalancerName?: string | undefined;
  readonly containerName?: string | undefined;
  readonly containerPort?: number | undefined;
  readonly advancedConfiguration?: AdvancedConfiguration | undefined;
}

export interface LogConfiguration {
  readonly logDriver?: string | undefined;
  readonly options?: Readonly<Record<string, string>> | undefined;
  readonly secretOptions?: readonly Secret[] | undefined;
}

export interface LogDriverVolumeConfiguration {
  readonly driver?: string | undefined;
}

export interface ManagedAgent {
  readonly lastStartedAt?: Timestamp | undefined;
  readonly name?: ManagedAgentName | undefined;
  readonly reason?: string | undefined;
  readonly lastStatus?: string | undefined;
}

export interface ManagedAgentStateChange {
  readonly containerName?: string | undefined;
  readonly managedAgentName?: ManagedAgentName | undefined;
  readonly status?: string | undefined;
  readonly reason?: string | undefined;
}

export interface ManagedApplicationAutoScalingPolicy {
  readonly status?: ManagedResourceStatus | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly policyType?: string | undefined;
  readonly targetValue?: number | undefined;
  readonly metric?: string | undefined;
  readonly arn?: string | undefined;
  readonly statusReason?: string | undefined;
}

export interface ManagedAutoScaling {
  readonly scalableTarget?: ManagedScalableTarget | undefined;
  readonly applicationAutoScalingPolicies?: readonly ManagedApplicationAutoScalingPolicy[] | undefined;
}

export interface ManagedCertificate {
  readonly status?: ManagedResourceStatus | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly domainName?: string | undefined;
  readonly arn?: string | undefined;
  readonly statusReason?: string | undefined;
}

export interface ManagedIngressPath {
  readonly accessType?: AccessType | undefined;
  readonly endpoint?: string | undefined;
  readonly loadBalancer?: ManagedLoadBalancer | undefined;
  readonly loadBalancerSecurityGroups?: readonly ManagedSecurityGroup[] | undefined;
  readonly certificate?: ManagedCertificate | undefined;
  readonly listener?: ManagedListener | undefined;
  readonly rule?: ManagedListenerRule | undefined;
  readonly targetGroups?: readonly ManagedTargetGroup[] | undefined;
}

export interface ManagedInstancesLocalStorageConfiguration {
  readonly useLocalStorage?: boolean | undefined;
}

export interface ManagedInstancesNetworkConfiguration {
  readonly subnets?: readonly string[] | undefined;
  readonly securityGroups?: readonly string[] | undefined;
}

export interface ManagedInstancesProvider {
  readonly infrastructureRoleArn?: string | undefined;
  readonly instanceLaunchTemplate?: InstanceLaunchTemplate | undefined;
  readonly propagateTags?: PropagateMITags | undefined;
  readonly infrastructureOptimization?: InfrastructureOptimization | undefined;
  readonly autoRepairConfiguration?: AutoRepairConfiguration | undefined;
}

export interface ManagedInstancesStorageConfiguration {
  readonly storageSizeGiB?: number | undefined;
}

export interface ManagedListener {
  readonly status?: ManagedResourceStatus | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly arn?: string | undefined;
  readonly statusReason?: string | undefined;
}

export interface ManagedListenerRule {
  readonly status?: ManagedResourceStatus | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly arn?: string | undefined;
  readonly statusReason?: string | undefined;
}

export interface ManagedLoadBalancer {
  readonly status?: ManagedResourceStatus | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly scheme?: string | undefined;
  readonly arn?: string | undefined;
  readonly statusReason?: string | undefined;
  readonly subnetIds?: readonly string[] | undefined;
  readonly securityGroupIds?: readonly string[] | undefined;
}

export interface ManagedLogGroup {
  readonly status?: ManagedResourceStatus | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly logGroupName?: string | undefined;
  readonly arn?: string | undefined;
  readonly statusReason?: string | undefined;
}

export interface ManagedMetricAlarm {
  readonly status?: ManagedResourceStatus | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly arn?: string | undefined;
  readonly statusReason?: string | undefined;
}

export interface ManagedScalableTarget {
  readonly status?: ManagedResourceStatus | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly minCapacity?: number | undefined;
  readonly maxCapacity?: number | undefined;
  readonly arn?: string | undefined;
  readonly statusReason?: string | undefined;
}

export interface ManagedScaling {
  readonly status?: ManagedScalingStatus | undefined;
  readonly targetCapacity?: number | undefined;
  readonly minimumScalingStepSize?: number | undefined;
  readonly maximumScalingStepSize?: number | undefined;
  readonly instanceWarmupPeriod?: number | undefined;
}

export interface ManagedSecurityGroup {
  readonly status?: ManagedResourceStatus | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly arn?: string | undefined;
  readonly statusReason?: string | undefined;
}

export interface ManagedStorageConfiguration {
  readonly kmsKeyId?: string | undefined;
  readonly fargateEphemeralStorageKmsKeyId?: string | undefined;
}

export interface ManagedTargetGroup {
  readonly status?: ManagedResourceStatus | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly healthCheckPath?: string | undefined;
  readonly healthCheckPort?: number | undefined;
  readonly port?: number | undefined;
  readonly arn?: string | undefined;
  readonly statusReason?: string | undefined;
}

export interface MemoryGiBPerVCpuRequest {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface MemoryMiBRequest {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface MetricConfiguration {
  readonly metricNames?: readonly string[] | undefined;
  readonly resolutionSeconds?: number | undefined;
}

export interface MonitoringConfiguration {
  readonly metricConfigurations?: readonly MetricConfiguration[] | undefined;
}

export interface MountPoint {
  /** Name of a volume of the task. */
  readonly sourceVolume?: string | undefined;
  /** Absolute path inside. */
  readonly containerPath?: string | undefined;
  /** Mounts it without write access. */
  readonly readOnly?: boolean | undefined;
}

export interface NetworkBandwidthGbpsRequest {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface NetworkBinding {
  readonly bindIP?: string | undefined;
  readonly containerPort?: number | undefined;
  readonly hostPort?: number | undefined;
  readonly protocol?: TransportProtocol | undefined;
  readonly containerPortRange?: string | undefined;
  readonly hostPortRange?: string | undefined;
}

export interface NetworkConfiguration {
  readonly awsvpcConfiguration?: AwsVpcConfiguration | undefined;
}

export interface NetworkInterface {
  readonly attachmentId?: string | undefined;
  readonly privateIpv4Address?: string | undefined;
  readonly ipv6Address?: string | undefined;
}

export interface NetworkInterfaceCountRequest {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface NvidiaMpsAllocation {
  readonly memory?: number | undefined;
  readonly maxComputePercent?: number | undefined;
}

export interface PlacementConstraint {
  /** distinctInstance or memberOf. */
  readonly type?: PlacementConstraintType | undefined;
  /** For memberOf: an expression of the cluster query language. */
  readonly expression?: string | undefined;
}

export interface PlacementStrategy {
  /** spread, binpack or random. */
  readonly type?: PlacementStrategyType | undefined;
  /** What to spread over (instanceId, attribute:NAME) or to pack by (cpu, memory). */
  readonly field?: string | undefined;
}

export interface PlatformDevice {
  readonly id?: string | undefined;
  readonly type?: PlatformDeviceType | undefined;
}

export interface PortMapping {
  /** Port inside. */
  readonly containerPort?: number | undefined;
  /** Port of the host; 0 or none is chosen by the agent in bridge mode. */
  readonly hostPort?: number | undefined;
  /** tcp unless said otherwise. */
  readonly protocol?: TransportProtocol | undefined;
  /** Unique name of the mapping. */
  readonly name?: string | undefined;
  /** What is spoken on it; kept. */
  readonly appProtocol?: ApplicationProtocol | undefined;
  /** FIRST-LAST instead of a single port. */
  readonly containerPortRange?: string | undefined;
}

export interface ProtectedTask {
  readonly taskArn?: string | undefined;
  readonly protectionEnabled?: boolean | undefined;
  readonly expirationDate?: Timestamp | undefined;
}

export interface ProxyConfiguration {
  readonly containerName?: string | undefined;
  readonly type?: ProxyConfigurationType | undefined;
  readonly properties?: readonly KeyValuePair[] | undefined;
}

export interface RepositoryCredentials {
  readonly credentialsParameter?: string | undefined;
}

export interface ResolvedConfiguration {
  readonly loadBalancers?: readonly ServiceRevisionLoadBalancer[] | undefined;
  readonly vpcLatticeConfigurations?: readonly ServiceRevisionVpcLatticeConfiguration[] | undefined;
}

export interface Resource {
  readonly name?: string | undefined;
  readonly type?: string | undefined;
  readonly doubleValue?: number | undefined;
  readonly longValue?: number | undefined;
  readonly integerValue?: number | undefined;
  readonly stringSetValue?: readonly string[] | undefined;
}

export interface ResourceRequirement {
  readonly type?: ResourceType | undefined;
  readonly value?: string | undefined;
  readonly sharingStrategy?: SharingStrategy | undefined;
}

export interface Rollback {
  readonly reason?: string | undefined;
  readonly startedAt?: Timestamp | undefined;
  readonly serviceRevisionArn?: string | undefined;
}

export interface RuntimePlatform {
  readonly cpuArchitecture?: CPUArchitecture | undefined;
  readonly operatingSystemFamily?: OSFamily | undefined;
}

export interface RuntimePlatformOverride {
  readonly cpuArchitecture?: string | undefined;
}

export interface S3FilesVolumeConfiguration {
  readonly fileSystemArn?: string | undefined;
  readonly rootDirectory?: string | undefined;
  readonly transitEncryptionPort?: number | undefined;
  readonly accessPointArn?: string | undefined;
}

export interface Scale {
  readonly value?: number | undefined;
  readonly unit?: ScaleUnit | undefined;
}

export interface Secret {
  readonly name?: string | undefined;
  readonly valueFrom?: string | undefined;
}

export interface Service {
  readonly serviceArn?: string | undefined;
  readonly serviceName?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly loadBalancers?: readonly LoadBalancer[] | undefined;
  readonly serviceRegistries?: readonly ServiceRegistry[] | undefined;
  readonly status?: string | undefined;
  readonly desiredCount?: number | undefined;
  readonly runningCount?: number | undefined;
  readonly pendingCount?: number | undefined;
  readonly launchType?: LaunchType | undefined;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  readonly platformVersion?: string | undefined;
  readonly platformFamily?: string | undefined;
  readonly taskDefinition?: string | undefined;
  readonly deploymentConfiguration?: DeploymentConfiguration | undefined;
  readonly taskSets?: readonly TaskSet[] | undefined;
  readonly deployments?: readonly Deployment[] | undefined;
  readonly roleArn?: string | undefined;
  readonly events?: readonly ServiceEvent[] | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly currentServiceDeployment?: string | undefined;
  readonly currentServiceRevisions?: readonly ServiceCurrentRevisionSummary[] | undefined;
  readonly placementConstraints?: readonly PlacementConstraint[] | undefined;
  readonly placementStrategy?: readonly PlacementStrategy[] | undefined;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  readonly healthCheckGracePeriodSeconds?: number | undefined;
  readonly schedulingStrategy?: SchedulingStrategy | undefined;
  readonly deploymentController?: DeploymentController | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly createdBy?: string | undefined;
  readonly enableECSManagedTags?: boolean | undefined;
  readonly propagateTags?: PropagateTags | undefined;
  readonly enableExecuteCommand?: boolean | undefined;
  readonly availabilityZoneRebalancing?: AvailabilityZoneRebalancing | undefined;
  readonly resourceManagementType?: ResourceManagementType | undefined;
}

export interface ServiceConnectAccessLogConfiguration {
  readonly format?: ServiceConnectAccessLoggingFormat | undefined;
  readonly includeQueryParameters?: ServiceConnectIncludeQueryParameters | undefined;
}

export interface ServiceConnectClientAlias {
  readonly port?: number | undefined;
  readonly dnsName?: string | undefined;
  readonly testTrafficRules?: ServiceConnectTestTrafficRules | undefined;
}

export interface ServiceConnectConfiguration {
  readonly enabled?: boolean | undefined;
  readonly namespace?: string | undefined;
  readonly services?: readonly ServiceConnectService[] | undefined;
  readonly logConfiguration?: LogConfiguration | undefined;
  readonly accessLogConfiguration?: ServiceConnectAccessLogConfiguration | undefined;
  readonly containerConfigurations?: readonly ServiceConnectContainerConfiguration[] | undefined;
}

export interface ServiceConnectContainerConfiguration {
  readonly logLevel?: string | undefined;
}

export interface ServiceConnectService {
  readonly portName?: string | undefined;
  readonly discoveryName?: string | undefined;
  readonly clientAliases?: readonly ServiceConnectClientAlias[] | undefined;
  readonly ingressPortOverride?: number | undefined;
  readonly timeout?: TimeoutConfiguration | undefined;
  readonly tls?: ServiceConnectTlsConfiguration | undefined;
}

export interface ServiceConnectServiceResource {
  readonly discoveryName?: string | undefined;
  readonly discoveryArn?: string | undefined;
}

export interface ServiceConnectTestTrafficHeaderMatchRules {
  readonly exact?: string | undefined;
}

export interface ServiceConnectTestTrafficHeaderRules {
  readonly name?: string | undefined;
  readonly value?: ServiceConnectTestTrafficHeaderMatchRules | undefined;
}

export interface ServiceConnectTestTrafficRules {
  readonly header?: ServiceConnectTestTrafficHeaderRules | undefined;
}

export interface ServiceConnectTlsCertificateAuthority {
  readonly awsPcaAuthorityArn?: string | undefined;
}

export interface ServiceConnectTlsConfiguration {
  readonly issuerCertificateAuthority?: ServiceConnectTlsCertificateAuthority | undefined;
  readonly kmsKey?: string | undefined;
  readonly roleArn?: string | undefined;
}

export interface ServiceCurrentRevisionSummary {
  readonly arn?: string | undefined;
  readonly requestedTaskCount?: number | undefined;
  readonly runningTaskCount?: number | undefined;
  readonly pendingTaskCount?: number | undefined;
}

export interface ServiceDeployment {
  readonly serviceDeploymentArn?: string | undefined;
  readonly serviceArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly startedAt?: Timestamp | undefined;
  readonly finishedAt?: Timestamp | undefined;
  readonly stoppedAt?: Timestamp | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly sourceServiceRevisions?: readonly ServiceRevisionSummary[] | undefined;
  readonly targetServiceRevision?: ServiceRevisionSummary | undefined;
  readonly status?: ServiceDeploymentStatus | undefined;
  readonly statusReason?: string | undefined;
  readonly lifecycleStage?: ServiceDeploymentLifecycleStage | undefined;
  readonly lifecycleHookDetails?: readonly DeploymentLifecycleHookDetail[] | undefined;
  readonly deploymentConfiguration?: DeploymentConfiguration | undefined;
  readonly rollback?: Rollback | undefined;
  readonly deploymentCircuitBreaker?: ServiceDeploymentCircuitBreaker | undefined;
  readonly alarms?: ServiceDeploymentAlarms | undefined;
}

export interface ServiceDeploymentAlarms {
  readonly status?: ServiceDeploymentRollbackMonitorsStatus | undefined;
  readonly alarmNames?: readonly string[] | undefined;
  readonly triggeredAlarmNames?: readonly string[] | undefined;
}

export interface ServiceDeploymentBrief {
  readonly serviceDeploymentArn?: string | undefined;
  readonly serviceArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly startedAt?: Timestamp | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly finishedAt?: Timestamp | undefined;
  readonly targetServiceRevisionArn?: string | undefined;
  readonly status?: ServiceDeploymentStatus | undefined;
  readonly statusReason?: string | undefined;
}

export interface ServiceDeploymentCircuitBreaker {
  readonly status?: ServiceDeploymentRollbackMonitorsStatus | undefined;
  readonly failureCount?: number | undefined;
  readonly threshold?: number | undefined;
}

export interface ServiceEvent {
  readonly id?: string | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly message?: string | undefined;
}

export interface ServiceManagedEBSVolumeConfiguration {
  readonly roleArn?: string | undefined;
  readonly encrypted?: boolean | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly volumeType?: string | undefined;
  readonly sizeInGiB?: number | undefined;
  readonly snapshotId?: string | undefined;
  readonly volumeInitializationRate?: number | undefined;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly tagSpecifications?: readonly EBSTagSpecification[] | undefined;
  readonly filesystemType?: TaskFilesystemType | undefined;
}

export interface ServiceRegistry {
  readonly registryArn?: string | undefined;
  readonly port?: number | undefined;
  readonly containerName?: string | undefined;
  readonly containerPort?: number | undefined;
}

export interface ServiceRevision {
  readonly serviceRevisionArn?: string | undefined;
  readonly serviceArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly taskDefinition?: string | undefined;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  readonly launchType?: LaunchType | undefined;
  readonly platformVersion?: string | undefined;
  readonly platformFamily?: string | undefined;
  readonly loadBalancers?: readonly LoadBalancer[] | undefined;
  readonly serviceRegistries?: readonly ServiceRegistry[] | undefined;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  readonly containerImages?: readonly ContainerImage[] | undefined;
  readonly guardDutyEnabled?: boolean | undefined;
  readonly serviceConnectConfiguration?: ServiceConnectConfiguration | undefined;
  readonly volumeConfigurations?: readonly ServiceVolumeConfiguration[] | undefined;
  readonly fargateEphemeralStorage?: DeploymentEphemeralStorage | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly vpcLatticeConfigurations?: readonly VpcLatticeConfiguration[] | undefined;
  readonly resolvedConfiguration?: ResolvedConfiguration | undefined;
  readonly ecsManagedResources?: ECSManagedResources | undefined;
  readonly overrides?: ServiceRevisionOverrides | undefined;
  readonly gatewayConnectors?: readonly GatewayConnector[] | undefined;
  readonly monitoring?: MonitoringConfiguration | undefined;
}

export interface ServiceRevisionLoadBalancer {
  readonly targetGroupArn?: string | undefined;
  readonly productionListenerRule?: string | undefined;
}

export interface ServiceRevisionOverrides {
  readonly runtimePlatform?: RuntimePlatformOverride | undefined;
}

export interface ServiceRevisionSummary {
  readonly arn?: string | undefined;
  readonly requestedTaskCount?: number | undefined;
  readonly runningTaskCount?: number | undefined;
  readonly pendingTaskCount?: number | undefined;
  readonly requestedTestTrafficWeight?: number | undefined;
  readonly requestedProductionTrafficWeight?: number | undefined;
}

export interface ServiceRevisionVpcLatticeConfiguration {
  readonly targetGroupArn?: string | undefined;
  readonly productionListenerRule?: string | undefined;
}

export interface ServiceVolumeConfiguration {
  readonly name?: string | undefined;
  readonly managedEBSVolume?: ServiceManagedEBSVolumeConfiguration | undefined;
}

export interface Session {
  readonly sessionId?: string | undefined;
  readonly streamUrl?: string | undefined;
  readonly tokenValue?: string | undefined;
}

export interface Setting {
  readonly name?: SettingName | undefined;
  readonly value?: string | undefined;
  readonly principalArn?: string | undefined;
  readonly type?: SettingType | undefined;
}

export interface SharingStrategy {
  readonly nvidiaMps?: NvidiaMpsAllocation | undefined;
}

export interface SystemControl {
  readonly namespace?: string | undefined;
  readonly value?: string | undefined;
}

export interface Tag {
  /** Up to 128 characters. */
  readonly key?: string | undefined;
  /** Up to 256 characters. */
  readonly value?: string | undefined;
}

export interface Task {
  readonly attachments?: readonly Attachment[] | undefined;
  readonly attributes?: readonly Attribute[] | undefined;
  readonly availabilityZone?: string | undefined;
  readonly capacityProviderName?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly connectivity?: Connectivity | undefined;
  readonly connectivityAt?: Timestamp | undefined;
  readonly containerInstanceArn?: string | undefined;
  readonly containers?: readonly Container[] | undefined;
  readonly cpu?: string | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly desiredStatus?: string | undefined;
  readonly enableExecuteCommand?: boolean | undefined;
  readonly executionStoppedAt?: Timestamp | undefined;
  readonly group?: string | undefined;
  readonly healthStatus?: HealthStatus | undefined;
  readonly inferenceAccelerators?: readonly InferenceAccelerator[] | undefined;
  readonly lastStatus?: string | undefined;
  readonly launchType?: LaunchType | undefined;
  readonly memory?: string | undefined;
  readonly overrides?: TaskOverride | undefined;
  readonly platformVersion?: string | undefined;
  readonly platformFamily?: string | undefined;
  readonly pullStartedAt?: Timestamp | undefined;
  readonly pullStoppedAt?: Timestamp | undefined;
  readonly startedAt?: Timestamp | undefined;
  readonly startedBy?: string | undefined;
  readonly stopCode?: TaskStopCode | undefined;
  readonly stoppedAt?: Timestamp | undefined;
  readonly stoppedReason?: string | undefined;
  readonly stoppingAt?: Timestamp | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly taskArn?: string | undefined;
  readonly taskDefinitionArn?: string | undefined;
  readonly version?: number | undefined;
  readonly ephemeralStorage?: EphemeralStorage | undefined;
  readonly fargateEphemeralStorage?: TaskEphemeralStorage | undefined;
}

export interface TaskDefinition {
  readonly taskDefinitionArn?: string | undefined;
  readonly containerDefinitions?: readonly ContainerDefinition[] | undefined;
  readonly family?: string | undefined;
  readonly taskRoleArn?: string | undefined;
  readonly executionRoleArn?: string | undefined;
  readonly networkMode?: NetworkMode | undefined;
  readonly revision?: number | undefined;
  readonly volumes?: readonly Volume[] | undefined;
  readonly status?: TaskDefinitionStatus | undefined;
  readonly requiresAttributes?: readonly Attribute[] | undefined;
  readonly placementConstraints?: readonly TaskDefinitionPlacementConstraint[] | undefined;
  readonly compatibilities?: readonly Compatibility[] | undefined;
  readonly runtimePlatform?: RuntimePlatform | undefined;
  readonly requiresCompatibilities?: readonly Compatibility[] | undefined;
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly inferenceAccelerators?: readonly InferenceAccelerator[] | undefined;
  readonly pidMode?: PidMode | undefined;
  readonly ipcMode?: IpcMode | undefined;
  readonly proxyConfiguration?: ProxyConfiguration | undefined;
  readonly registeredAt?: Timestamp | undefined;
  readonly deregisteredAt?: Timestamp | undefined;
  readonly deleteRequestedAt?: Timestamp | undefined;
  readonly registeredBy?: string | undefined;
  readonly ephemeralStorage?: EphemeralStorage | undefined;
  readonly enableFaultInjection?: boolean | undefined;
}

export interface TaskDefinitionPlacementConstraint {
  readonly type?: TaskDefinitionPlacementConstraintType | undefined;
  readonly expression?: string | undefined;
}

export interface TaskEphemeralStorage {
  readonly sizeInGiB?: number | undefined;
  readonly kmsKeyId?: string | undefined;
}

export interface TaskManagedEBSVolumeConfiguration {
  readonly roleArn?: string | undefined;
  readonly encrypted?: boolean | undefined;
  readonly kmsKeyId?: string | undefined;
  readonly volumeType?: string | undefined;
  readonly sizeInGiB?: number | undefined;
  readonly snapshotId?: string | undefined;
  readonly volumeInitializationRate?: number | undefined;
  readonly iops?: number | undefined;
  readonly throughput?: number | undefined;
  readonly tagSpecifications?: readonly EBSTagSpecification[] | undefined;
  readonly terminationPolicy?: TaskManagedEBSVolumeTerminationPolicy | undefined;
  readonly filesystemType?: TaskFilesystemType | undefined;
}

export interface TaskManagedEBSVolumeTerminationPolicy {
  readonly deleteOnTermination?: boolean | undefined;
}

export interface TaskOverride {
  /** What differs, by container. */
  readonly containerOverrides?: readonly ContainerOverride[] | undefined;
  /** Replaces the task-level cpu. */
  readonly cpu?: string | undefined;
  readonly inferenceAcceleratorOverrides?: readonly InferenceAcceleratorOverride[] | undefined;
  /** Replaces the execution role. */
  readonly executionRoleArn?: string | undefined;
  /** Replaces the task-level memory. */
  readonly memory?: string | undefined;
  /** Replaces the task role. */
  readonly taskRoleArn?: string | undefined;
  /** Replaces the scratch space. */
  readonly ephemeralStorage?: EphemeralStorage | undefined;
}

export interface TaskSet {
  readonly id?: string | undefined;
  readonly taskSetArn?: string | undefined;
  readonly serviceArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly startedBy?: string | undefined;
  readonly externalId?: string | undefined;
  readonly status?: string | undefined;
  readonly taskDefinition?: string | undefined;
  readonly computedDesiredCount?: number | undefined;
  readonly pendingCount?: number | undefined;
  readonly runningCount?: number | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly launchType?: LaunchType | undefined;
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  readonly platformVersion?: string | undefined;
  readonly platformFamily?: string | undefined;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  readonly loadBalancers?: readonly LoadBalancer[] | undefined;
  readonly serviceRegistries?: readonly ServiceRegistry[] | undefined;
  readonly scale?: Scale | undefined;
  readonly stabilityStatus?: StabilityStatus | undefined;
  readonly stabilityStatusAt?: Timestamp | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly fargateEphemeralStorage?: DeploymentEphemeralStorage | undefined;
}

export interface TaskVolumeConfiguration {
  readonly name?: string | undefined;
  readonly managedEBSVolume?: TaskManagedEBSVolumeConfiguration | undefined;
}

export interface ThresholdConfiguration {
  readonly type?: ThresholdType | undefined;
  readonly value?: number | undefined;
}

export interface TimeoutConfiguration {
  readonly idleTimeoutSeconds?: number | undefined;
  readonly perRequestTimeoutSeconds?: number | undefined;
}

export interface Tmpfs {
  readonly containerPath?: string | undefined;
  readonly size?: number | undefined;
  readonly mountOptions?: readonly string[] | undefined;
}

export interface TotalLocalStorageGBRequest {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface Ulimit {
  readonly name?: UlimitName | undefined;
  readonly softLimit?: number | undefined;
  readonly hardLimit?: number | undefined;
}

export interface UpdateGatewayAlbConfiguration {
  readonly networkConfiguration?: UpdateGatewayNetworkConfiguration | undefined;
  readonly maxAlbCount?: number | undefined;
  readonly webACLArn?: string | undefined;
  readonly accessLogs?: GatewayElbAccessLogConfiguration | undefined;
  readonly httpDesync?: GatewayAlbDesyncMitigationMode | undefined;
  readonly testTrafficRules?: GatewayAlbTestTrafficRules | undefined;
}

export interface UpdateGatewayConfiguration {
  readonly hostSharedAlb?: UpdateGatewayAlbConfiguration | undefined;
}

export interface UpdateGatewayNetworkConfiguration {
  readonly inboundSecurityGroup?: string | undefined;
}

export interface UpdateManagedInstancesProviderConfiguration {
  readonly infrastructureRoleArn?: string | undefined;
  readonly instanceLaunchTemplate?: InstanceLaunchTemplateUpdate | undefined;
  readonly propagateTags?: PropagateMITags | undefined;
  readonly infrastructureOptimization?: InfrastructureOptimization | undefined;
  readonly autoRepairConfiguration?: AutoRepairConfiguration | undefined;
}

export interface UpdatedExpressGatewayService {
  readonly serviceArn?: string | undefined;
  readonly cluster?: string | undefined;
  readonly serviceName?: string | undefined;
  readonly status?: ExpressGatewayServiceStatus | undefined;
  readonly targetConfiguration?: ExpressGatewayServiceConfiguration | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly updatedAt?: Timestamp | undefined;
}

export interface VCpuCountRangeRequest {
  readonly min?: number | undefined;
  readonly max?: number | undefined;
}

export interface VersionInfo {
  readonly agentVersion?: string | undefined;
  readonly agentHash?: string | undefined;
  readonly dockerVersion?: string | undefined;
}

export interface Volume {
  /** Named by mountPoints. */
  readonly name?: string | undefined;
  /** A directory of the host; without a path, one that lives as long as the task. */
  readonly host?: HostVolumeProperties | undefined;
  /** A volume of Docker. */
  readonly dockerVolumeConfiguration?: DockerVolumeConfiguration | undefined;
  readonly efsVolumeConfiguration?: EFSVolumeConfiguration | undefined;
  readonly s3filesVolumeConfiguration?: S3FilesVolumeConfiguration | undefined;
  readonly fsxWindowsFileServerVolumeConfiguration?: FSxWindowsFileServerVolumeConfiguration | undefined;
  readonly configuredAtLaunch?: boolean | undefined;
}

export interface VolumeFrom {
  readonly sourceContainer?: string | undefined;
  readonly readOnly?: boolean | undefined;
}

export interface VpcLatticeAdvancedConfiguration {
  readonly alternateTargetGroupArn?: string | undefined;
  readonly productionListenerRule?: string | undefined;
  readonly testListenerRule?: string | undefined;
}

export interface VpcLatticeConfiguration {
  readonly roleArn?: string | undefined;
  readonly targetGroupArn?: string | undefined;
  readonly portName?: string | undefined;
  readonly advancedConfiguration?: VpcLatticeAdvancedConfiguration | undefined;
}

/** What a task takes from its container instance, resolved once, when it was placed. */
export interface TaskHolds {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly ports?: readonly HeldPort[] | undefined;
  readonly gpuIds?: readonly string[] | undefined;
}

/** A static host port. */
export interface HeldPort {
  readonly port: number;
  readonly protocol: TransportProtocol | 'UNSET';
}

export interface CapacityProviderStrategyList {
  readonly items?: readonly CapacityProviderStrategyItem[] | undefined;
}

export interface PlacementConstraintsList {
  readonly items?: readonly PlacementConstraint[] | undefined;
}

export interface PlacementStrategyList {
  readonly items?: readonly PlacementStrategy[] | undefined;
}

export interface LoadBalancersList {
  readonly items?: readonly LoadBalancer[] | undefined;
}

export interface ServiceRegistriesList {
  readonly items?: readonly ServiceRegistry[] | undefined;
}

export interface VolumeConfigurationsList {
  readonly items?: readonly ServiceVolumeConfiguration[] | undefined;
}

export interface VpcLatticeConfigurationsList {
  readonly items?: readonly VpcLatticeConfiguration[] | undefined;
}

export interface AssociateGatewayWithClusterRequest {
  readonly gateway?: string | undefined;
  readonly cluster?: string | undefined;
}

export interface AssociateGatewayWithClusterResponse {
  readonly gatewayArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly status?: GatewayClusterAssociationStatus | undefined;
}

export interface ContinueServiceDeploymentRequest {
  /** ARN of the deployment that waits at a hook. */
  readonly serviceDeploymentArn?: string | undefined;
  /** The hook that it waits at. */
  readonly hookId?: string | undefined;
  /** CONTINUE goes on, ROLLBACK returns to what ran before. */
  readonly action?: DeploymentLifecycleHookAction | undefined;
}

export interface ContinueServiceDeploymentResponse {
  readonly serviceDeploymentArn?: string | undefined;
}

export interface CreateCapacityProviderRequest {
  readonly name?: string | undefined;
  readonly cluster?: string | undefined;
  readonly autoScalingGroupProvider?: AutoScalingGroupProvider | undefined;
  readonly managedInstancesProvider?: CreateManagedInstancesProviderConfiguration | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

export interface CreateCapacityProviderResponse {
  readonly capacityProvider?: CapacityProvider | undefined;
}

export interface CreateClusterRequest {
  /** Name of the cluster; default where absent. */
  readonly clusterName?: string | undefined;
  /** Tags, at most 50; a longshore:* one is an option. */
  readonly tags?: readonly Tag[] | undefined;
  /** Settings of the cluster; containerInsights is the only one. */
  readonly settings?: readonly ClusterSetting[] | undefined;
  /** How commands are executed in containers and where managed storage is encrypted; kept. */
  readonly configuration?: ClusterConfiguration | undefined;
  /** Names of the capacity providers that tasks of the cluster may use. */
  readonly capacityProviders?: readonly string[] | undefined;
  /** The strategy of tasks and services that name neither one nor a launch type. */
  readonly defaultCapacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  /** The namespace that new services join unless they say otherwise. */
  readonly serviceConnectDefaults?: ClusterServiceConnectDefaultsRequest | undefined;
}

export interface CreateClusterResponse {
  readonly cluster?: Cluster | undefined;
}

export interface CreateDaemonRequest {
  readonly daemonName?: string | undefined;
  readonly daemonTaskDefinitionArn?: string | undefined;
  readonly capacityProviderArns?: readonly string[] | undefined;
  readonly clusterArn?: string | undefined;
  readonly deploymentConfiguration?: DaemonDeploymentConfiguration | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly propagateTags?: DaemonPropagateTags | undefined;
  readonly enableECSManagedTags?: boolean | undefined;
  readonly enableExecuteCommand?: boolean | undefined;
  readonly clientToken?: string | undefined;
  readonly critical?: boolean | undefined;
}

export interface CreateDaemonResponse {
  readonly daemonArn?: string | undefined;
  readonly status?: DaemonStatus | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly deploymentArn?: string | undefined;
}

export interface CreateExpressGatewayServiceRequest {
  readonly infrastructureRoleArn?: string | undefined;
  readonly executionRoleArn?: string | undefined;
  readonly serviceName?: string | undefined;
  readonly cluster?: string | undefined;
  readonly healthCheckPath?: string | undefined;
  readonly primaryContainer?: ExpressGatewayContainer | undefined;
  readonly taskRoleArn?: string | undefined;
  readonly networkConfiguration?: ExpressGatewayServiceNetworkConfiguration | undefined;
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly cpuArchitecture?: ExpressCpuArchitecture | undefined;
  readonly scalingTarget?: ExpressGatewayScalingTarget | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly taskDefinitionArn?: string | undefined;
}

export interface CreateExpressGatewayServiceResponse {
  readonly service?: ECSExpressGatewayService | undefined;
}

export interface CreateGatewayRequest {
  readonly name?: string | undefined;
  readonly infrastructureRoleArn?: string | undefined;
  readonly configuration?: GatewayConfiguration | undefined;
  readonly clientToken?: string | undefined;
  readonly deletionProtection?: boolean | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly propagateTags?: PropagateGatewayTags | undefined;
}

export interface CreateGatewayResponse {
  readonly gatewayArn?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: GatewayStatus | undefined;
}

export interface CreateServiceRequest {
  /** Name of the service. */
  readonly serviceName?: string | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** family (its newest ACTIVE revision), family:revision, or ARN. */
  readonly taskDefinition?: string | undefined;
  /** Whether tasks move when zones come and go. */
  readonly availabilityZoneRebalancing?: AvailabilityZoneRebalancing | undefined;
  /** Target groups that the tasks are registered with; not supported yet. */
  readonly loadBalancers?: readonly LoadBalancer[] | undefined;
  /** Service discovery registries of the tasks; not supported yet. */
  readonly serviceRegistries?: readonly ServiceRegistry[] | undefined;
  /** How many tasks shall run. */
  readonly desiredCount?: number | undefined;
  /** The same token again starts nothing again. */
  readonly clientToken?: string | undefined;
  /** EC2 and EXTERNAL land on the same instances. */
  readonly launchType?: LaunchType | undefined;
  /** How tasks are spread over capacity providers; not together with a launch type. */
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  /** The platform of Fargate; kept, without effect on own machines. */
  readonly platformVersion?: string | undefined;
  /** The role that registers tasks with a load balancer; kept. */
  readonly role?: string | undefined;
  /** Percentages, circuit breaker, strategy of roll-outs. */
  readonly deploymentConfiguration?: DeploymentConfiguration | undefined;
  /** Where a task may run: distinctInstance, or memberOf with an expression. */
  readonly placementConstraints?: readonly PlacementConstraint[] | undefined;
  /** Which of the places it takes: spread, binpack, random, in this order. */
  readonly placementStrategy?: readonly PlacementStrategy[] | undefined;
  /** Subnets and security groups of awsvpc tasks. */
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  /** How long failed health checks do not count after a start. */
  readonly healthCheckGracePeriodSeconds?: number | undefined;
  /** REPLICA: a count; DAEMON: one on every instance. */
  readonly schedulingStrategy?: SchedulingStrategy | undefined;
  /** Who rolls out: ECS, or EXTERNAL (task sets). */
  readonly deploymentController?: DeploymentController | undefined;
  /** Tags, at most 50; a longshore:* one is an option. */
  readonly tags?: readonly Tag[] | undefined;
  /** Tag the tasks with their cluster and service. */
  readonly enableECSManagedTags?: boolean | undefined;
  /** Whose tags the tasks take over. */
  readonly propagateTags?: PropagateTags | undefined;
  /** Kept for execute-command. */
  readonly enableExecuteCommand?: boolean | undefined;
  /** How tasks of the service find and are found by others; not supported yet. */
  readonly serviceConnectConfiguration?: ServiceConnectConfiguration | undefined;
  /** Settings of volumes that are only decided at launch; not supported yet. */
  readonly volumeConfigurations?: readonly ServiceVolumeConfiguration[] | undefined;
  /** VPC Lattice target groups of the service; not supported yet. */
  readonly vpcLatticeConfigurations?: readonly VpcLatticeConfiguration[] | undefined;
  /** Gateways that lead to the service; not supported yet. */
  readonly gatewayConnectors?: readonly GatewayConnector[] | undefined;
  /** Metrics that ECS would collect for the service; kept. */
  readonly monitoring?: MonitoringConfiguration | undefined;
}

export interface CreateServiceResponse {
  readonly service?: Service | undefined;
}

export interface CreateTaskSetRequest {
  /** Name or ARN of a service whose deployments are EXTERNAL. */
  readonly service?: string | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** family:revision or ARN of what its tasks run. */
  readonly taskDefinition?: string | undefined;
  /** What the external deployment system calls this set. */
  readonly externalId?: string | undefined;
  /** Subnets and security groups of tasks in awsvpc mode. */
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  /** Target groups that the tasks are registered with; not supported yet. */
  readonly loadBalancers?: readonly LoadBalancer[] | undefined;
  /** Service discovery registries of the tasks; not supported yet. */
  readonly serviceRegistries?: readonly ServiceRegistry[] | undefined;
  /** EC2 or EXTERNAL. */
  readonly launchType?: LaunchType | undefined;
  /** How tasks are spread over capacity providers; not together with a launch type. */
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  /** The platform of Fargate; kept, without effect on own machines. */
  readonly platformVersion?: string | undefined;
  /** The share of the service's desired count that the set runs. */
  readonly scale?: Scale | undefined;
  /** A word of the caller's own that makes the request safe to repeat. */
  readonly clientToken?: string | undefined;
  /** Tags of the task set. */
  readonly tags?: readonly Tag[] | undefined;
}

export interface CreateTaskSetResponse {
  readonly taskSet?: TaskSet | undefined;
}

export interface DeleteAccountSettingRequest {
  /** The setting. */
  readonly name?: SettingName | undefined;
  /** User, role or root to take it from; without one, the caller. */
  readonly principalArn?: string | undefined;
}

export interface DeleteAccountSettingResponse {
  readonly setting?: Setting | undefined;
}

export interface DeleteAttributesRequest {
  /** Names, values and the instances that have them. */
  readonly attributes?: readonly Attribute[] | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
}

export interface DeleteAttributesResponse {
  readonly attributes?: readonly Attribute[] | undefined;
}

export interface DeleteCapacityProviderRequest {
  readonly capacityProvider?: string | undefined;
  readonly cluster?: string | undefined;
}

export interface DeleteCapacityProviderResponse {
  readonly capacityProvider?: CapacityProvider | undefined;
}

export interface DeleteClusterRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
}

export interface DeleteClusterResponse {
  readonly cluster?: Cluster | undefined;
}

export interface DeleteDaemonRequest {
  readonly daemonArn?: string | undefined;
}

export interface DeleteDaemonResponse {
  readonly daemonArn?: string | undefined;
  readonly status?: DaemonStatus | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly deploymentArn?: string | undefined;
}

export interface DeleteDaemonTaskDefinitionRequest {
  readonly daemonTaskDefinition?: string | undefined;
}

export interface DeleteDaemonTaskDefinitionResponse {
  readonly daemonTaskDefinitionArn?: string | undefined;
}

export interface DeleteExpressGatewayServiceRequest {
  readonly serviceArn?: string | undefined;
}

export interface DeleteExpressGatewayServiceResponse {
  readonly service?: ECSExpressGatewayService | undefined;
}

export interface DeleteGatewayRequest {
  readonly gateway?: string | undefined;
}

export interface DeleteGatewayResponse {
  readonly gatewayArn?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: GatewayStatus | undefined;
}

export interface DeleteServiceRequest {
  /** Service by name or ARN. */
  readonly service?: string | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Even with tasks that run. */
  readonly force?: boolean | undefined;
}

export interface DeleteServiceResponse {
  readonly service?: Service | undefined;
}

export interface DeleteTaskDefinitionsRequest {
  /** family:revision, up to 10, all INACTIVE. */
  readonly taskDefinitions?: readonly string[] | undefined;
}

export interface DeleteTaskDefinitionsResponse {
  readonly taskDefinitions?: readonly TaskDefinition[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface DeleteTaskSetRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Name or ARN of the service. */
  readonly service?: string | undefined;
  /** Id or ARN of the task set. */
  readonly taskSet?: string | undefined;
  /** Deletes a set that is not scaled down to zero yet. */
  readonly force?: boolean | undefined;
}

export interface DeleteTaskSetResponse {
  readonly taskSet?: TaskSet | undefined;
}

export interface DeregisterContainerInstanceRequest {
  /** Container instance by id or ARN. */
  readonly containerInstance?: string | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Even with tasks that run. */
  readonly force?: boolean | undefined;
}

export interface DeregisterContainerInstanceResponse {
  readonly containerInstance?: ContainerInstance | undefined;
}

export interface DeregisterTaskDefinitionRequest {
  /** family (its newest ACTIVE revision), family:revision, or ARN. */
  readonly taskDefinition?: string | undefined;
}

export interface DeregisterTaskDefinitionResponse {
  readonly taskDefinition?: TaskDefinition | undefined;
}

export interface DescribeCapacityProvidersRequest {
  readonly capacityProviders?: readonly string[] | undefined;
  readonly cluster?: string | undefined;
  readonly include?: readonly CapacityProviderField[] | undefined;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface DescribeCapacityProvidersResponse {
  readonly capacityProviders?: readonly CapacityProvider[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface DescribeClustersRequest {
  /** Clusters by name or ARN. */
  readonly clusters?: readonly string[] | undefined;
  /** What to show besides. */
  readonly include?: readonly ClusterField[] | undefined;
}

export interface DescribeClustersResponse {
  readonly clusters?: readonly Cluster[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface DescribeContainerInstancesRequest {
  /** Container instances by id or ARN. */
  readonly containerInstances?: readonly string[] | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** What to show besides. */
  readonly include?: readonly ContainerInstanceField[] | undefined;
}

export interface DescribeContainerInstancesResponse {
  readonly containerInstances?: readonly ContainerInstance[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface DescribeDaemonDeploymentsRequest {
  readonly daemonDeploymentArns?: readonly string[] | undefined;
}

export interface DescribeDaemonDeploymentsResponse {
  readonly failures?: readonly Failure[] | undefined;
  readonly daemonDeployments?: readonly DaemonDeployment[] | undefined;
}

export interface DescribeDaemonRequest {
  readonly daemonArn?: string | undefined;
}

export interface DescribeDaemonResponse {
  readonly daemon?: DaemonDetail | undefined;
}

export interface DescribeDaemonRevisionsRequest {
  readonly daemonRevisionArns?: readonly string[] | undefined;
}

export interface DescribeDaemonRevisionsResponse {
  readonly daemonRevisions?: readonly DaemonRevision[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface DescribeDaemonTaskDefinitionRequest {
  readonly daemonTaskDefinition?: string | undefined;
}

export interface DescribeDaemonTaskDefinitionResponse {
  readonly daemonTaskDefinition?: DaemonTaskDefinition | undefined;
}

export interface DescribeExpressGatewayServiceRequest {
  readonly serviceArn?: string | undefined;
  readonly include?: readonly ExpressGatewayServiceInclude[] | undefined;
}

export interface DescribeExpressGatewayServiceResponse {
  readonly service?: ECSExpressGatewayService | undefined;
}

export interface DescribeGatewayRequest {
  readonly gateway?: string | undefined;
}

export interface DescribeGatewayResourcesRequest {
  readonly gateway?: string | undefined;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface DescribeGatewayResourcesResponse {
  readonly gatewayResources?: GatewayResources | undefined;
  readonly nextToken?: string | undefined;
}

export interface DescribeGatewayResponse {
  readonly gateway?: Gateway | undefined;
}

export interface DescribeGatewayRouteRequest {
  readonly gatewayRouteArn?: string | undefined;
}

export interface DescribeGatewayRouteResponse {
  readonly gatewayRoute?: GatewayRoute | undefined;
}

export interface DescribeServiceDeploymentsRequest {
  /** ARNs of up to 20 service deployments. */
  readonly serviceDeploymentArns?: readonly string[] | undefined;
}

export interface DescribeServiceDeploymentsResponse {
  readonly serviceDeployments?: readonly ServiceDeployment[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface DescribeServiceRevisionsRequest {
  /** ARNs of up to 20 service revisions. */
  readonly serviceRevisionArns?: readonly string[] | undefined;
}

export interface DescribeServiceRevisionsResponse {
  readonly serviceRevisions?: readonly ServiceRevision[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface DescribeServicesRequest {
  /** Services by name or ARN, up to 10. */
  readonly services?: readonly string[] | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** What to show besides. */
  readonly include?: readonly ServiceField[] | undefined;
}

export interface DescribeServicesResponse {
  readonly services?: readonly Service[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface DescribeTaskDefinitionRequest {
  /** family (its newest ACTIVE revision), family:revision, or ARN. */
  readonly taskDefinition?: string | undefined;
  /** What to show besides. */
  readonly include?: readonly TaskDefinitionField[] | undefined;
}

export interface DescribeTaskDefinitionResponse {
  readonly taskDefinition?: TaskDefinition | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

export interface DescribeTaskSetsRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Name or ARN of the service. */
  readonly service?: string | undefined;
  /** Ids or ARNs; without any, all sets of the service. */
  readonly taskSets?: readonly string[] | undefined;
  /** TAGS adds the tags of each set. */
  readonly include?: readonly TaskSetField[] | undefined;
}

export interface DescribeTaskSetsResponse {
  readonly taskSets?: readonly TaskSet[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface DescribeTasksRequest {
  /** Tasks by id or ARN. */
  readonly tasks?: readonly string[] | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** What to show besides. */
  readonly include?: readonly TaskField[] | undefined;
}

export interface DescribeTasksResponse {
  readonly tasks?: readonly Task[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface DisassociateGatewayFromClusterRequest {
  readonly gateway?: string | undefined;
  readonly cluster?: string | undefined;
}

export interface DisassociateGatewayFromClusterResponse {
  readonly gatewayArn?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly status?: GatewayClusterAssociationStatus | undefined;
}

export interface DiscoverPollEndpointRequest {
  readonly containerInstance?: string | undefined;
  readonly cluster?: string | undefined;
}

export interface DiscoverPollEndpointResponse {
  readonly endpoint?: string | undefined;
  readonly telemetryEndpoint?: string | undefined;
  readonly serviceConnectEndpoint?: string | undefined;
}

export interface ExecuteCommandRequest {
  readonly command?: string | undefined;
  readonly interactive?: boolean | undefined;
  readonly task?: string | undefined;
  readonly cluster?: string | undefined;
  readonly container?: string | undefined;
}

export interface ExecuteCommandResponse {
  readonly clusterArn?: string | undefined;
  readonly containerArn?: string | undefined;
  readonly containerName?: string | undefined;
  readonly interactive?: boolean | undefined;
  readonly session?: Session | undefined;
  readonly taskArn?: string | undefined;
}

export interface GetTaskProtectionRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Tasks by id or ARN. */
  readonly tasks?: readonly string[] | undefined;
}

export interface GetTaskProtectionResponse {
  readonly protectedTasks?: readonly ProtectedTask[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface ListAccountSettingsRequest {
  /** Only this setting. */
  readonly name?: SettingName | undefined;
  /** Only settings with this value. */
  readonly value?: string | undefined;
  /** User, role or root whose settings to list; without one, the caller's. */
  readonly principalArn?: string | undefined;
  /** Lists what holds for the principal, also where it was never set. */
  readonly effectiveSettings?: boolean | undefined;
  /** Where the page before ended, as its answer said. */
  readonly nextToken?: string | undefined;
  /** How many entries a page holds at most. */
  readonly maxResults?: number | undefined;
}

export interface ListAccountSettingsResponse {
  readonly settings?: readonly Setting[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListAttributesRequest {
  /** container-instance. */
  readonly targetType?: string | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Only this name. */
  readonly attributeName?: string | undefined;
  /** Only this value. */
  readonly attributeValue?: string | undefined;
  /** Where the page before ended, as its answer said. */
  readonly nextToken?: string | undefined;
  /** How many entries a page holds at most. */
  readonly maxResults?: number | undefined;
}

export interface ListAttributesResponse {
  readonly attributes?: readonly Attribute[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListClustersRequest {
  /** Where the page before ended, as its answer said. */
  readonly nextToken?: string | undefined;
  /** How many entries a page holds at most. */
  readonly maxResults?: number | undefined;
}

export interface ListClustersResponse {
  readonly clusterArns?: readonly string[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListContainerInstancesRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Expression of the cluster query language. */
  readonly filter?: string | undefined;
  /** Where the page before ended, as its answer said. */
  readonly nextToken?: string | undefined;
  /** How many entries a page holds at most. */
  readonly maxResults?: number | undefined;
  /** Only in this state. */
  readonly status?: ContainerInstanceStatus | undefined;
}

export interface ListContainerInstancesResponse {
  readonly containerInstanceArns?: readonly string[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListDaemonDeploymentsRequest {
  readonly daemonArn?: string | undefined;
  readonly status?: readonly DaemonDeploymentStatus[] | undefined;
  readonly createdAt?: CreatedAt | undefined;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListDaemonDeploymentsResponse {
  readonly nextToken?: string | undefined;
  readonly daemonDeployments?: readonly DaemonDeploymentSummary[] | undefined;
}

export interface ListDaemonTaskDefinitionsRequest {
  readonly familyPrefix?: string | undefined;
  readonly family?: string | undefined;
  readonly revision?: DaemonTaskDefinitionRevisionFilter | undefined;
  readonly status?: DaemonTaskDefinitionStatusFilter | undefined;
  readonly sort?: SortOrder | undefined;
  readonly nextToken?: string | undefined;
  readonly maxResults?: number | undefined;
}

export interface ListDaemonTaskDefinitionsResponse {
  readonly daemonTaskDefinitions?: readonly DaemonTaskDefinitionSummary[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListDaemonsRequest {
  readonly clusterArn?: string | undefined;
  readonly capacityProviderArns?: readonly string[] | undefined;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListDaemonsResponse {
  readonly daemonSummariesList?: readonly DaemonSummary[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListGatewayClusterAssociationsRequest {
  readonly gateway?: string | undefined;
  readonly cluster?: string | undefined;
  readonly status?: readonly GatewayClusterAssociationStatus[] | undefined;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListGatewayClusterAssociationsResponse {
  readonly gatewayClusterAssociations?: readonly GatewayClusterAssociationSummary[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListGatewayRoutesRequest {
  readonly gateway?: string | undefined;
  readonly cluster?: string | undefined;
  readonly service?: string | undefined;
  readonly serviceContainerPortName?: string | undefined;
  readonly status?: readonly GatewayRouteStatus[] | undefined;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListGatewayRoutesResponse {
  readonly gatewayRoutes?: readonly GatewayRouteSummary[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListGatewaysRequest {
  readonly names?: readonly string[] | undefined;
  readonly status?: readonly GatewayStatus[] | undefined;
  readonly maxResults?: number | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListGatewaysResponse {
  readonly gateways?: readonly GatewaySummary[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListServiceDeploymentsRequest {
  /** Service by name or ARN. */
  readonly service?: string | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Only in this state. */
  readonly status?: readonly ServiceDeploymentStatus[] | undefined;
  /** Only deployments that began within this time. */
  readonly createdAt?: CreatedAt | undefined;
  /** Where the page before ended, as its answer said. */
  readonly nextToken?: string | undefined;
  /** How many entries a page holds at most. */
  readonly maxResults?: number | undefined;
}

export interface ListServiceDeploymentsResponse {
  readonly serviceDeployments?: readonly ServiceDeploymentBrief[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListServicesByNamespaceRequest {
  /** Name or ARN of the namespace. */
  readonly namespace?: string | undefined;
  /** Where the page before ended, as its answer said. */
  readonly nextToken?: string | undefined;
  /** How many entries a page holds at most. */
  readonly maxResults?: number | undefined;
}

export interface ListServicesByNamespaceResponse {
  readonly serviceArns?: readonly string[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListServicesRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Where the page before ended, as its answer said. */
  readonly nextToken?: string | undefined;
  /** How many entries a page holds at most. */
  readonly maxResults?: number | undefined;
  /** Only asked for with this launch type. */
  readonly launchType?: LaunchType | undefined;
  /** Only with this strategy. */
  readonly schedulingStrategy?: SchedulingStrategy | undefined;
  /** Only services whose resources are managed by ECS, or by the customer. */
  readonly resourceManagementType?: ResourceManagementType | undefined;
}

export interface ListServicesResponse {
  readonly serviceArns?: readonly string[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListTagsForResourceRequest {
  /** ARN of a cluster, task definition, task, service or instance. */
  readonly resourceArn?: string | undefined;
}

export interface ListTagsForResourceResponse {
  readonly tags?: readonly Tag[] | undefined;
}

export interface ListTaskDefinitionFamiliesRequest {
  /** Family, or the beginning of one in the list of families. */
  readonly familyPrefix?: string | undefined;
  /** Only in this state. */
  readonly status?: TaskDefinitionFamilyStatus | undefined;
  /** Where the page before ended, as its answer said. */
  readonly nextToken?: string | undefined;
  /** How many entries a page holds at most. */
  readonly maxResults?: number | undefined;
}

export interface ListTaskDefinitionFamiliesResponse {
  readonly families?: readonly string[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListTaskDefinitionsRequest {
  /** Family, or the beginning of one in the list of families. */
  readonly familyPrefix?: string | undefined;
  /** Only in this state. */
  readonly status?: TaskDefinitionStatus | undefined;
  /** By revision. */
  readonly sort?: SortOrder | undefined;
  /** Where the page before ended, as its answer said. */
  readonly nextToken?: string | undefined;
  /** How many entries a page holds at most. */
  readonly maxResults?: number | undefined;
}

export interface ListTaskDefinitionsResponse {
  readonly taskDefinitionArns?: readonly string[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface ListTasksRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Only on this instance. */
  readonly containerInstance?: string | undefined;
  /** Only of this family. */
  readonly family?: string | undefined;
  /** Where the page before ended, as its answer said. */
  readonly nextToken?: string | undefined;
  /** How many entries a page holds at most. */
  readonly maxResults?: number | undefined;
  /** Only started by this. */
  readonly startedBy?: string | undefined;
  /** Only of this service. */
  readonly serviceName?: string | undefined;
  /** RUNNING where absent; STOPPED shows what has ended. */
  readonly desiredStatus?: DesiredStatus | undefined;
  /** Only asked for with this launch type. */
  readonly launchType?: LaunchType | undefined;
  /** Only tasks of this daemon. */
  readonly daemonName?: string | undefined;
}

export interface ListTasksResponse {
  readonly taskArns?: readonly string[] | undefined;
  readonly nextToken?: string | undefined;
}

export interface PutAccountSettingDefaultRequest {
  /** The setting. */
  readonly name?: SettingName | undefined;
  /** Its value for everybody in the account who has none of their own. */
  readonly value?: string | undefined;
}

export interface PutAccountSettingDefaultResponse {
  readonly setting?: Setting | undefined;
}

export interface PutAccountSettingRequest {
  /** The setting. */
  readonly name?: SettingName | undefined;
  /** Its new value. */
  readonly value?: string | undefined;
  /** User, role or root to set it for; without one, the caller. */
  readonly principalArn?: string | undefined;
}

export interface PutAccountSettingResponse {
  readonly setting?: Setting | undefined;
}

export interface PutAttributesRequest {
  /** Names, values and the instances that have them. */
  readonly attributes?: readonly Attribute[] | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
}

export interface PutAttributesResponse {
  readonly attributes?: readonly Attribute[] | undefined;
}

export interface PutClusterCapacityProvidersRequest {
  readonly cluster?: string | undefined;
  readonly capacityProviders?: readonly string[] | undefined;
  readonly defaultCapacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
}

export interface PutClusterCapacityProvidersResponse {
  readonly cluster?: Cluster | undefined;
}

export interface RegisterContainerInstanceRequest {
  readonly cluster?: string | undefined;
  readonly instanceIdentityDocument?: string | undefined;
  readonly instanceIdentityDocumentSignature?: string | undefined;
  readonly totalResources?: readonly Resource[] | undefined;
  readonly versionInfo?: VersionInfo | undefined;
  readonly containerInstanceArn?: string | undefined;
  readonly attributes?: readonly Attribute[] | undefined;
  readonly platformDevices?: readonly PlatformDevice[] | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

export interface RegisterContainerInstanceResponse {
  readonly containerInstance?: ContainerInstance | undefined;
}

export interface RegisterDaemonTaskDefinitionRequest {
  readonly family?: string | undefined;
  readonly containerDefinitions?: readonly DaemonContainerDefinition[] | undefined;
  readonly taskRoleArn?: string | undefined;
  readonly executionRoleArn?: string | undefined;
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly volumes?: readonly DaemonVolume[] | undefined;
  readonly tags?: readonly Tag[] | undefined;
  readonly pidMode?: DaemonPidMode | undefined;
  readonly ipcMode?: DaemonIpcMode | undefined;
}

export interface RegisterDaemonTaskDefinitionResponse {
  readonly daemonTaskDefinitionArn?: string | undefined;
}

export interface RegisterTaskDefinitionRequest {
  /** Name that the revisions share. */
  readonly family?: string | undefined;
  /** The containers of a task. */
  readonly containerDefinitions?: readonly ContainerDefinition[] | undefined;
  /** Kept; tasks get no credentials yet. */
  readonly taskRoleArn?: string | undefined;
  /** Kept; without effect. */
  readonly executionRoleArn?: string | undefined;
  /** bridge, host, awsvpc or none. */
  readonly networkMode?: NetworkMode | undefined;
  /** What containers mount. */
  readonly volumes?: readonly Volume[] | undefined;
  /** Where a task may run: distinctInstance, or memberOf with an expression. */
  readonly placementConstraints?: readonly TaskDefinitionPlacementConstraint[] | undefined;
  /** Launch types that the definition is checked for. */
  readonly requiresCompatibilities?: readonly Compatibility[] | undefined;
  /** Limit over all containers: units (1024 is a core) or vCPUs. */
  readonly cpu?: string | undefined;
  /** Limit over all containers: MiB, or GB. */
  readonly memory?: string | undefined;
  /** Tags, at most 50; a longshore:* one is an option. */
  readonly tags?: readonly Tag[] | undefined;
  /** host, or task: containers see the processes of each other. */
  readonly pidMode?: PidMode | undefined;
  /** host, task or none. */
  readonly ipcMode?: IpcMode | undefined;
  /** The App Mesh proxy of the task; not supported. */
  readonly proxyConfiguration?: ProxyConfiguration | undefined;
  /** Elastic Inference devices; not supported. */
  readonly inferenceAccelerators?: readonly InferenceAccelerator[] | undefined;
  /** Scratch space of a task on Fargate, 21 to 200 GiB; kept. */
  readonly ephemeralStorage?: EphemeralStorage | undefined;
  /** Operating system and processor architecture. */
  readonly runtimePlatform?: RuntimePlatform | undefined;
  /** Lets faults be injected into the task; not supported. */
  readonly enableFaultInjection?: boolean | undefined;
}

export interface RegisterTaskDefinitionResponse {
  readonly taskDefinition?: TaskDefinition | undefined;
  readonly tags?: readonly Tag[] | undefined;
}

export interface RunTaskRequest {
  /** family (its newest ACTIVE revision), family:revision, or ARN. */
  readonly taskDefinition?: string | undefined;
  /** How tasks are spread over capacity providers; not together with a launch type. */
  readonly capacityProviderStrategy?: readonly CapacityProviderStrategyItem[] | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** How many tasks, up to 10. */
  readonly count?: number | undefined;
  /** Tag the tasks with their cluster and service. */
  readonly enableECSManagedTags?: boolean | undefined;
  /** Kept for execute-command. */
  readonly enableExecuteCommand?: boolean | undefined;
  /** Group of the tasks; family:NAME where absent. */
  readonly group?: string | undefined;
  /** EC2 and EXTERNAL land on the same instances. */
  readonly launchType?: LaunchType | undefined;
  /** Subnets and security groups of awsvpc tasks. */
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  /** What differs from the definition for this start. */
  readonly overrides?: TaskOverride | undefined;
  /** Where a task may run: distinctInstance, or memberOf with an expression. */
  readonly placementConstraints?: readonly PlacementConstraint[] | undefined;
  /** Which of the places it takes: spread, binpack, random, in this order. */
  readonly placementStrategy?: readonly PlacementStrategy[] | undefined;
  /** The platform of Fargate; kept, without effect on own machines. */
  readonly platformVersion?: string | undefined;
  /** Whose tags the tasks take over. */
  readonly propagateTags?: PropagateTags | undefined;
  /** A word of the caller's own to tell this request by. */
  readonly referenceId?: string | undefined;
  /** Who or what started it, up to 128 characters; a filter of list-tasks. */
  readonly startedBy?: string | undefined;
  /** Tags, at most 50; a longshore:* one is an option. */
  readonly tags?: readonly Tag[] | undefined;
  /** The same token again starts nothing again. */
  readonly clientToken?: string | undefined;
  /** Settings of volumes that are only decided at launch; not supported yet. */
  readonly volumeConfigurations?: readonly TaskVolumeConfiguration[] | undefined;
}

export interface RunTaskResponse {
  readonly tasks?: readonly Task[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface StartTaskRequest {
  /** Container instances by id or ARN. */
  readonly containerInstances?: readonly string[] | undefined;
  /** family (its newest ACTIVE revision), family:revision, or ARN. */
  readonly taskDefinition?: string | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Tag the tasks with their cluster and service. */
  readonly enableECSManagedTags?: boolean | undefined;
  /** Kept for execute-command. */
  readonly enableExecuteCommand?: boolean | undefined;
  /** Group of the tasks; family:NAME where absent. */
  readonly group?: string | undefined;
  /** Subnets and security groups of awsvpc tasks. */
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  /** What differs from the definition for this start. */
  readonly overrides?: TaskOverride | undefined;
  /** Whose tags the tasks take over. */
  readonly propagateTags?: PropagateTags | undefined;
  /** A word of the caller's own to tell this request by. */
  readonly referenceId?: string | undefined;
  /** Who or what started it, up to 128 characters; a filter of list-tasks. */
  readonly startedBy?: string | undefined;
  /** Tags, at most 50; a longshore:* one is an option. */
  readonly tags?: readonly Tag[] | undefined;
  /** Settings of volumes that are only decided at launch; not supported yet. */
  readonly volumeConfigurations?: readonly TaskVolumeConfiguration[] | undefined;
}

export interface StartTaskResponse {
  readonly tasks?: readonly Task[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface StopServiceDeploymentRequest {
  /** ARN of the deployment. */
  readonly serviceDeploymentArn?: string | undefined;
  /** ROLLBACK returns to what ran before; ABORT leaves what is there. */
  readonly stopType?: StopServiceDeploymentStopType | undefined;
}

export interface StopServiceDeploymentResponse {
  readonly serviceDeploymentArn?: string | undefined;
}

export interface StopTaskRequest {
  /** Task by id or ARN. */
  readonly task?: string | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Shown as the reason why it stopped. */
  readonly reason?: string | undefined;
}

export interface StopTaskResponse {
  readonly task?: Task | undefined;
}

export interface SubmitAttachmentStateChangesRequest {
  readonly attachments?: readonly AttachmentStateChange[] | undefined;
  readonly cluster?: string | undefined;
}

export interface SubmitAttachmentStateChangesResponse {
  readonly acknowledgment?: string | undefined;
}

export interface SubmitContainerStateChangeRequest {
  readonly cluster?: string | undefined;
  readonly task?: string | undefined;
  readonly containerName?: string | undefined;
  readonly runtimeId?: string | undefined;
  readonly status?: string | undefined;
  readonly exitCode?: number | undefined;
  readonly reason?: string | undefined;
  readonly networkBindings?: readonly NetworkBinding[] | undefined;
}

export interface SubmitContainerStateChangeResponse {
  readonly acknowledgment?: string | undefined;
}

export interface SubmitTaskStateChangeRequest {
  readonly cluster?: string | undefined;
  readonly task?: string | undefined;
  readonly status?: string | undefined;
  readonly reason?: string | undefined;
  readonly containers?: readonly ContainerStateChange[] | undefined;
  readonly attachments?: readonly AttachmentStateChange[] | undefined;
  readonly managedAgents?: readonly ManagedAgentStateChange[] | undefined;
  readonly pullStartedAt?: Timestamp | undefined;
  readonly pullStoppedAt?: Timestamp | undefined;
  readonly executionStoppedAt?: Timestamp | undefined;
}

export interface SubmitTaskStateChangeResponse {
  readonly acknowledgment?: string | undefined;
}

export interface TagResourceRequest {
  /** ARN of a cluster, task definition, task, service or instance. */
  readonly resourceArn?: string | undefined;
  /** Tags, at most 50; a longshore:* one is an option. */
  readonly tags?: readonly Tag[] | undefined;
}

export interface TagResourceResponse {
}

export interface UntagResourceRequest {
  /** ARN of a cluster, task definition, task, service or instance. */
  readonly resourceArn?: string | undefined;
  /** Keys of the tags to take off. */
  readonly tagKeys?: readonly string[] | undefined;
}

export interface UntagResourceResponse {
}

export interface UpdateCapacityProviderRequest {
  readonly name?: string | undefined;
  readonly cluster?: string | undefined;
  readonly autoScalingGroupProvider?: AutoScalingGroupProviderUpdate | undefined;
  readonly managedInstancesProvider?: UpdateManagedInstancesProviderConfiguration | undefined;
}

export interface UpdateCapacityProviderResponse {
  readonly capacityProvider?: CapacityProvider | undefined;
}

export interface UpdateClusterRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Settings to change; others stay as they are. */
  readonly settings?: readonly ClusterSetting[] | undefined;
  /** Replaces the configuration of executed commands and managed storage. */
  readonly configuration?: ClusterConfiguration | undefined;
  /** Replaces the namespace for new services; an empty one takes it away. */
  readonly serviceConnectDefaults?: ClusterServiceConnectDefaultsRequest | undefined;
}

export interface UpdateClusterResponse {
  readonly cluster?: Cluster | undefined;
}

export interface UpdateClusterSettingsRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Settings to change; others stay as they are. */
  readonly settings?: readonly ClusterSetting[] | undefined;
}

export interface UpdateClusterSettingsResponse {
  readonly cluster?: Cluster | undefined;
}

export interface UpdateContainerAgentRequest {
  readonly containerInstance?: string | undefined;
  readonly cluster?: string | undefined;
}

export interface UpdateContainerAgentResponse {
  readonly containerInstance?: ContainerInstance | undefined;
}

export interface UpdateContainerInstancesStateRequest {
  /** Container instances by id or ARN. */
  readonly containerInstances?: readonly string[] | undefined;
  /** ACTIVE or DRAINING. */
  readonly status?: ContainerInstanceStatus | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
}

export interface UpdateContainerInstancesStateResponse {
  readonly containerInstances?: readonly ContainerInstance[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface UpdateDaemonRequest {
  readonly daemonArn?: string | undefined;
  readonly daemonTaskDefinitionArn?: string | undefined;
  readonly capacityProviderArns?: readonly string[] | undefined;
  readonly deploymentConfiguration?: DaemonDeploymentConfiguration | undefined;
  readonly propagateTags?: DaemonPropagateTags | undefined;
  readonly enableECSManagedTags?: boolean | undefined;
  readonly enableExecuteCommand?: boolean | undefined;
  readonly critical?: boolean | undefined;
}

export interface UpdateDaemonResponse {
  readonly daemonArn?: string | undefined;
  readonly status?: DaemonStatus | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly deploymentArn?: string | undefined;
}

export interface UpdateExpressGatewayServiceRequest {
  readonly serviceArn?: string | undefined;
  readonly executionRoleArn?: string | undefined;
  readonly healthCheckPath?: string | undefined;
  readonly primaryContainer?: ExpressGatewayContainer | undefined;
  readonly taskRoleArn?: string | undefined;
  readonly networkConfiguration?: ExpressGatewayServiceNetworkConfiguration | undefined;
  readonly cpu?: string | undefined;
  readonly memory?: string | undefined;
  readonly cpuArchitecture?: ExpressCpuArchitecture | undefined;
  readonly scalingTarget?: ExpressGatewayScalingTarget | undefined;
  readonly taskDefinitionArn?: string | undefined;
}

export interface UpdateExpressGatewayServiceResponse {
  readonly service?: UpdatedExpressGatewayService | undefined;
}

export interface UpdateGatewayRequest {
  readonly gateway?: string | undefined;
  readonly infrastructureRoleArn?: string | undefined;
  readonly deletionProtection?: boolean | undefined;
  readonly configuration?: UpdateGatewayConfiguration | undefined;
  readonly propagateTags?: PropagateGatewayTags | undefined;
}

export interface UpdateGatewayResponse {
  readonly gatewayArn?: string | undefined;
  readonly name?: string | undefined;
  readonly status?: GatewayStatus | undefined;
}

export interface UpdateServicePrimaryTaskSetRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Name or ARN of the service. */
  readonly service?: string | undefined;
  /** Id or ARN of the set that becomes primary. */
  readonly primaryTaskSet?: string | undefined;
}

export interface UpdateServicePrimaryTaskSetResponse {
  readonly taskSet?: TaskSet | undefined;
}

export interface UpdateServiceRequest {
  /** Service by name or ARN. */
  readonly service?: string | undefined;
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** How many tasks shall run. */
  readonly desiredCount?: number | undefined;
  /** family (its newest ACTIVE revision), family:revision, or ARN. */
  readonly taskDefinition?: string | undefined;
  /** How tasks are spread over capacity providers; not together with a launch type. */
  readonly capacityProviderStrategy?: CapacityProviderStrategyList | undefined;
  /** Percentages, circuit breaker, strategy of roll-outs. */
  readonly deploymentConfiguration?: DeploymentConfiguration | undefined;
  /** Whether tasks move when zones come and go. */
  readonly availabilityZoneRebalancing?: AvailabilityZoneRebalancing | undefined;
  /** Subnets and security groups of awsvpc tasks. */
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  /** Where a task may run: distinctInstance, or memberOf with an expression. */
  readonly placementConstraints?: PlacementConstraintsList | undefined;
  /** Which of the places it takes: spread, binpack, random, in this order. */
  readonly placementStrategy?: PlacementStrategyList | undefined;
  /** The platform of Fargate; kept, without effect on own machines. */
  readonly platformVersion?: string | undefined;
  /** Roll out although nothing changed. */
  readonly forceNewDeployment?: boolean | undefined;
  /** How long failed health checks do not count after a start. */
  readonly healthCheckGracePeriodSeconds?: number | undefined;
  /** Who rolls out: ECS, or EXTERNAL (task sets). */
  readonly deploymentController?: DeploymentController | undefined;
  /** Kept for execute-command. */
  readonly enableExecuteCommand?: boolean | undefined;
  /** Tag the tasks with their cluster and service. */
  readonly enableECSManagedTags?: boolean | undefined;
  /** Target groups that the tasks are registered with; not supported yet. */
  readonly loadBalancers?: LoadBalancersList | undefined;
  /** Whose tags the tasks take over. */
  readonly propagateTags?: PropagateTags | undefined;
  /** Service discovery registries of the tasks; not supported yet. */
  readonly serviceRegistries?: ServiceRegistriesList | undefined;
  /** How tasks of the service find and are found by others; not supported yet. */
  readonly serviceConnectConfiguration?: ServiceConnectConfiguration | undefined;
  /** Settings of volumes that are only decided at launch; not supported yet. */
  readonly volumeConfigurations?: VolumeConfigurationsList | undefined;
  /** VPC Lattice target groups of the service; not supported yet. */
  readonly vpcLatticeConfigurations?: VpcLatticeConfigurationsList | undefined;
  /** Gateways that lead to the service; not supported yet. */
  readonly gatewayConnectors?: readonly GatewayConnector[] | undefined;
  /** Metrics that ECS would collect for the service; kept. */
  readonly monitoring?: MonitoringConfiguration | undefined;
}

export interface UpdateServiceResponse {
  readonly service?: Service | undefined;
}

export interface UpdateTaskProtectionRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Tasks by id or ARN. */
  readonly tasks?: readonly string[] | undefined;
  /** Whether they are protected. */
  readonly protectionEnabled?: boolean | undefined;
  /** How long, up to 2880; 120 where absent. */
  readonly expiresInMinutes?: number | undefined;
}

export interface UpdateTaskProtectionResponse {
  readonly protectedTasks?: readonly ProtectedTask[] | undefined;
  readonly failures?: readonly Failure[] | undefined;
}

export interface UpdateTaskSetRequest {
  /** Name or ARN of the cluster; without one, default. */
  readonly cluster?: string | undefined;
  /** Name or ARN of the service. */
  readonly service?: string | undefined;
  /** Id or ARN of the task set. */
  readonly taskSet?: string | undefined;
  /** The new share of the service's desired count. */
  readonly scale?: Scale | undefined;
}

export interface UpdateTaskSetResponse {
  readonly taskSet?: TaskSet | undefined;
}

/** live/clusters/<cluster> */
export interface ClusterRecord {
  /** ACTIVE or INACTIVE (deleted, still shown for a while). */
  readonly status: string;
  readonly settings: readonly ClusterSetting[];
  readonly configuration?: ClusterConfiguration | undefined;
  readonly tags: readonly Tag[];
  readonly capacityProviders: readonly string[];
  readonly defaultCapacityProviderStrategy: readonly CapacityProviderStrategyItem[];
  readonly serviceConnectDefaults?: ClusterServiceConnectDefaults | undefined;
  readonly createdAtMs: number;
  readonly deletedAtMs: number;
  /** A person has said that replacing goes on until then although many instances are silent (ResumeReplacing). */
  readonly resumeReplacingUntilMs?: number | undefined;
}

/** live/families/<family>: bumped by compare-and-swap, never lowered, so that a revision is never given twice. */
export interface FamilyRecord {
  readonly lastRevision: number;
}

/** live/task-definitions/<family>/<revision>: immutable but for status, its times and tags. */
export interface TaskDefinitionRecord {
  /** The definition as ECS answers it: defaults filled in; no ARN, status, revision or times inside. */
  readonly definition?: TaskDefinition | undefined;
  readonly status: TaskDefinitionStatus | 'UNSET';
  readonly registeredAtMs: number;
  readonly deregisteredAtMs: number;
  readonly deleteRequestedAtMs: number;
  readonly registeredBy: string;
  readonly tags: readonly Tag[];
}

/** live/instances/<cluster>/<instance>. Writers: registration (agent's fields), operations (status, tags, custom attributes), the health controller (the mark "lost"), the holder of the session (overdueSinceMs, health). */
export interface InstanceRecord {
  /** Registration. */
  readonly name: string;
  readonly agentVersion: string;
  readonly agentHash: string;
  readonly dockerVersion: string;
  readonly agentAttributes: readonly Attribute[];
  readonly resources?: InstanceResources | undefined;
  readonly nonces: readonly string[];
  readonly registeredAtMs: number;
  readonly protocolMinor: number;
  /** Where the agent answers: shown, never dialled. */
  readonly address: string;
  /** Operations. */
  readonly customAttributes: readonly Attribute[];
  readonly status: ContainerInstanceStatus | 'UNSET';
  readonly tags: readonly Tag[];
  readonly capacityProviderName: string;
  /** The health controller: 0 while the instance is not lost. */
  readonly lostSinceMs: number;
  /** The holder of the session: 0 while heartbeats arrive. */
  readonly overdueSinceMs: number;
  /** Health as the agent reports it; empty means OK. */
  readonly impairedReason: string;
  /** The session whose complete report is committed; placement needs it to be the present one. */
  readonly reportedSession: number;
  /** Grows with each change that ECS's version member counts. */
  readonly version: number;
  /** The epoch of the store under which the instance last registered. */
  readonly epoch: string;
  /** The health controller: the last time that it was lost, once it is back. Tells originals from replacements. */
  readonly wasLostSinceMs?: number | undefined;
  readonly wasLostUntilMs?: number | undefined;
}

/** What an instance offers, as its agent registered it (reserved parts already taken off). */
export interface InstanceResources {
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  /** Host ports that no task may take. */
  readonly reservedTcpPorts: readonly number[];
  readonly reservedUdpPorts: readonly number[];
  readonly gpus: readonly GpuDevice[];
  /** Dynamic host ports come from here, both ends included; a static port inside is refused. */
  readonly dynamicPortFirst: number;
  readonly dynamicPortLast: number;
}

/** live/fences/<cluster>/<instance>: what two placements on one instance conflict on. The value only has to change. */
export interface FenceRecord {
  readonly counter: number;
}

/** live/tasks/<cluster>/<task>. desiredStatus, stopCode and what was decided at creation are the control plane's, the rest is the agent's word, so that the two merges commute. */
export interface TaskRecord {
  readonly family: string;
  readonly revision: number;
  /** Empty while the task waits for a place. */
  readonly instance: string;
  /** Empty for a standalone task. */
  readonly service: string;
  /** The digits of the service's deployment. */
  readonly deployment: string;
  /** Empty stands for service:<service> or family:<family>. */
  readonly group: string;
  readonly startedBy: string;
  readonly launchType: LaunchType | 'UNSET';
  readonly desiredStatus: TaskStatus | 'UNSET';
  readonly lastStatus: TaskStatus | 'UNSET';
  readonly createdAtMs: number;
  readonly pullStartedAtMs: number;
  readonly pullStoppedAtMs: number;
  readonly startedAtMs: number;
  readonly stoppingAtMs: number;
  readonly executionStoppedAtMs: number;
  readonly stoppedAtMs: number;
  readonly connectivityAtMs: number;
  readonly holds?: TaskHolds | undefined;
  readonly containers: readonly ContainerRecord[];
  readonly overrides?: TaskOverride | undefined;
  readonly stopCode: TaskStopCode | 'UNSET';
  readonly stoppedReason: string;
  readonly tags: readonly Tag[];
  /** The hash of the request under whose client token the task was made; empty without one. */
  readonly requestHash: Uint8Array;
  readonly availabilityZone: string;
  readonly capacityProviderName: string;
  readonly enableExecuteCommand: boolean;
  readonly attachments: readonly Attachment[];
  readonly attributes: readonly Attribute[];
  /** Its service has counted the stop; set in the transaction that moves the service's counters. */
  readonly counted: boolean;
  /** Grows by one with every state change, as ECS's version does. */
  readonly version: number;
  readonly healthStatus: HealthStatus | 'UNSET';
  /** Scale-in protection: 0 is unprotected. */
  readonly protectedUntilMs: number;
  /** (session, sequence) of the newest report merged for what has no rank. */
  readonly reportSession: number;
  readonly reportSequence: number;
  /** The agent has been told that the stop is committed: the record may move to history. */
  readonly acknowledged: boolean;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  /** Waiting for a place: not before 0; given up at this time (0: never waits). */
  readonly placeByMs: number;
  readonly priority: number;
  readonly placementConstraints: readonly PlacementConstraint[];
  readonly placementStrategy: readonly PlacementStrategy[];
  /** The external id of the task set, for EXTERNAL services. */
  readonly taskSet: string;
  readonly platformFamily: string;
  /** What the account setting defaultLogDriverMode said for whom made the task, at its creation: the mode of log configurations that give none. Empty where every container has one, or has no log configuration. */
  readonly logDriverMode: string;
}

export interface ContainerRecord {
  readonly name: string;
  readonly lastStatus: ContainerStatus | 'UNSET';
  readonly runtimeId: string;
  readonly exitCode?: number | undefined;
  readonly reason: string;
  /** Without its sha256: prefix. */
  readonly imageDigest: string;
  readonly networkBindings: readonly NetworkBinding[];
  readonly networkInterfaces: readonly NetworkInterface[];
  readonly healthStatus: HealthStatus | 'UNSET';
  readonly restartCount: number;
  /** The last lines of its log, kept once it has stopped. */
  readonly logTail: string;
  readonly gpuIds: readonly string[];
}

/** live/services/<cluster>/<service> */
export interface ServiceRecord {
  /** ECS's shape as last asked for; counts, deployments, events and ARNs are derived and stay unset. */
  readonly spec?: Service | undefined;
  readonly status: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
  readonly primaryDeployment: string;
  readonly currentRevision: string;
  readonly statusChangedAtMs: number;
  readonly tags: readonly Tag[];
  readonly requestHash: Uint8Array;
  readonly throttle?: ServiceThrottle | undefined;
  /** The last few things that ECS tells of a service by EventBridge, oldest first: what the change feed tells on every replica. Writer: the service controller. */
  readonly actions: readonly ServiceActionRecord[];
}

/** An event of ECS's detail-type "ECS Service Action". */
export interface ServiceActionRecord {
  /** INFO, WARN or ERROR. */
  readonly eventType: string;
  /** SERVICE_STEADY_STATE, ... */
  readonly eventName: string;
  readonly atMs: number;
  readonly reason: string;
}

export interface ServiceThrottle {
  readonly failures: number;
  readonly notBeforeMs: number;
}

/** live/deployments/<cluster>/<service>/<digits> */
export interface DeploymentRecord {
  readonly revision: string;
  readonly sourceRevision: string;
  readonly status: string;
  readonly rolloutState: DeploymentRolloutState | 'UNSET';
  readonly rolloutStateReason: string;
  readonly createdAtMs: number;
  readonly updatedAtMs: number;
  readonly startedAtMs: number;
  readonly finishedAtMs: number;
  readonly failureCount: number;
  readonly startedCount: number;
  readonly healthyCount: number;
  readonly deploymentStatus: ServiceDeploymentStatus | 'UNSET';
  readonly statusReason: string;
  readonly lifecycleStage: ServiceDeploymentLifecycleStage | 'UNSET';
  /** What is used up of the bake time, measured by leaders. */
  readonly bakedMs: number;
  readonly rollbackTo: string;
  readonly rollbackReason: string;
  readonly forced: boolean;
  readonly stopRequestedAtMs: number;
  /** The pauses of the life-cycle stages reached so far. */
  readonly hooks: readonly DeploymentHookRecord[];
  /** How long its tasks have found no place, measured by leaders; 0 once one is placed. */
  readonly unplacedMs: number;
  /** The service's as it was when this deployment began; absent in records of before: the service's present one. */
  readonly configuration?: DeploymentConfiguration | undefined;
  /** Of a task set, which fails and waits by itself; other deployments share their service's. */
  readonly throttle?: ServiceThrottle | undefined;
}

/** One PAUSE hook at one stage. Writers: the service controller; ContinueServiceDeployment writes status. */
export interface DeploymentHookRecord {
  /** DIGITS/STAGE/N: what ContinueServiceDeployment names. */
  readonly hookId: string;
  readonly stage: DeploymentLifecycleHookStage | 'UNSET';
  readonly status: DeploymentLifecycleHookStatus | 'UNSET';
  /** What is used up of its time, measured by leaders. */
  readonly waitedMs: number;
}

/** live/revisions/<cluster>/<service>/<digits> */
export interface ServiceRevisionRecord {
  readonly revision?: ServiceRevision | undefined;
  readonly createdAtMs: number;
  readonly family: string;
  readonly taskDefinitionRevision: number;
}

/** live/sessions/<cluster>/<instance>: on the lease of the replica that holds the agent's session. Its mod_revision is the session's id. */
export interface SessionRecord {
  readonly replica: string;
  readonly startedAtMs: number;
}

/** live/replicas/<replica>: on the replica's lease. */
export interface ReplicaRecord {
  readonly grpcAddress: string;
  readonly httpAddress: string;
  readonly version: string;
  readonly format: number;
  /** The watched revision of five minutes ago: the leader compacts up to the lowest. */
  readonly compactable: number;
  readonly startedAtMs: number;
}

/** live/leaders/<shard>: on the leader's lease; its create_revision is the fence of everything the leader writes. */
export interface LeaderRecord {
  readonly replica: string;
  readonly electedAtMs: number;
}

/** live/barriers/<replica> */
export interface BarrierRecord {
  readonly counter: number;
}

/** live/epoch: written on first use and by a recovery. */
export interface EpochRecord {
  readonly epoch: string;
  readonly createdAtMs: number;
}

/** <prefix>format: the format of all records below the prefix. */
export interface FormatRecord {
  readonly format: number;
  /** The oldest format that a reader must know in order to read these records. */
  readonly readableFrom: number;
  readonly writtenBy: string;
}

/** live/access-keys/<id>: the secret is sealed with the cluster's key. */
export interface AccessKeyRecord {
  readonly sealedSecret: Uint8Array;
  readonly description: string;
  readonly createdAtMs: number;
  readonly createdBy: string;
}

/** live/settings/<principal>/<name> */
export interface AccountSettingRecord {
  readonly value: string;
}

/** cold/history/<cluster>/<task>: on a lease of its minute. Everything that DescribeTasks showed last. */
export interface HistoryRecord {
  readonly task?: TaskRecord | undefined;
}

/** cold/events/<cluster>/<service>: the last 100, newest first. */
export interface ServiceEventsRecord {
  readonly events: readonly ServiceEventEntry[];
}

export interface ServiceEventEntry {
  readonly id: string;
  readonly createdAtMs: number;
  readonly message: string;
}

/** One call; exactly one of the requests is there. */
export interface AgentCall {
  /** Chosen by the agent, once a stream: its answer carries it. */
  readonly number: number;
  readonly poll?: PollRequest | undefined;
  readonly report?: ReportRequest | undefined;
  readonly reportUtilisation?: ReportUtilisationRequest | undefined;
  readonly taskProtection?: TaskProtectionRequest | undefined;
}

/** What a call ended with; exactly one of the responses is there, or the error. */
export interface AgentAnswer {
  readonly number: number;
  readonly poll?: PollResponse | undefined;
  readonly report?: ReportResponse | undefined;
  readonly reportUtilisation?: ReportUtilisationResponse | undefined;
  readonly taskProtection?: TaskProtectionResponse | undefined;
  readonly error?: CallError | undefined;
}

/** The status that the call would have ended with by itself. */
export interface CallError {
  /** A code of gRPC. */
  readonly code: number;
  readonly message: string;
  /** google.rpc.Status, as in grpc-status-details-bin. */
  readonly details: Uint8Array;
}

export interface ProtocolVersion {
  readonly major: number;
  readonly minor: number;
}

export interface RegisterRequest {
  readonly protocol?: ProtocolVersion | undefined;
  readonly cluster: string;
  /** Empty: a new instance. */
  readonly instance: string;
  /** The nonce that the last answered registration carried; empty for a new instance. */
  readonly previousNonce: string;
  /** Journalled by the agent before it is sent. */
  readonly nonce: string;
  /** Join as a new instance although the data directory names one (a cloned machine, told to). */
  readonly joinAsNew: boolean;
  readonly name: string;
  readonly agentVersion: string;
  readonly dockerVersion: string;
  readonly attributes: readonly Attribute[];
  readonly resources?: InstanceResources | undefined;
  readonly tags: readonly Tag[];
  /** The epoch of the last session; empty for a new instance. */
  readonly epoch: string;
  readonly agentHash: string;
}

export interface RegisterResponse {
  readonly instance: string;
  readonly cluster: string;
  /** Carried by every call from now on: the mod_revision of the session's key. */
  readonly session: number;
  readonly protocol?: ProtocolVersion | undefined;
  readonly serverVersion: string;
  readonly accountId: string;
  readonly region: string;
  readonly pace?: Pace | undefined;
  /** The epoch of the store. Where it differs from the agent's, unlisted tasks run on as orphans. */
  readonly epoch: string;
}

/** How often the server wants to hear from the agent, in milliseconds. */
export interface Pace {
  /** A poll is answered, changed or not, after this long. */
  readonly heartbeatMs: number;
  /** State changes are gathered this long after the first; 0 is at once. */
  readonly reportMs: number;
  readonly utilisationMs: number;
}

export interface Cursor {
  readonly epoch: string;
  readonly revision: number;
}

export interface PollRequest {
  readonly cluster: string;
  readonly instance: string;
  readonly session: number;
  /** Revision 0: everything, please. */
  readonly cursor?: Cursor | undefined;
  /** Names (family:revision) of the definitions that the agent has: not sent again. */
  readonly knownDefinitions: readonly string[];
}

export interface PollResponse {
  readonly cursor?: Cursor | undefined;
  /** Every task of the instance is named: in assignments if changed after the cursor, in unchanged else. */
  readonly complete: boolean;
  readonly assignments: readonly Assignment[];
  readonly unchanged: readonly string[];
  /** Tasks that left the instance since the cursor; never in a complete answer. */
  readonly removed: readonly string[];
  readonly definitions: readonly DefinitionBody[];
  readonly pace?: Pace | undefined;
}

/** A task definition as its agent needs it: name is family:revision. */
export interface DefinitionBody {
  readonly name: string;
  readonly definition?: TaskDefinition | undefined;
}

export interface Assignment {
  readonly task: string;
  /** The revision of the task's record that this was read from. */
  readonly revision: number;
  /** family:revision */
  readonly definition: string;
  readonly desiredStatus: TaskStatus | 'UNSET';
  readonly overrides?: TaskOverride | undefined;
  readonly holds?: TaskHolds | undefined;
  readonly group: string;
  readonly startedBy: string;
  readonly service: string;
  readonly deployment: string;
  readonly launchType: LaunchType | 'UNSET';
  readonly availabilityZone: string;
  readonly networkConfiguration?: NetworkConfiguration | undefined;
  readonly attachments: readonly Attachment[];
  readonly tags: readonly Tag[];
  readonly createdAtMs: number;
  /** Why it shall stop, for the agent's log. */
  readonly stoppedReason: string;
  /** Digest by container name, where the deployment has resolved it once. */
  readonly imageDigests: Readonly<Record<string, string>>;
  /** What the control plane knows of the task: an agent that lost its journal reads it. */
  readonly lastStatus: TaskStatus | 'UNSET';
  readonly enableExecuteCommand: boolean;
  /** The mode of log configurations that give none; empty: the engine's own. */
  readonly logDriverMode: string;
}

export interface ReportRequest {
  readonly cluster: string;
  readonly instance: string;
  readonly session: number;
  /** Grows with every report of a session. */
  readonly sequence: number;
  readonly tasks: readonly TaskReport[];
  /** Everything that the agent holds is in this report: sent first in every session. */
  readonly complete: boolean;
  /** What is wrong with the instance; absent keeps, empty is OK. */
  readonly impairedReason?: string | undefined;
  /** Tasks that run here and that the control plane did not list (a foreign epoch). */
  readonly orphans: readonly string[];
}

/** The whole of what an agent knows of a task: a later report replaces an earlier one. */
export interface TaskReport {
  readonly task: string;
  readonly lastStatus: TaskStatus | 'UNSET';
  readonly containers: readonly ContainerRecord[];
  readonly pullStartedAtMs: number;
  readonly pullStoppedAtMs: number;
  readonly startedAtMs: number;
  readonly stoppingAtMs: number;
  readonly executionStoppedAtMs: number;
  readonly stoppedAtMs: number;
  /** Taken by the control plane only where it has not said why itself. */
  readonly stopCode: TaskStopCode | 'UNSET';
  readonly stoppedReason: string;
  readonly healthStatus: HealthStatus | 'UNSET';
  readonly attachments: readonly Attachment[];
}

export interface ReportResponse {
  readonly acks: readonly TaskAck[];
  readonly pace?: Pace | undefined;
}

export interface TaskAck {
  readonly task: string;
  readonly outcome: TaskAckOutcome | 'UNSET';
}

export interface ReportUtilisationRequest {
  readonly cluster: string;
  readonly instance: string;
  readonly session: number;
  readonly host?: HostUtilisation | undefined;
  readonly containers: readonly ContainerUtilisation[];
  /** Those that run now: none of the last report's runs any more but for these. */
  readonly pulls: readonly ImagePull[];
}

/** How far the pull of an image is. */
export interface ImagePull {
  readonly image: string;
  /** Tasks whose containers wait for it. */
  readonly tasks: readonly string[];
  readonly layers: number;
  readonly layersDone: number;
  readonly bytes: number;
  /** As far as the registry has said; grows while layers are found. */
  readonly bytesTotal: number;
  readonly elapsedMs: number;
}

export interface ReportUtilisationResponse {
  readonly pace?: Pace | undefined;
}

/** Rates are over the time since the last report, counters since the start. */
export interface HostUtilisation {
  /** 1024 is one core in use. */
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly memoryTotalMiB: number;
  readonly networkRxBytes: number;
  readonly networkTxBytes: number;
  readonly blockReadBytes: number;
  readonly blockWriteBytes: number;
  readonly diskUsedBytes: number;
  readonly diskTotalBytes: number;
  readonly uptimeMs: number;
}

export interface ContainerUtilisation {
  readonly task: string;
  readonly container: string;
  readonly cpuUnits: number;
  readonly memoryMiB: number;
  readonly memoryLimitMiB: number;
  readonly networkRxBytes: number;
  readonly networkTxBytes: number;
  readonly blockReadBytes: number;
  readonly blockWriteBytes: number;
}

export interface TaskProtectionRequest {
  readonly cluster: string;
  readonly instance: string;
  readonly session: number;
  readonly task: string;
  /** Absent: only read. */
  readonly protectionEnabled?: boolean | undefined;
  readonly expiresInMinutes?: number | undefined;
}

export interface TaskProtectionResponse {
  readonly protectedTask?: ProtectedTask | undefined;
  readonly failure?: Failure | undefined;
}

export interface GetVersionRequest {
  readonly cluster?: string | undefined;
  /** Of the replica that answers, and nothing else: how replicas ask each other whether they answer. */
  readonly ownOnly?: boolean | undefined;
}

export interface GetVersionResponse {
  readonly serverVersion?: string | undefined;
  readonly replicas?: readonly ReplicaVersion[] | undefined;
  readonly agents?: readonly AgentVersion[] | undefined;
  readonly etcdVersions?: readonly string[] | undefined;
  readonly replica?: string | undefined;
}

export interface ReplicaVersion {
  readonly replica?: string | undefined;
  readonly version?: string | undefined;
  readonly leader?: boolean | undefined;
  /** False for one that is listed, since its lease has not ended, and was asked in vain. */
  readonly answers?: boolean | undefined;
}

export interface AgentVersion {
  readonly cluster?: string | undefined;
  readonly containerInstance?: string | undefined;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly dockerVersion?: string | undefined;
}

export interface GetUtilisationRequest {
  readonly cluster?: string | undefined;
  /** Container instances by id or ARN; none: all. */
  readonly containerInstances?: readonly string[] | undefined;
}

export interface GetUtilisationResponse {
  readonly instances?: readonly InstanceUtilisation[] | undefined;
}

export interface InstanceUtilisation {
  readonly containerInstance?: string | undefined;
  readonly name?: string | undefined;
  /** How old the figures are; absent where none have come. */
  readonly ageMs?: number | undefined;
  readonly host?: HostUtilisation | undefined;
  readonly containers?: readonly ContainerUtilisation[] | undefined;
  readonly pulls?: readonly ImagePull[] | undefined;
}

export interface ExplainPlacementRequest {
  readonly request?: RunTaskRequest | undefined;
}

export interface ExplainPlacementResponse {
  /** Container instance by task, in the order in which they would be placed. */
  readonly containerInstances?: readonly string[] | undefined;
  readonly refusals?: readonly PlacementRefusal[] | undefined;
}

/** Why tasks of one shape find no place. */
export interface PlacementRefusal {
  readonly count?: number | undefined;
  /** ECS's failure reason. */
  readonly reason?: string | undefined;
  /** One sentence for a person. */
  readonly explanation?: string | undefined;
  /** How many container instances each reason turned away. */
  readonly instancesByReason?: Readonly<Record<string, number>> | undefined;
  /** Whether the task would fit on an empty instance of the cluster. */
  readonly couldEverFit?: boolean | undefined;
}

export interface ExplainTaskRequest {
  readonly cluster?: string | undefined;
  readonly task?: string | undefined;
}

export interface ExplainTaskResponse {
  readonly task?: Task | undefined;
  /** Sentences for a person, the most important first. */
  readonly reasons?: readonly string[] | undefined;
  readonly refusals?: readonly PlacementRefusal[] | undefined;
  /** The last lines of each stopped container's log, by container name. */
  readonly logTails?: Readonly<Record<string, string>> | undefined;
}

export interface WatchEventsRequest {
  readonly cluster?: string | undefined;
  /** Only what came after this revision; absent: from now on. */
  readonly afterRevision?: number | undefined;
}

/** An event as EventBridge delivers those of ECS, its detail in the member of its detail-type. */
export interface WatchEventsResponse {
  /** The revision that this event was committed at; goes into afterRevision. */
  readonly revision?: number | undefined;
  /** The replica no longer has what lies between the asked revision and this one: list, then go on. */
  readonly gap?: boolean | undefined;
  readonly time?: Timestamp | undefined;
  /** ECS's detail-type: "ECS Task State Change", ... */
  readonly detailType?: string | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly task?: Task | undefined;
  /** 7, 9 and 10 are never set: services and deployments are told in 16 and 17, as ECS tells them. */
  readonly service?: Service | undefined;
  readonly containerInstance?: ContainerInstance | undefined;
  readonly deployment?: ServiceDeployment | undefined;
  readonly serviceEvent?: ServiceEvent | undefined;
  /** EventBridge's own: "0", an id that is the same on every replica, "aws.ecs", and whose account and region it is. */
  readonly version?: string | undefined;
  readonly id?: string | undefined;
  readonly source?: string | undefined;
  readonly account?: string | undefined;
  readonly region?: string | undefined;
  readonly serviceAction?: ServiceAction | undefined;
  readonly deploymentStateChange?: DeploymentStateChange | undefined;
  /** Part of the detail where the shape has none of its own. */
  readonly clusterArn?: string | undefined;
}

/** The detail of "ECS Service Action". */
export interface ServiceAction {
  readonly eventType?: string | undefined;
  readonly eventName?: string | undefined;
  readonly clusterArn?: string | undefined;
  readonly createdAt?: Timestamp | undefined;
  readonly reason?: string | undefined;
}

/** The detail of "ECS Deployment State Change". */
export interface DeploymentStateChange {
  readonly eventType?: string | undefined;
  readonly eventName?: string | undefined;
  readonly deploymentId?: string | undefined;
  readonly updatedAt?: Timestamp | undefined;
  readonly reason?: string | undefined;
}

export interface CreateAccessKeyRequest {
  readonly description?: string | undefined;
}

export interface CreateAccessKeyResponse {
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: string | undefined;
}

export interface ListAccessKeysRequest {
}

export interface ListAccessKeysResponse {
  readonly accessKeys?: readonly AccessKey[] | undefined;
}

export interface AccessKey {
  readonly accessKeyId?: string | undefined;
  readonly description?: string | undefined;
  readonly createdAt?: Timestamp | undefined;
}

export interface DeleteAccessKeyRequest {
  readonly accessKeyId?: string | undefined;
}

export interface DeleteAccessKeyResponse {
}

export interface ResetRequest {
}

export interface ResetResponse {
}

export interface ResumeReplacingRequest {
  readonly cluster?: string | undefined;
}

export interface ResumeReplacingResponse {
}

export interface DiagnoseRequest {
}

export interface DiagnoseResponse {
  readonly checks?: readonly DiagnoseCheck[] | undefined;
}

export interface DiagnoseCheck {
  readonly name?: string | undefined;
  readonly ok?: boolean | undefined;
  /** What was found. */
  readonly finding?: string | undefined;
  /** The command or step that mends it; empty where ok. */
  readonly remedy?: string | undefined;
}

/** Every message by its name. */
export interface MessageShapes {
  readonly AcceleratorCountRequest: AcceleratorCountRequest;
  readonly AcceleratorTotalMemoryMiBRequest: AcceleratorTotalMemoryMiBRequest;
  readonly AdvancedConfiguration: AdvancedConfiguration;
  readonly Attachment: Attachment;
  readonly AttachmentStateChange: AttachmentStateChange;
  readonly Attribute: Attribute;
  readonly AutoRepairConfiguration: AutoRepairConfiguration;
  readonly AutoScalingGroupProvider: AutoScalingGroupProvider;
  readonly AutoScalingGroupProviderUpdate: AutoScalingGroupProviderUpdate;
  readonly AwsVpcConfiguration: AwsVpcConfiguration;
  readonly BaselineEbsBandwidthMbpsRequest: BaselineEbsBandwidthMbpsRequest;
  readonly CanaryConfiguration: CanaryConfiguration;
  readonly CapacityProvider: CapacityProvider;
  readonly CapacityProviderStrategyItem: CapacityProviderStrategyItem;
  readonly CapacityReservationRequest: CapacityReservationRequest;
  readonly Cluster: Cluster;
  readonly ClusterConfiguration: ClusterConfiguration;
  readonly ClusterServiceConnectDefaults: ClusterServiceConnectDefaults;
  readonly ClusterServiceConnectDefaultsRequest: ClusterServiceConnectDefaultsRequest;
  readonly ClusterSetting: ClusterSetting;
  readonly Container: Container;
  readonly ContainerDefinition: ContainerDefinition;
  readonly ContainerDependency: ContainerDependency;
  readonly ContainerImage: ContainerImage;
  readonly ContainerInstance: ContainerInstance;
  readonly ContainerInstanceHealthStatus: ContainerInstanceHealthStatus;
  readonly ContainerOverride: ContainerOverride;
  readonly ContainerRestartPolicy: ContainerRestartPolicy;
  readonly ContainerStateChange: ContainerStateChange;
  readonly CreateManagedInstancesProviderConfiguration: CreateManagedInstancesProviderConfiguration;
  readonly CreatedAt: CreatedAt;
  readonly DaemonAlarmConfiguration: DaemonAlarmConfiguration;
  readonly DaemonCapacityProvider: DaemonCapacityProvider;
  readonly DaemonCircuitBreaker: DaemonCircuitBreaker;
  readonly DaemonContainerDefinition: DaemonContainerDefinition;
  readonly DaemonContainerImage: DaemonContainerImage;
  readonly DaemonDeployment: DaemonDeployment;
  readonly DaemonDeploymentAlarms: DaemonDeploymentAlarms;
  readonly DaemonDeploymentCapacityProvider: DaemonDeploymentCapacityProvider;
  readonly DaemonDeploymentConfiguration: DaemonDeploymentConfiguration;
  readonly DaemonDeploymentRevisionDetail: DaemonDeploymentRevisionDetail;
  readonly DaemonDeploymentSummary: DaemonDeploymentSummary;
  readonly DaemonDetail: DaemonDetail;
  readonly DaemonLinuxParameters: DaemonLinuxParameters;
  readonly DaemonRevision: DaemonRevision;
  readonly DaemonRevisionDetail: DaemonRevisionDetail;
  readonly DaemonRollback: DaemonRollback;
  readonly DaemonSummary: DaemonSummary;
  readonly DaemonTaskDefinition: DaemonTaskDefinition;
  readonly DaemonTaskDefinitionSummary: DaemonTaskDefinitionSummary;
  readonly DaemonVolume: DaemonVolume;
  readonly Deployment: Deployment;
  readonly DeploymentAlarms: DeploymentAlarms;
  readonly DeploymentCircuitBreaker: DeploymentCircuitBreaker;
  readonly DeploymentConfiguration: DeploymentConfiguration;
  readonly DeploymentController: DeploymentController;
  readonly DeploymentEarlySuccessCriteria: DeploymentEarlySuccessCriteria;
  readonly DeploymentEphemeralStorage: DeploymentEphemeralStorage;
  readonly DeploymentLifecycleHook: DeploymentLifecycleHook;
  readonly DeploymentLifecycleHookDetail: DeploymentLifecycleHookDetail;
  readonly DeploymentLifecycleHookTimeoutConfiguration: DeploymentLifecycleHookTimeoutConfiguration;
  readonly DescribeGatewayAlbConfiguration: DescribeGatewayAlbConfiguration;
  readonly DescribeGatewayConfiguration: DescribeGatewayConfiguration;
  readonly Device: Device;
  readonly DockerVolumeConfiguration: DockerVolumeConfiguration;
  readonly EBSTagSpecification: EBSTagSpecification;
  readonly ECSExpressGatewayService: ECSExpressGatewayService;
  readonly ECSManagedResources: ECSManagedResources;
  readonly EFSAuthorizationConfig: EFSAuthorizationConfig;
  readonly EFSVolumeConfiguration: EFSVolumeConfiguration;
  readonly ElbGatewayResources: ElbGatewayResources;
  readonly EnvironmentFile: EnvironmentFile;
  readonly EphemeralStorage: EphemeralStorage;
  readonly ExecuteCommandConfiguration: ExecuteCommandConfiguration;
  readonly ExecuteCommandLogConfiguration: ExecuteCommandLogConfiguration;
  readonly ExpressGatewayContainer: ExpressGatewayContainer;
  readonly ExpressGatewayRepositoryCredentials: ExpressGatewayRepositoryCredentials;
  readonly ExpressGatewayScalingTarget: ExpressGatewayScalingTarget;
  readonly ExpressGatewayServiceAwsLogsConfiguration: ExpressGatewayServiceAwsLogsConfiguration;
  readonly ExpressGatewayServiceConfiguration: ExpressGatewayServiceConfiguration;
  readonly ExpressGatewayServiceNetworkConfiguration: ExpressGatewayServiceNetworkConfiguration;
  readonly ExpressGatewayServiceStatus: ExpressGatewayServiceStatus;
  readonly FSxWindowsFileServerAuthorizationConfig: FSxWindowsFileServerAuthorizationConfig;
  readonly FSxWindowsFileServerVolumeConfiguration: FSxWindowsFileServerVolumeConfiguration;
  readonly Failure: Failure;
  readonly FirelensConfiguration: FirelensConfiguration;
  readonly Gateway: Gateway;
  readonly GatewayAlbTestTrafficRules: GatewayAlbTestTrafficRules;
  readonly GatewayClusterAssociationSummary: GatewayClusterAssociationSummary;
  readonly GatewayConfiguration: GatewayConfiguration;
  readonly GatewayConnection: GatewayConnection;
  readonly GatewayConnectionAlbResources: GatewayConnectionAlbResources;
  readonly GatewayConnectionResources: GatewayConnectionResources;
  readonly GatewayConnector: GatewayConnector;
  readonly GatewayConnectorFilters: GatewayConnectorFilters;
  readonly GatewayConnectorHealthCheck: GatewayConnectorHealthCheck;
  readonly GatewayConnectorHealthCheckMatcher: GatewayConnectorHealthCheckMatcher;
  readonly GatewayElbAccessLogConfiguration: GatewayElbAccessLogConfiguration;
  readonly GatewayElbAccessLogDestination: GatewayElbAccessLogDestination;
  readonly GatewayElbAccessLogS3Destination: GatewayElbAccessLogS3Destination;
  readonly GatewayElbNetworkConfiguration: GatewayElbNetworkConfiguration;
  readonly GatewayInfrastructureResources: GatewayInfrastructureResources;
  readonly GatewayOperationError: GatewayOperationError;
  readonly GatewayResourceFailure: GatewayResourceFailure;
  readonly GatewayResources: GatewayResources;
  readonly GatewayRoute: GatewayRoute;
  readonly GatewayRouteAlbResources: GatewayRouteAlbResources;
  readonly GatewayRouteLoadBalancerSecurityGroup: GatewayRouteLoadBalancerSecurityGroup;
  readonly GatewayRouteResources: GatewayRouteResources;
  readonly GatewayRouteSummary: GatewayRouteSummary;
  readonly GatewaySummary: GatewaySummary;
  readonly GatewayTestTrafficHeader: GatewayTestTrafficHeader;
  readonly GpuDevice: GpuDevice;
  readonly HealthCheck: HealthCheck;
  readonly HostEntry: HostEntry;
  readonly HostSharedAlbConfiguration: HostSharedAlbConfiguration;
  readonly HostVolumeProperties: HostVolumeProperties;
  readonly InferenceAccelerator: InferenceAccelerator;
  readonly InferenceAcceleratorOverride: InferenceAcceleratorOverride;
  readonly InfrastructureOptimization: InfrastructureOptimization;
  readonly IngressPathSummary: IngressPathSummary;
  readonly InstanceHealthCheckResult: InstanceHealthCheckResult;
  readonly InstanceLaunchTemplate: InstanceLaunchTemplate;
  readonly InstanceLaunchTemplateUpdate: InstanceLaunchTemplateUpdate;
  readonly InstanceRequirementsRequest: InstanceRequirementsRequest;
  readonly KernelCapabilities: KernelCapabilities;
  readonly KeyValuePair: KeyValuePair;
  readonly LinearConfiguration: LinearConfiguration;
  readonly LinuxParameters: LinuxParameters;
  readonly LoadBalancer: LoadBalancer;
  readonly LogConfiguration: LogConfiguration;
  readonly LogDriverVolumeConfiguration: LogDriverVolumeConfiguration;
  readonly ManagedAgent: ManagedAgent;
  readonly ManagedAgentStateChange: ManagedAgentStateChange;
  readonly ManagedApplicationAutoScalingPolicy: ManagedApplicationAutoScalingPolicy;
  readonly ManagedAutoScaling: ManagedAutoScaling;
  readonly ManagedCertificate: ManagedCertificate;
  readonly ManagedIngressPath: ManagedIngressPath;
  readonly ManagedInstancesLocalStorageConfiguration: ManagedInstancesLocalStorageConfiguration;
  readonly ManagedInstancesNetworkConfiguration: ManagedInstancesNetworkConfiguration;
  readonly ManagedInstancesProvider: ManagedInstancesProvider;
  readonly ManagedInstancesStorageConfiguration: ManagedInstancesStorageConfiguration;
  readonly ManagedListener: ManagedListener;
  readonly ManagedListenerRule: ManagedListenerRule;
  readonly ManagedLoadBalancer: ManagedLoadBalancer;
  readonly ManagedLogGroup: ManagedLogGroup;
  readonly ManagedMetricAlarm: ManagedMetricAlarm;
  readonly ManagedScalableTarget: ManagedScalableTarget;
  readonly ManagedScaling: ManagedScaling;
  readonly ManagedSecurityGroup: ManagedSecurityGroup;
  readonly ManagedStorageConfiguration: ManagedStorageConfiguration;
  readonly ManagedTargetGroup: ManagedTargetGroup;
  readonly MemoryGiBPerVCpuRequest: MemoryGiBPerVCpuRequest;
  readonly MemoryMiBRequest: MemoryMiBRequest;
  readonly MetricConfiguration: MetricConfiguration;
  readonly MonitoringConfiguration: MonitoringConfiguration;
  readonly MountPoint: MountPoint;
  readonly NetworkBandwidthGbpsRequest: NetworkBandwidthGbpsRequest;
  readonly NetworkBinding: NetworkBinding;
  readonly NetworkConfiguration: NetworkConfiguration;
  readonly NetworkInterface: NetworkInterface;
  readonly NetworkInterfaceCountRequest: NetworkInterfaceCountRequest;
  readonly NvidiaMpsAllocation: NvidiaMpsAllocation;
  readonly PlacementConstraint: PlacementConstraint;
  readonly PlacementStrategy: PlacementStrategy;
  readonly PlatformDevice: PlatformDevice;
  readonly PortMapping: PortMapping;
  readonly ProtectedTask: ProtectedTask;
  readonly ProxyConfiguration: ProxyConfiguration;
  readonly RepositoryCredentials: RepositoryCredentials;
  readonly ResolvedConfiguration: ResolvedConfiguration;
  readonly Resource: Resource;
  readonly ResourceRequirement: ResourceRequirement;
  readonly Rollback: Rollback;
  readonly RuntimePlatform: RuntimePlatform;
  readonly RuntimePlatformOverride: RuntimePlatformOverride;
  readonly S3FilesVolumeConfiguration: S3FilesVolumeConfiguration;
  readonly Scale: Scale;
  readonly Secret: Secret;
  readonly Service: Service;
  readonly ServiceConnectAccessLogConfiguration: ServiceConnectAccessLogConfiguration;
  readonly ServiceConnectClientAlias: ServiceConnectClientAlias;
  readonly ServiceConnectConfiguration: ServiceConnectConfiguration;
  readonly ServiceConnectContainerConfiguration: ServiceConnectContainerConfiguration;
  readonly ServiceConnectService: ServiceConnectService;
  readonly ServiceConnectServiceResource: ServiceConnectServiceResource;
  readonly ServiceConnectTestTrafficHeaderMatchRules: ServiceConnectTestTrafficHeaderMatchRules;
  readonly ServiceConnectTestTrafficHeaderRules: ServiceConnectTestTrafficHeaderRules;
  readonly ServiceConnectTestTrafficRules: ServiceConnectTestTrafficRules;
  readonly ServiceConnectTlsCertificateAuthority: ServiceConnectTlsCertificateAuthority;
  readonly ServiceConnectTlsConfiguration: ServiceConnectTlsConfiguration;
  readonly ServiceCurrentRevisionSummary: ServiceCurrentRevisionSummary;
  readonly ServiceDeployment: ServiceDeployment;
  readonly ServiceDeploymentAlarms: ServiceDeploymentAlarms;
  readonly ServiceDeploymentBrief: ServiceDeploymentBrief;
  readonly ServiceDeploymentCircuitBreaker: ServiceDeploymentCircuitBreaker;
  readonly ServiceEvent: ServiceEvent;
  readonly ServiceManagedEBSVolumeConfiguration: ServiceManagedEBSVolumeConfiguration;
  readonly ServiceRegistry: ServiceRegistry;
  readonly ServiceRevision: ServiceRevision;
  readonly ServiceRevisionLoadBalancer: ServiceRevisionLoadBalancer;
  readonly ServiceRevisionOverrides: ServiceRevisionOverrides;
  readonly ServiceRevisionSummary: ServiceRevisionSummary;
  readonly ServiceRevisionVpcLatticeConfiguration: ServiceRevisionVpcLatticeConfiguration;
  readonly ServiceVolumeConfiguration: ServiceVolumeConfiguration;
  readonly Session: Session;
  readonly Setting: Setting;
  readonly SharingStrategy: SharingStrategy;
  readonly SystemControl: SystemControl;
  readonly Tag: Tag;
  readonly Task: Task;
  readonly TaskDefinition: TaskDefinition;
  readonly TaskDefinitionPlacementConstraint: TaskDefinitionPlacementConstraint;
  readonly TaskEphemeralStorage: TaskEphemeralStorage;
  readonly TaskManagedEBSVolumeConfiguration: TaskManagedEBSVolumeConfiguration;
  readonly TaskManagedEBSVolumeTerminationPolicy: TaskManagedEBSVolumeTerminationPolicy;
  readonly TaskOverride: TaskOverride;
  readonly TaskSet: TaskSet;
  readonly TaskVolumeConfiguration: TaskVolumeConfiguration;
  readonly ThresholdConfiguration: ThresholdConfiguration;
  readonly TimeoutConfiguration: TimeoutConfiguration;
  readonly Tmpfs: Tmpfs;
  readonly TotalLocalStorageGBRequest: TotalLocalStorageGBRequest;
  readonly Ulimit: Ulimit;
  readonly UpdateGatewayAlbConfiguration: UpdateGatewayAlbConfiguration;
  readonly UpdateGatewayConfiguration: UpdateGatewayConfiguration;
  readonly UpdateGatewayNetworkConfiguration: UpdateGatewayNetworkConfiguration;
  readonly UpdateManagedInstancesProviderConfiguration: UpdateManagedInstancesProviderConfiguration;
  readonly UpdatedExpressGatewayService: UpdatedExpressGatewayService;
  readonly VCpuCountRangeRequest: VCpuCountRangeRequest;
  readonly VersionInfo: VersionInfo;
  readonly Volume: Volume;
  readonly VolumeFrom: VolumeFrom;
  readonly VpcLatticeAdvancedConfiguration: VpcLatticeAdvancedConfiguration;
  readonly VpcLatticeConfiguration: VpcLatticeConfiguration;
  readonly TaskHolds: TaskHolds;
  readonly HeldPort: HeldPort;
  readonly CapacityProviderStrategyList: CapacityProviderStrategyList;
  readonly PlacementConstraintsList: PlacementConstraintsList;
  readonly PlacementStrategyList: PlacementStrategyList;
  readonly LoadBalancersList: LoadBalancersList;
  readonly ServiceRegistriesList: ServiceRegistriesList;
  readonly VolumeConfigurationsList: VolumeConfigurationsList;
  readonly VpcLatticeConfigurationsList: VpcLatticeConfigurationsList;
  readonly AssociateGatewayWithClusterRequest: AssociateGatewayWithClusterRequest;
  readonly AssociateGatewayWithClusterResponse: AssociateGatewayWithClusterResponse;
  readonly ContinueServiceDeploymentRequest: ContinueServiceDeploymentRequest;
  readonly ContinueServiceDeploymentResponse: ContinueServiceDeploymentResponse;
  readonly CreateCapacityProviderRequest: CreateCapacityProviderRequest;
  readonly CreateCapacityProviderResponse: CreateCapacityProviderResponse;
  readonly CreateClusterRequest: CreateClusterRequest;
  readonly CreateClusterResponse: CreateClusterResponse;
  readonly CreateDaemonRequest: CreateDaemonRequest;
  readonly CreateDaemonResponse: CreateDaemonResponse;
  readonly CreateExpressGatewayServiceRequest: CreateExpressGatewayServiceRequest;
  readonly CreateExpressGatewayServiceResponse: CreateExpressGatewayServiceResponse;
  readonly CreateGatewayRequest: CreateGatewayRequest;
  readonly CreateGatewayResponse: CreateGatewayResponse;
  readonly CreateServiceRequest: CreateServiceRequest;
  readonly CreateServiceResponse: CreateServiceResponse;
  readonly CreateTaskSetRequest: CreateTaskSetRequest;
  readonly CreateTaskSetResponse: CreateTaskSetResponse;
  readonly DeleteAccountSettingRequest: DeleteAccountSettingRequest;
  readonly DeleteAccountSettingResponse: DeleteAccountSettingResponse;
  readonly DeleteAttributesRequest: DeleteAttributesRequest;
  readonly DeleteAttributesResponse: DeleteAttributesResponse;
  readonly DeleteCapacityProviderRequest: DeleteCapacityProviderRequest;
  readonly DeleteCapacityProviderResponse: DeleteCapacityProviderResponse;
  readonly DeleteClusterRequest: DeleteClusterRequest;
  readonly DeleteClusterResponse: DeleteClusterResponse;
  readonly DeleteDaemonRequest: DeleteDaemonRequest;
  readonly DeleteDaemonResponse: DeleteDaemonResponse;
  readonly DeleteDaemonTaskDefinitionRequest: DeleteDaemonTaskDefinitionRequest;
  readonly DeleteDaemonTaskDefinitionResponse: DeleteDaemonTaskDefinitionResponse;
  readonly DeleteExpressGatewayServiceRequest: DeleteExpressGatewayServiceRequest;
  readonly DeleteExpressGatewayServiceResponse: DeleteExpressGatewayServiceResponse;
  readonly DeleteGatewayRequest: DeleteGatewayRequest;
  readonly DeleteGatewayResponse: DeleteGatewayResponse;
  readonly DeleteServiceRequest: DeleteServiceRequest;
  readonly DeleteServiceResponse: DeleteServiceResponse;
  readonly DeleteTaskDefinitionsRequest: DeleteTaskDefinitionsRequest;
  readonly DeleteTaskDefinitionsResponse: DeleteTaskDefinitionsResponse;
  readonly DeleteTaskSetRequest: DeleteTaskSetRequest;
  readonly DeleteTaskSetResponse: DeleteTaskSetResponse;
  readonly DeregisterContainerInstanceRequest: DeregisterContainerInstanceRequest;
  readonly DeregisterContainerInstanceResponse: DeregisterContainerInstanceResponse;
  readonly DeregisterTaskDefinitionRequest: DeregisterTaskDefinitionRequest;
  readonly DeregisterTaskDefinitionResponse: DeregisterTaskDefinitionResponse;
  readonly DescribeCapacityProvidersRequest: DescribeCapacityProvidersRequest;
  readonly DescribeCapacityProvidersResponse: DescribeCapacityProvidersResponse;
  readonly DescribeClustersRequest: DescribeClustersRequest;
  readonly DescribeClustersResponse: DescribeClustersResponse;
  readonly DescribeContainerInstancesRequest: DescribeContainerInstancesRequest;
  readonly DescribeContainerInstancesResponse: DescribeContainerInstancesResponse;
  readonly DescribeDaemonDeploymentsRequest: DescribeDaemonDeploymentsRequest;
  readonly DescribeDaemonDeploymentsResponse: DescribeDaemonDeploymentsResponse;
  readonly DescribeDaemonRequest: DescribeDaemonRequest;
  readonly DescribeDaemonResponse: DescribeDaemonResponse;
  readonly DescribeDaemonRevisionsRequest: DescribeDaemonRevisionsRequest;
  readonly DescribeDaemonRevisionsResponse: DescribeDaemonRevisionsResponse;
  readonly DescribeDaemonTaskDefinitionRequest: DescribeDaemonTaskDefinitionRequest;
  readonly DescribeDaemonTaskDefinitionResponse: DescribeDaemonTaskDefinitionResponse;
  readonly DescribeExpressGatewayServiceRequest: DescribeExpressGatewayServiceRequest;
  readonly DescribeExpressGatewayServiceResponse: DescribeExpressGatewayServiceResponse;
  readonly DescribeGatewayRequest: DescribeGatewayRequest;
  readonly DescribeGatewayResourcesRequest: DescribeGatewayResourcesRequest;
  readonly DescribeGatewayResourcesResponse: DescribeGatewayResourcesResponse;
  readonly DescribeGatewayResponse: DescribeGatewayResponse;
  readonly DescribeGatewayRouteRequest: DescribeGatewayRouteRequest;
  readonly DescribeGatewayRouteResponse: DescribeGatewayRouteResponse;
  readonly DescribeServiceDeploymentsRequest: DescribeServiceDeploymentsRequest;
  readonly DescribeServiceDeploymentsResponse: DescribeServiceDeploymentsResponse;
  readonly DescribeServiceRevisionsRequest: DescribeServiceRevisionsRequest;
  readonly DescribeServiceRevisionsResponse: DescribeServiceRevisionsResponse;
  readonly DescribeServicesRequest: DescribeServicesRequest;
  readonly DescribeServicesResponse: DescribeServicesResponse;
  readonly DescribeTaskDefinitionRequest: DescribeTaskDefinitionRequest;
  readonly DescribeTaskDefinitionResponse: DescribeTaskDefinitionResponse;
  readonly DescribeTaskSetsRequest: DescribeTaskSetsRequest;
  readonly DescribeTaskSetsResponse: DescribeTaskSetsResponse;
  readonly DescribeTasksRequest: DescribeTasksRequest;
  readonly DescribeTasksResponse: DescribeTasksResponse;
  readonly DisassociateGatewayFromClusterRequest: DisassociateGatewayFromClusterRequest;
  readonly DisassociateGatewayFromClusterResponse: DisassociateGatewayFromClusterResponse;
  readonly DiscoverPollEndpointRequest: DiscoverPollEndpointRequest;
  readonly DiscoverPollEndpointResponse: DiscoverPollEndpointResponse;
  readonly ExecuteCommandRequest: ExecuteCommandRequest;
  readonly ExecuteCommandResponse: ExecuteCommandResponse;
  readonly GetTaskProtectionRequest: GetTaskProtectionRequest;
  readonly GetTaskProtectionResponse: GetTaskProtectionResponse;
  readonly ListAccountSettingsRequest: ListAccountSettingsRequest;
  readonly ListAccountSettingsResponse: ListAccountSettingsResponse;
  readonly ListAttributesRequest: ListAttributesRequest;
  readonly ListAttributesResponse: ListAttributesResponse;
  readonly ListClustersRequest: ListClustersRequest;
  readonly ListClustersResponse: ListClustersResponse;
  readonly ListContainerInstancesRequest: ListContainerInstancesRequest;
  readonly ListContainerInstancesResponse: ListContainerInstancesResponse;
  readonly ListDaemonDeploymentsRequest: ListDaemonDeploymentsRequest;
  readonly ListDaemonDeploymentsResponse: ListDaemonDeploymentsResponse;
  readonly ListDaemonTaskDefinitionsRequest: ListDaemonTaskDefinitionsRequest;
  readonly ListDaemonTaskDefinitionsResponse: ListDaemonTaskDefinitionsResponse;
  readonly ListDaemonsRequest: ListDaemonsRequest;
  readonly ListDaemonsResponse: ListDaemonsResponse;
  readonly ListGatewayClusterAssociationsRequest: ListGatewayClusterAssociationsRequest;
  readonly ListGatewayClusterAssociationsResponse: ListGatewayClusterAssociationsResponse;
  readonly ListGatewayRoutesRequest: ListGatewayRoutesRequest;
  readonly ListGatewayRoutesResponse: ListGatewayRoutesResponse;
  readonly ListGatewaysRequest: ListGatewaysRequest;
  readonly ListGatewaysResponse: ListGatewaysResponse;
  readonly ListServiceDeploymentsRequest: ListServiceDeploymentsRequest;
  readonly ListServiceDeploymentsResponse: ListServiceDeploymentsResponse;
  readonly ListServicesByNamespaceRequest: ListServicesByNamespaceRequest;
  readonly ListServicesByNamespaceResponse: ListServicesByNamespaceResponse;
  readonly ListServicesRequest: ListServicesRequest;
  readonly ListServicesResponse: ListServicesResponse;
  readonly ListTagsForResourceRequest: ListTagsForResourceRequest;
  readonly ListTagsForResourceResponse: ListTagsForResourceResponse;
  readonly ListTaskDefinitionFamiliesRequest: ListTaskDefinitionFamiliesRequest;
  readonly ListTaskDefinitionFamiliesResponse: ListTaskDefinitionFamiliesResponse;
  readonly ListTaskDefinitionsRequest: ListTaskDefinitionsRequest;
  readonly ListTaskDefinitionsResponse: ListTaskDefinitionsResponse;
  readonly ListTasksRequest: ListTasksRequest;
  readonly ListTasksResponse: ListTasksResponse;
  readonly PutAccountSettingDefaultRequest: PutAccountSettingDefaultRequest;
  readonly PutAccountSettingDefaultResponse: PutAccountSettingDefaultResponse;
  readonly PutAccountSettingRequest: PutAccountSettingRequest;
  readonly PutAccountSettingResponse: PutAccountSettingResponse;
  readonly PutAttributesRequest: PutAttributesRequest;
  readonly PutAttributesResponse: PutAttributesResponse;
  readonly PutClusterCapacityProvidersRequest: PutClusterCapacityProvidersRequest;
  readonly PutClusterCapacityProvidersResponse: PutClusterCapacityProvidersResponse;
  readonly RegisterContainerInstanceRequest: RegisterContainerInstanceRequest;
  readonly RegisterContainerInstanceResponse: RegisterContainerInstanceResponse;
  readonly RegisterDaemonTaskDefinitionRequest: RegisterDaemonTaskDefinitionRequest;
  readonly RegisterDaemonTaskDefinitionResponse: RegisterDaemonTaskDefinitionResponse;
  readonly RegisterTaskDefinitionRequest: RegisterTaskDefinitionRequest;
  readonly RegisterTaskDefinitionResponse: RegisterTaskDefinitionResponse;
  readonly RunTaskRequest: RunTaskRequest;
  readonly RunTaskResponse: RunTaskResponse;
  readonly StartTaskRequest: StartTaskRequest;
  readonly StartTaskResponse: StartTaskResponse;
  readonly StopServiceDeploymentRequest: StopServiceDeploymentRequest;
  readonly StopServiceDeploymentResponse: StopServiceDeploymentResponse;
  readonly StopTaskRequest: StopTaskRequest;
  readonly StopTaskResponse: StopTaskResponse;
  readonly SubmitAttachmentStateChangesRequest: SubmitAttachmentStateChangesRequest;
  readonly SubmitAttachmentStateChangesResponse: SubmitAttachmentStateChangesResponse;
  readonly SubmitContainerStateChangeRequest: SubmitContainerStateChangeRequest;
  readonly SubmitContainerStateChangeResponse: SubmitContainerStateChangeResponse;
  readonly SubmitTaskStateChangeRequest: SubmitTaskStateChangeRequest;
  readonly SubmitTaskStateChangeResponse: SubmitTaskStateChangeResponse;
  readonly TagResourceRequest: TagResourceRequest;
  readonly TagResourceResponse: TagResourceResponse;
  readonly UntagResourceRequest: UntagResourceRequest;
  readonly UntagResourceResponse: UntagResourceResponse;
  readonly UpdateCapacityProviderRequest: UpdateCapacityProviderRequest;
  readonly UpdateCapacityProviderResponse: UpdateCapacityProviderResponse;
  readonly UpdateClusterRequest: UpdateClusterRequest;
  readonly UpdateClusterResponse: UpdateClusterResponse;
  readonly UpdateClusterSettingsRequest: UpdateClusterSettingsRequest;
  readonly UpdateClusterSettingsResponse: UpdateClusterSettingsResponse;
  readonly UpdateContainerAgentRequest: UpdateContainerAgentRequest;
  readonly UpdateContainerAgentResponse: UpdateContainerAgentResponse;
  readonly UpdateContainerInstancesStateRequest: UpdateContainerInstancesStateRequest;
  readonly UpdateContainerInstancesStateResponse: UpdateContainerInstancesStateResponse;
  readonly UpdateDaemonRequest: UpdateDaemonRequest;
  readonly UpdateDaemonResponse: UpdateDaemonResponse;
  readonly UpdateExpressGatewayServiceRequest: UpdateExpressGatewayServiceRequest;
  readonly UpdateExpressGatewayServiceResponse: UpdateExpressGatewayServiceResponse;
  readonly UpdateGatewayRequest: UpdateGatewayRequest;
  readonly UpdateGatewayResponse: UpdateGatewayResponse;
  readonly UpdateServicePrimaryTaskSetRequest: UpdateServicePrimaryTaskSetRequest;
  readonly UpdateServicePrimaryTaskSetResponse: UpdateServicePrimaryTaskSetResponse;
  readonly UpdateServiceRequest: UpdateServiceRequest;
  readonly UpdateServiceResponse: UpdateServiceResponse;
  readonly UpdateTaskProtectionRequest: UpdateTaskProtectionRequest;
  readonly UpdateTaskProtectionResponse: UpdateTaskProtectionResponse;
  readonly UpdateTaskSetRequest: UpdateTaskSetRequest;
  readonly UpdateTaskSetResponse: UpdateTaskSetResponse;
  readonly ClusterRecord: ClusterRecord;
  readonly FamilyRecord: FamilyRecord;
  readonly TaskDefinitionRecord: TaskDefinitionRecord;
  readonly InstanceRecord: InstanceRecord;
  readonly InstanceResources: InstanceResources;
  readonly FenceRecord: FenceRecord;
  readonly TaskRecord: TaskRecord;
  readonly ContainerRecord: ContainerRecord;
  readonly ServiceRecord: ServiceRecord;
  readonly ServiceActionRecord: ServiceActionRecord;
  readonly ServiceThrottle: ServiceThrottle;
  readonly DeploymentRecord: DeploymentRecord;
  readonly DeploymentHookRecord: DeploymentHookRecord;
  readonly ServiceRevisionRecord: ServiceRevisionRecord;
  readonly SessionRecord: SessionRecord;
  readonly ReplicaRecord: ReplicaRecord;
  readonly LeaderRecord: LeaderRecord;
  readonly BarrierRecord: BarrierRecord;
  readonly EpochRecord: EpochRecord;
  readonly FormatRecord: FormatRecord;
  readonly AccessKeyRecord: AccessKeyRecord;
  readonly AccountSettingRecord: AccountSettingRecord;
  readonly HistoryRecord: HistoryRecord;
  readonly ServiceEventsRecord: ServiceEventsRecord;
  readonly ServiceEventEntry: ServiceEventEntry;
  readonly AgentCall: AgentCall;
  readonly AgentAnswer: AgentAnswer;
  readonly CallError: CallError;
  readonly ProtocolVersion: ProtocolVersion;
  readonly RegisterRequest: RegisterRequest;
  readonly RegisterResponse: RegisterResponse;
  readonly Pace: Pace;
  readonly Cursor: Cursor;
  readonly PollRequest: PollRequest;
  readonly PollResponse: PollResponse;
  readonly DefinitionBody: DefinitionBody;
  readonly Assignment: Assignment;
  readonly ReportRequest: ReportRequest;
  readonly TaskReport: TaskReport;
  readonly ReportResponse: ReportResponse;
  readonly TaskAck: TaskAck;
  readonly ReportUtilisationRequest: ReportUtilisationRequest;
  readonly ImagePull: ImagePull;
  readonly ReportUtilisationResponse: ReportUtilisationResponse;
  readonly HostUtilisation: HostUtilisation;
  readonly ContainerUtilisation: ContainerUtilisation;
  readonly TaskProtectionRequest: TaskProtectionRequest;
  readonly TaskProtectionResponse: TaskProtectionResponse;
  readonly GetVersionRequest: GetVersionRequest;
  readonly GetVersionResponse: GetVersionResponse;
  readonly ReplicaVersion: ReplicaVersion;
  readonly AgentVersion: AgentVersion;
  readonly GetUtilisationRequest: GetUtilisationRequest;
  readonly GetUtilisationResponse: GetUtilisationResponse;
  readonly InstanceUtilisation: InstanceUtilisation;
  readonly ExplainPlacementRequest: ExplainPlacementRequest;
  readonly ExplainPlacementResponse: ExplainPlacementResponse;
  readonly PlacementRefusal: PlacementRefusal;
  readonly ExplainTaskRequest: ExplainTaskRequest;
  readonly ExplainTaskResponse: ExplainTaskResponse;
  readonly WatchEventsRequest: WatchEventsRequest;
  readonly WatchEventsResponse: WatchEventsResponse;
  readonly ServiceAction: ServiceAction;
  readonly DeploymentStateChange: DeploymentStateChange;
  readonly CreateAccessKeyRequest: CreateAccessKeyRequest;
  readonly CreateAccessKeyResponse: CreateAccessKeyResponse;
  readonly ListAccessKeysRequest: ListAccessKeysRequest;
  readonly ListAccessKeysResponse: ListAccessKeysResponse;
  readonly AccessKey: AccessKey;
  readonly DeleteAccessKeyRequest: DeleteAccessKeyRequest;
  readonly DeleteAccessKeyResponse: DeleteAccessKeyResponse;
  readonly ResetRequest: ResetRequest;
  readonly ResetResponse: ResetResponse;
  readonly ResumeReplacingRequest: ResumeReplacingRequest;
  readonly ResumeReplacingResponse: ResumeReplacingResponse;
  readonly DiagnoseRequest: DiagnoseRequest;
  readonly DiagnoseResponse: DiagnoseResponse;
  readonly DiagnoseCheck: DiagnoseCheck;
}

/** The operations of Amazon ECS, with ECS's shapes. */
export interface EcsServiceOperations {
  /** Lets the services of a cluster use a gateway. */
  readonly AssociateGatewayWithCluster: { readonly request: AssociateGatewayWithClusterRequest; readonly response: AssociateGatewayWithClusterResponse };
  /** Lets a deployment that waits at a PAUSE hook go on, or rolls it back. */
  readonly ContinueServiceDeployment: { readonly request: ContinueServiceDeploymentRequest; readonly response: ContinueServiceDeploymentResponse };
  /** Makes a capacity provider. */
  readonly CreateCapacityProvider: { readonly request: CreateCapacityProviderRequest; readonly response: CreateCapacityProviderResponse };
  /** Makes a cluster, or answers with the one that has the name. */
  readonly CreateCluster: { readonly request: CreateClusterRequest; readonly response: CreateClusterResponse };
  /** Makes a daemon: one task on every instance of its capacity providers. */
  readonly CreateDaemon: { readonly request: CreateDaemonRequest; readonly response: CreateDaemonResponse };
  /** Makes a service behind a gateway in one call. */
  readonly CreateExpressGatewayService: { readonly request: CreateExpressGatewayServiceRequest; readonly response: CreateExpressGatewayServiceResponse };
  /** Makes a gateway. */
  readonly CreateGateway: { readonly request: CreateGatewayRequest; readonly response: CreateGatewayResponse };
  /** Makes a service, which keeps as many tasks of a definition running as it should. */
  readonly CreateService: { readonly request: CreateServiceRequest; readonly response: CreateServiceResponse };
  /** Makes a task set in a service with an EXTERNAL deployment controller. */
  readonly CreateTaskSet: { readonly request: CreateTaskSetRequest; readonly response: CreateTaskSetResponse };
  /** Sets an account setting back to its default for one principal. */
  readonly DeleteAccountSetting: { readonly request: DeleteAccountSettingRequest; readonly response: DeleteAccountSettingResponse };
  /** Takes custom attributes off container instances. */
  readonly DeleteAttributes: { readonly request: DeleteAttributesRequest; readonly response: DeleteAttributesResponse };
  /** Takes a capacity provider away. */
  readonly DeleteCapacityProvider: { readonly request: DeleteCapacityProviderRequest; readonly response: DeleteCapacityProviderResponse };
  /** Takes a cluster away that has no instances, tasks or services left. */
  readonly DeleteCluster: { readonly request: DeleteClusterRequest; readonly response: DeleteClusterResponse };
  /** Takes a daemon away. */
  readonly DeleteDaemon: { readonly request: DeleteDaemonRequest; readonly response: DeleteDaemonResponse };
  /** Deletes a revision of a daemon task definition. */
  readonly DeleteDaemonTaskDefinition: { readonly request: DeleteDaemonTaskDefinitionRequest; readonly response: DeleteDaemonTaskDefinitionResponse };
  /** Takes a service behind a gateway away. */
  readonly DeleteExpressGatewayService: { readonly request: DeleteExpressGatewayServiceRequest; readonly response: DeleteExpressGatewayServiceResponse };
  /** Takes a gateway away. */
  readonly DeleteGateway: { readonly request: DeleteGatewayRequest; readonly response: DeleteGatewayResponse };
  /** Takes a service away: DRAINING until its tasks have stopped, then INACTIVE. */
  readonly DeleteService: { readonly request: DeleteServiceRequest; readonly response: DeleteServiceResponse };
  /** Deletes INACTIVE task definitions for good. */
  readonly DeleteTaskDefinitions: { readonly request: DeleteTaskDefinitionsRequest; readonly response: DeleteTaskDefinitionsResponse };
  /** Takes a task set away. */
  readonly DeleteTaskSet: { readonly request: DeleteTaskSetRequest; readonly response: DeleteTaskSetResponse };
  /** Takes a container instance out of its cluster. */
  readonly DeregisterContainerInstance: { readonly request: DeregisterContainerInstanceRequest; readonly response: DeregisterContainerInstanceResponse };
  /** Makes a task definition INACTIVE: what runs goes on, nothing new starts from it. */
  readonly DeregisterTaskDefinition: { readonly request: DeregisterTaskDefinitionRequest; readonly response: DeregisterTaskDefinitionResponse };
  /** Shows capacity providers. */
  readonly DescribeCapacityProviders: { readonly request: DescribeCapacityProvidersRequest; readonly response: DescribeCapacityProvidersResponse };
  /** Shows clusters with their counts of tasks, services and instances. */
  readonly DescribeClusters: { readonly request: DescribeClustersRequest; readonly response: DescribeClustersResponse };
  /** Shows container instances: resources, attributes, agent, health. */
  readonly DescribeContainerInstances: { readonly request: DescribeContainerInstancesRequest; readonly response: DescribeContainerInstancesResponse };
  /** Shows a daemon. */
  readonly DescribeDaemon: { readonly request: DescribeDaemonRequest; readonly response: DescribeDaemonResponse };
  /** Shows deployments of daemons. */
  readonly DescribeDaemonDeployments: { readonly request: DescribeDaemonDeploymentsRequest; readonly response: DescribeDaemonDeploymentsResponse };
  /** Shows revisions of daemons. */
  readonly DescribeDaemonRevisions: { readonly request: DescribeDaemonRevisionsRequest; readonly response: DescribeDaemonRevisionsResponse };
  /** Shows a daemon task definition. */
  readonly DescribeDaemonTaskDefinition: { readonly request: DescribeDaemonTaskDefinitionRequest; readonly response: DescribeDaemonTaskDefinitionResponse };
  /** Shows a service behind a gateway. */
  readonly DescribeExpressGatewayService: { readonly request: DescribeExpressGatewayServiceRequest; readonly response: DescribeExpressGatewayServiceResponse };
  /** Shows a gateway. */
  readonly DescribeGateway: { readonly request: DescribeGatewayRequest; readonly response: DescribeGatewayResponse };
  /** Shows what a gateway is made of. */
  readonly DescribeGatewayResources: { readonly request: DescribeGatewayResourcesRequest; readonly response: DescribeGatewayResourcesResponse };
  /** Shows a route of a gateway. */
  readonly DescribeGatewayRoute: { readonly request: DescribeGatewayRouteRequest; readonly response: DescribeGatewayRouteResponse };
  /** Shows deployments of services: progress, circuit breaker, rollback. */
  readonly DescribeServiceDeployments: { readonly request: DescribeServiceDeploymentsRequest; readonly response: DescribeServiceDeploymentsResponse };
  /** Shows what a service was told to run at each deployment. */
  readonly DescribeServiceRevisions: { readonly request: DescribeServiceRevisionsRequest; readonly response: DescribeServiceRevisionsResponse };
  /** Shows services with their deployments and last events. */
  readonly DescribeServices: { readonly request: DescribeServicesRequest; readonly response: DescribeServicesResponse };
  /** Shows a task definition: by family its newest ACTIVE revision. */
  readonly DescribeTaskDefinition: { readonly request: DescribeTaskDefinitionRequest; readonly response: DescribeTaskDefinitionResponse };
  /** Shows the task sets of a service. */
  readonly DescribeTaskSets: { readonly request: DescribeTaskSetsRequest; readonly response: DescribeTaskSetsResponse };
  /** Shows tasks: states, containers, ports, times. */
  readonly DescribeTasks: { readonly request: DescribeTasksRequest; readonly response: DescribeTasksResponse };
  /** Takes a gateway away from a cluster. */
  readonly DisassociateGatewayFromCluster: { readonly request: DisassociateGatewayFromClusterRequest; readonly response: DisassociateGatewayFromClusterResponse };
  /** Where an agent polls; for Amazon's own agent. */
  readonly DiscoverPollEndpoint: { readonly request: DiscoverPollEndpointRequest; readonly response: DiscoverPollEndpointResponse };
  /** Runs a command in a container that runs. */
  readonly ExecuteCommand: { readonly request: ExecuteCommandRequest; readonly response: ExecuteCommandResponse };
  /** Shows which tasks are protected from scale-in. */
  readonly GetTaskProtection: { readonly request: GetTaskProtectionRequest; readonly response: GetTaskProtectionResponse };
  /** Lists account settings. */
  readonly ListAccountSettings: { readonly request: ListAccountSettingsRequest; readonly response: ListAccountSettingsResponse };
  /** Lists attributes of container instances. */
  readonly ListAttributes: { readonly request: ListAttributesRequest; readonly response: ListAttributesResponse };
  /** Lists clusters. */
  readonly ListClusters: { readonly request: ListClustersRequest; readonly response: ListClustersResponse };
  /** Lists container instances, also by an expression of the cluster query language. */
  readonly ListContainerInstances: { readonly request: ListContainerInstancesRequest; readonly response: ListContainerInstancesResponse };
  /** Lists deployments of a daemon. */
  readonly ListDaemonDeployments: { readonly request: ListDaemonDeploymentsRequest; readonly response: ListDaemonDeploymentsResponse };
  /** Lists daemon task definitions. */
  readonly ListDaemonTaskDefinitions: { readonly request: ListDaemonTaskDefinitionsRequest; readonly response: ListDaemonTaskDefinitionsResponse };
  /** Lists daemons. */
  readonly ListDaemons: { readonly request: ListDaemonsRequest; readonly response: ListDaemonsResponse };
  /** Lists the clusters of a gateway. */
  readonly ListGatewayClusterAssociations: { readonly request: ListGatewayClusterAssociationsRequest; readonly response: ListGatewayClusterAssociationsResponse };
  /** Lists the routes of a gateway. */
  readonly ListGatewayRoutes: { readonly request: ListGatewayRoutesRequest; readonly response: ListGatewayRoutesResponse };
  /** Lists gateways. */
  readonly ListGateways: { readonly request: ListGatewaysRequest; readonly response: ListGatewaysResponse };
  /** Lists deployments of a service, the newest first. */
  readonly ListServiceDeployments: { readonly request: ListServiceDeploymentsRequest; readonly response: ListServiceDeploymentsResponse };
  /** Lists the services of a cluster. */
  readonly ListServices: { readonly request: ListServicesRequest; readonly response: ListServicesResponse };
  /** Lists the services of a Service Connect namespace. */
  readonly ListServicesByNamespace: { readonly request: ListServicesByNamespaceRequest; readonly response: ListServicesByNamespaceResponse };
  /** Lists the tags of a resource. */
  readonly ListTagsForResource: { readonly request: ListTagsForResourceRequest; readonly response: ListTagsForResourceResponse };
  /** Lists families of task definitions. */
  readonly ListTaskDefinitionFamilies: { readonly request: ListTaskDefinitionFamiliesRequest; readonly response: ListTaskDefinitionFamiliesResponse };
  /** Lists revisions of task definitions. */
  readonly ListTaskDefinitions: { readonly request: ListTaskDefinitionsRequest; readonly response: ListTaskDefinitionsResponse };
  /** Lists tasks; those that shall run where no desired status is given. */
  readonly ListTasks: { readonly request: ListTasksRequest; readonly response: ListTasksResponse };
  /** Sets an account setting for one principal. */
  readonly PutAccountSetting: { readonly request: PutAccountSettingRequest; readonly response: PutAccountSettingResponse };
  /** Sets an account setting for all. */
  readonly PutAccountSettingDefault: { readonly request: PutAccountSettingDefaultRequest; readonly response: PutAccountSettingDefaultResponse };
  /** Gives container instances attributes of their own. */
  readonly PutAttributes: { readonly request: PutAttributesRequest; readonly response: PutAttributesResponse };
  /** Sets the capacity providers of a cluster and their default strategy. */
  readonly PutClusterCapacityProviders: { readonly request: PutClusterCapacityProvidersRequest; readonly response: PutClusterCapacityProvidersResponse };
  /** Joins an instance to a cluster; for Amazon's own agent. */
  readonly RegisterContainerInstance: { readonly request: RegisterContainerInstanceRequest; readonly response: RegisterContainerInstanceResponse };
  /** Registers a revision of a daemon task definition. */
  readonly RegisterDaemonTaskDefinition: { readonly request: RegisterDaemonTaskDefinitionRequest; readonly response: RegisterDaemonTaskDefinitionResponse };
  /** Registers the next revision of a task definition. */
  readonly RegisterTaskDefinition: { readonly request: RegisterTaskDefinitionRequest; readonly response: RegisterTaskDefinitionResponse };
  /** Places tasks on instances with room for them and starts them. */
  readonly RunTask: { readonly request: RunTaskRequest; readonly response: RunTaskResponse };
  /** Starts a task on named instances, without placement. */
  readonly StartTask: { readonly request: StartTaskRequest; readonly response: StartTaskResponse };
  /** Stops a deployment, with or without rolling it back. */
  readonly StopServiceDeployment: { readonly request: StopServiceDeploymentRequest; readonly response: StopServiceDeploymentResponse };
  /** Stops a task: SIGTERM, then SIGKILL after the stop timeout. */
  readonly StopTask: { readonly request: StopTaskRequest; readonly response: StopTaskResponse };
  /** Reports attachments; for Amazon's own agent. */
  readonly SubmitAttachmentStateChanges: { readonly request: SubmitAttachmentStateChangesRequest; readonly response: SubmitAttachmentStateChangesResponse };
  /** Reports a container; for Amazon's own agent. */
  readonly SubmitContainerStateChange: { readonly request: SubmitContainerStateChangeRequest; readonly response: SubmitContainerStateChangeResponse };
  /** Reports a task; for Amazon's own agent. */
  readonly SubmitTaskStateChange: { readonly request: SubmitTaskStateChangeRequest; readonly response: SubmitTaskStateChangeResponse };
  /** Adds tags to a resource, or changes their values. */
  readonly TagResource: { readonly request: TagResourceRequest; readonly response: TagResourceResponse };
  /** Takes tags off a resource. */
  readonly UntagResource: { readonly request: UntagResourceRequest; readonly response: UntagResourceResponse };
  /** Changes a capacity provider. */
  readonly UpdateCapacityProvider: { readonly request: UpdateCapacityProviderRequest; readonly response: UpdateCapacityProviderResponse };
  /** Changes the settings and configuration of a cluster. */
  readonly UpdateCluster: { readonly request: UpdateClusterRequest; readonly response: UpdateClusterResponse };
  /** Changes the settings of a cluster. */
  readonly UpdateClusterSettings: { readonly request: UpdateClusterSettingsRequest; readonly response: UpdateClusterSettingsResponse };
  /** Asks an instance to renew its agent. */
  readonly UpdateContainerAgent: { readonly request: UpdateContainerAgentRequest; readonly response: UpdateContainerAgentResponse };
  /** Makes container instances DRAINING (services move off) or ACTIVE again. */
  readonly UpdateContainerInstancesState: { readonly request: UpdateContainerInstancesStateRequest; readonly response: UpdateContainerInstancesStateResponse };
  /** Changes a daemon. */
  readonly UpdateDaemon: { readonly request: UpdateDaemonRequest; readonly response: UpdateDaemonResponse };
  /** Changes a service behind a gateway. */
  readonly UpdateExpressGatewayService: { readonly request: UpdateExpressGatewayServiceRequest; readonly response: UpdateExpressGatewayServiceResponse };
  /** Changes a gateway. */
  readonly UpdateGateway: { readonly request: UpdateGatewayRequest; readonly response: UpdateGatewayResponse };
  /** Changes a service: count, task definition, percentages, placement. */
  readonly UpdateService: { readonly request: UpdateServiceRequest; readonly response: UpdateServiceResponse };
  /** Says which task set of a service serves. */
  readonly UpdateServicePrimaryTaskSet: { readonly request: UpdateServicePrimaryTaskSetRequest; readonly response: UpdateServicePrimaryTaskSetResponse };
  /** Protects tasks from scale-in, or no longer. */
  readonly UpdateTaskProtection: { readonly request: UpdateTaskProtectionRequest; readonly response: UpdateTaskProtectionResponse };
  /** Changes the scale of a task set. */
  readonly UpdateTaskSet: { readonly request: UpdateTaskSetRequest; readonly response: UpdateTaskSetResponse };
}

/** What agents and the control plane say to each other. A session is one connection to one replica; every call after Register carries its id. This file only grows; minor versions that differ by one understand each other. */
export interface AgentServiceOperations {
  /** Joins the cluster or takes a known instance up again, and opens a session. */
  readonly Register: { readonly request: RegisterRequest; readonly response: RegisterResponse };
  /** Waits for assignments that changed after the cursor; also the heartbeat. */
  readonly Poll: { readonly request: PollRequest; readonly response: PollResponse };
  /** Tells state changes. Answered when they are committed. */
  readonly Report: { readonly request: ReportRequest; readonly response: ReportResponse };
  /** Tells what containers and host use. Not state: kept in memory by the replica that holds the session. */
  readonly ReportUtilisation: { readonly request: ReportUtilisationRequest; readonly response: ReportUtilisationResponse };
  /** Reads and changes the scale-in protection of a task, for the container's own endpoint. */
  readonly TaskProtection: { readonly request: TaskProtectionRequest; readonly response: TaskProtectionResponse };
  /** The calls above but Register, as messages of one stream: a call of its own costs several times what a message does. From minor version 1 on; answers come as they are ready, not in the order of the calls. */
  readonly Exchange: { readonly request: AgentCall; readonly response: AgentAnswer };
}

/** What Longshore answers beyond ECS. */
export interface LongshoreServiceOperations {
  /** Versions of everything that the control plane sees: replicas, agents, engines, etcd. */
  readonly GetVersion: { readonly request: GetVersionRequest; readonly response: GetVersionResponse };
  /** What the containers and hosts of a cluster use, from the last 15 minutes. */
  readonly GetUtilisation: { readonly request: GetUtilisationRequest; readonly response: GetUtilisationResponse };
  /** Where the tasks of a RunTask request would go, and why they would not; nothing is started. */
  readonly ExplainPlacement: { readonly request: ExplainPlacementRequest; readonly response: ExplainPlacementResponse };
  /** Why a task waits or stopped, in full. */
  readonly ExplainTask: { readonly request: ExplainTaskRequest; readonly response: ExplainTaskResponse };
  /** State changes of tasks, services, instances and deployments, from a revision on, in the shape of ECS's events. */
  readonly WatchEvents: { readonly request: WatchEventsRequest; readonly response: WatchEventsResponse };
  /** Makes an access key for the ECS API; the secret is shown once. */
  readonly CreateAccessKey: { readonly request: CreateAccessKeyRequest; readonly response: CreateAccessKeyResponse };
  readonly ListAccessKeys: { readonly request: ListAccessKeysRequest; readonly response: ListAccessKeysResponse };
  readonly DeleteAccessKey: { readonly request: DeleteAccessKeyRequest; readonly response: DeleteAccessKeyResponse };
  /** Empties the cluster state of a server that was started with --dev; refused by any other. */
  readonly Reset: { readonly request: ResetRequest; readonly response: ResetResponse };
  /** Lets replacing go on although more than a third of a cluster's instances fell silent. */
  readonly ResumeReplacing: { readonly request: ResumeReplacingRequest; readonly response: ResumeReplacingResponse };
  /** What `longshore doctor` asks of the control plane: etcd, quorum, quota, clock. */
  readonly Diagnose: { readonly request: DiagnoseRequest; readonly response: DiagnoseResponse };
}
