import { continueServiceDeployment } from './continue-service-deployment.js';
import { createService } from './create-service.js';
import { deleteService } from './delete-service.js';
import { describeServiceDeployments } from './describe-service-deployments.js';
import { describeServiceRevisions } from './describe-service-revisions.js';
import { describeServices } from './describe-services.js';
import { listServiceDeployments } from './list-service-deployments.js';
import { listServices } from './list-services.js';
import { listServicesByNamespace } from './list-services-by-namespace.js';
import { stopServiceDeployment } from './stop-service-deployment.js';
import { updateService } from './update-service.js';

/** The operations on services, by ECS's names. */
export const serviceOperations = {
  ContinueServiceDeployment: continueServiceDeployment,
  CreateService: createService,
  DeleteService: deleteService,
  DescribeServiceDeployments: describeServiceDeployments,
  DescribeServiceRevisions: describeServiceRevisions,
  DescribeServices: describeServices,
  ListServiceDeployments: listServiceDeployments,
  ListServices: listServices,
  ListServicesByNamespace: listServicesByNamespace,
  StopServiceDeployment: stopServiceDeployment,
  UpdateService: updateService,
} as const;
