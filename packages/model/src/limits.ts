/** How many items an answer's page holds, by operation; `maxResults` may ask for fewer. */
export const pageSizes = {
  ListAccountSettings: 10,
  ListAttributes: 100,
  ListClusters: 100,
  ListContainerInstances: 100,
  ListServiceDeployments: 20,
  ListServices: 10,
  ListServicesByNamespace: 10,
  ListTaskDefinitionFamilies: 100,
  ListTaskDefinitions: 100,
  ListTasks: 100,
  DescribeCapacityProviders: 10,
} as const;

export type PagedOperation = keyof typeof pageSizes;

/** How many items `maxResults` may ask for, where that is more than the page that comes unasked. */
export const maxPageSizes: Readonly<Record<PagedOperation, number>> = {
  ...pageSizes,
  ListServices: 100,
  ListServicesByNamespace: 100,
  ListServiceDeployments: 100,
};

/** How many items a request may name. */
export const requestLimits = {
  RunTask: 10,
  StartTask: 10,
  DescribeServices: 10,
  UpdateContainerInstancesState: 10,
  PutAttributes: 10,
  DeleteAttributes: 10,
  DeleteTaskDefinitions: 10,
  UpdateTaskProtection: 10,
  DescribeServiceDeployments: 20,
  DescribeServiceRevisions: 20,
  DescribeTasks: 100,
  DescribeContainerInstances: 100,
  DescribeClusters: 100,
  GetTaskProtection: 100,
} as const;

export const limits = {
  placementConstraints: 10,
  placementStrategies: 5,
  tags: 50,
  tagKeyCharacters: 128,
  tagValueCharacters: 256,
  /** Characters of all container overrides of a request together, as JSON. */
  overridesCharacters: 8192,
  startedByCharacters: 128,
  startTaskStartedByCharacters: 36,
  taskDefinitionBytes: 64 * 1024,
  containersPerTaskDefinition: 10,
  attributesPerInstance: 50,
  environmentFiles: 10,
  ignoredExitCodes: 50,
  stoppedReasonCharacters: 1024,
} as const;
