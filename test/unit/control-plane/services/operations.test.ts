import type { CreateServiceRequest, UpdateServiceRequest } from '@longshore/model';
import { keyOf } from '@longshore/store';
import { expect } from 'chai';
import { SimCluster } from '../../../support/cluster/cluster.js';
import { arn, refusal } from '../api/rig.js';

describe('operations on services', () => {
  let sim: SimCluster;

  beforeEach(async () => {
    sim = await SimCluster.open({ seed: 7, flags: { 'healthy-after': '1s' } });
    await sim.define('web');
    await sim.define('web');
    await sim.define('own-address', undefined, { networkMode: 'awsvpc' });
    await sim.define('old');
    await sim.call('DeregisterTaskDefinition', { taskDefinition: 'old:1' });
  });

  afterEach(async () => {
    await sim.close();
    expect(sim.auditor.breaches).to.deep.equal([]);
  });

  const create = (request: Partial<CreateServiceRequest> = {}) =>
    sim.call('CreateService', { serviceName: 'web', taskDefinition: 'web:1', desiredCount: 2, ...request });

  const update = (request: Partial<UpdateServiceRequest>) =>
    sim.call('UpdateService', { service: 'web', ...request });

  async function inactive(name = 'web'): Promise<void> {
    await sim.until(async () => (await sim.service(name)).status === 'INACTIVE', 30_000);
  }

  describe('CreateService', () => {
    it('fills in the defaults of ECS', async () => {
      const { service } = await create();
      expect(service).to.deep.include({
        serviceArn: arn('service/default/web'),
        clusterArn: arn('cluster/default'),
        status: 'ACTIVE',
        desiredCount: 2,
        runningCount: 0,
        launchType: 'EC2',
        taskDefinition: arn('task-definition/web:1'),
        schedulingStrategy: 'REPLICA',
        deploymentController: { type: 'ECS' },
        availabilityZoneRebalancing: 'ENABLED',
        propagateTags: 'NONE',
        enableECSManagedTags: false,
        placementConstraints: [],
        placementStrategy: [],
        deploymentConfiguration: {
          deploymentCircuitBreaker: { enable: false, rollback: false },
          maximumPercent: 200,
          minimumHealthyPercent: 100,
          strategy: 'ROLLING',
          bakeTimeInMinutes: 0,
        },
      });
      const [deployment] = service?.deployments ?? [];
      expect(deployment).to.include({ status: 'PRIMARY', rolloutState: 'IN_PROGRESS', desiredCount: 2 });
      expect(deployment?.id).to.match(/^ecs-svc\/\d{19}$/);
    });

    it('lets the digits of deployment, service deployment and service revision agree, as Terraform expects', async () => {
      const { service } = await create();
      const digits = service?.deployments?.[0]?.id?.split('/')[1] ?? '';
      const { serviceDeployments = [] } = await sim.call('ListServiceDeployments', { service: 'web' });
      expect(serviceDeployments[0]?.targetServiceRevisionArn).to.equal(
        arn(`service-revision/default/web/${digits}`),
      );
      expect(service?.currentServiceDeployment).to.equal(serviceDeployments[0]?.serviceDeploymentArn);
    });

    it('gives a daemon service the defaults of its own', async () => {
      const { service } = await create({ schedulingStrategy: 'DAEMON', desiredCount: undefined });
      expect(service).to.include({ availabilityZoneRebalancing: 'DISABLED', desiredCount: 3 });
      expect(service?.deploymentConfiguration).to.include({ maximumPercent: 100, minimumHealthyPercent: 0 });
    });

    it('answers the same request under the same token again', async () => {
      const first = await create({ clientToken: 't' });
      const again = await create({ clientToken: 't' });
      expect(again.service?.deployments?.[0]?.id).to.equal(first.service?.deployments?.[0]?.id);
    });

    for (const { name, request } of [
      { name: 'without a token', request: {} },
      { name: 'under the token with other parameters', request: { clientToken: 't', desiredCount: 3 } },
    ] as const)
      it(`refuses a live name ${name}`, async () => {
        await create({ clientToken: 't' });
        const { message } = await refusal(create(request), 'InvalidParameterException');
        expect(message).to.equal('Creation of service was not idempotent.');
      });

    it('refuses the name of a service that drains, and takes it once that is INACTIVE', async () => {
      sim.fates.set('web:1', { startsAfterMs: 100, stopsAfterMs: 5000 });
      await create();
      await sim.stable('web');
      await sim.call('DeleteService', { service: 'web', force: true });
      const { message } = await refusal(create(), 'InvalidParameterException');
      expect(message).to.equal('Unable to Start a service that is still Draining.');
      await inactive();
      await create({ taskDefinition: 'web:2' });
      await sim.stable('web');
      const { serviceDeployments = [] } = await sim.call('ListServiceDeployments', { service: 'web' });
      expect(serviceDeployments).to.have.length(1);
    });

    it('makes one service of two requests at once, and refuses the other', async () => {
      const outcomes = await Promise.allSettled([create(), create({ taskDefinition: 'web:2' })]);
      expect(outcomes.map(({ status }) => status).sort()).to.deep.equal(['fulfilled', 'rejected']);
    });

    it('gives tasks the tags of the service and those of ECS, but no options', async () => {
      await create({
        tags: [
          { key: 'team', value: 'blue' },
          { key: 'longshore:priority', value: '3' },
        ],
        propagateTags: 'SERVICE',
        enableECSManagedTags: true,
      });
      await sim.stable('web');
      const { taskArns = [] } = await sim.call('ListTasks', { serviceName: 'web' });
      const { tasks = [] } = await sim.call('DescribeTasks', { tasks: taskArns, include: ['TAGS'] });
      expect(tasks[0]?.tags).to.deep.equal([
        { key: 'team', value: 'blue' },
        { key: 'aws:ecs:clusterName', value: 'default' },
        { key: 'aws:ecs:serviceName', value: 'web' },
      ]);
      expect(tasks[0]).to.include({ group: 'service:web' });
      expect(tasks[0]?.startedBy).to.match(/^ecs-svc\/\d+$/);
    });

    const refused: readonly {
      readonly name: string;
      readonly request: Partial<CreateServiceRequest>;
      readonly code: Parameters<typeof refusal>[1];
      readonly says: RegExp;
    }[] = [
      { name: 'no name', request: { serviceName: '' }, code: 'InvalidParameterException', says: /name/ },
      {
        name: 'a name with a space',
        request: { serviceName: 'a b' },
        code: 'InvalidParameterException',
        says: /Invalid service name/,
      },
      {
        name: 'no task definition',
        request: { taskDefinition: undefined },
        code: 'ClientException',
        says: /TaskDefinition can not be blank/,
      },
      {
        name: 'a task definition that is INACTIVE',
        request: { taskDefinition: 'old:1' },
        code: 'ClientException',
        says: /inactive/,
      },
      {
        name: 'an unknown cluster',
        request: { cluster: 'nope' },
        code: 'ClusterNotFoundException',
        says: /^Cluster not found\.$/,
      },
      {
        name: 'no count',
        request: { desiredCount: undefined },
        code: 'InvalidParameterException',
        says: /desiredCount/,
      },
      {
        name: 'a negative count',
        request: { desiredCount: -1 },
        code: 'InvalidParameterException',
        says: /desiredCount must be .* -1/,
      },
      {
        name: 'Fargate',
        request: { launchType: 'FARGATE' },
        code: 'ClientException',
        says: /^launch type FARGATE is not available in this cluster: use EC2 or EXTERNAL$/,
      },
      {
        name: 'a capacity provider beside a launch type',
        request: { launchType: 'EC2', capacityProviderStrategy: [{ capacityProvider: 'x' }] },
        code: 'InvalidParameterException',
        says: /both a launch type and capacity provider strategy/,
      },
      {
        name: 'a load balancer',
        request: { loadBalancers: [{ targetGroupArn: 'x' }] },
        code: 'UnsupportedFeatureException',
        says: /^loadBalancers is not available/,
      },
      {
        name: 'Service Connect',
        request: { serviceConnectConfiguration: { enabled: true } },
        code: 'UnsupportedFeatureException',
        says: /^serviceConnectConfiguration /,
      },
      {
        name: 'VPC Lattice',
        request: { vpcLatticeConfigurations: [{ portName: 'x' }] },
        code: 'UnsupportedFeatureException',
        says: /^vpcLatticeConfigurations /,
      },
      {
        name: 'CODE_DEPLOY',
        request: { deploymentController: { type: 'CODE_DEPLOY' } },
        code: 'UnsupportedFeatureException',
        says: /CODE_DEPLOY/,
      },
      {
        name: 'a shift in equal steps',
        request: { deploymentConfiguration: { strategy: 'LINEAR' } },
        code: 'UnsupportedFeatureException',
        says: /LINEAR/,
      },
      {
        name: 'a canary',
        request: { deploymentConfiguration: { strategy: 'CANARY' } },
        code: 'UnsupportedFeatureException',
        says: /CANARY/,
      },
      {
        name: 'a hook that calls Lambda',
        request: {
          deploymentConfiguration: {
            lifecycleHooks: [{ targetType: 'AWS_LAMBDA', lifecycleStages: ['POST_SCALE_UP'] }],
          },
        },
        code: 'UnsupportedFeatureException',
        says: /AWS_LAMBDA/,
      },
      {
        name: 'percentages that block every deployment',
        request: { deploymentConfiguration: { minimumHealthyPercent: 100, maximumPercent: 100 } },
        code: 'InvalidParameterException',
        says: /^Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments\.$/,
      },
      {
        name: 'a count for a daemon',
        request: { schedulingStrategy: 'DAEMON', desiredCount: 2 },
        code: 'InvalidParameterException',
        says: /does not support a desired count/,
      },
      {
        name: 'an unknown field of the query language',
        request: { placementConstraints: [{ type: 'memberOf', expression: 'nope == 1' }] },
        code: 'InvalidParameterException',
        says: /column/,
      },
      {
        name: 'an unknown option',
        request: { tags: [{ key: 'longshore:nope', value: '1' }] },
        code: 'InvalidParameterException',
        says: /longshore:nope/,
      },
      {
        name: 'an address of its own without a network',
        request: { taskDefinition: 'own-address' },
        code: 'InvalidParameterException',
        says: /Network Configuration must be provided/,
      },
      {
        name: 'rebalancing of zones for a daemon',
        request: {
          schedulingStrategy: 'DAEMON',
          desiredCount: undefined,
          availabilityZoneRebalancing: 'ENABLED',
        },
        code: 'InvalidParameterException',
        says: /availabilityZoneRebalancing/,
      },
    ];

    for (const { name, request, code, says } of refused)
      it(`refuses ${name} and leaves nothing behind`, async () => {
        const { message } = await refusal(create(request), code);
        expect(message).to.match(says);
        const { serviceArns } = await sim.call('ListServices', {});
        expect(serviceArns).to.deep.equal([]);
        expect(
          sim.auditor.store.count({ kind: 'deployment', names: [], path: 'live/deployments/' }),
        ).to.equal(0);
      });
  });

  describe('UpdateService', () => {
    beforeEach(async () => {
      await create();
      await sim.stable('web');
    });

    for (const { name, request, rollsOut } of [
      { name: 'another task definition', request: { taskDefinition: 'web:2' }, rollsOut: true },
      { name: 'the same task definition', request: { taskDefinition: 'web:1' }, rollsOut: false },
      { name: 'a count', request: { desiredCount: 3 }, rollsOut: false },
      { name: 'forceNewDeployment', request: { forceNewDeployment: true }, rollsOut: true },
      {
        name: 'percentages',
        request: { deploymentConfiguration: { minimumHealthyPercent: 50 } },
        rollsOut: false,
      },
      { name: 'a grace period', request: { healthCheckGracePeriodSeconds: 5 }, rollsOut: false },
      {
        name: 'a strategy',
        request: { placementStrategy: { items: [{ type: 'random' }] } },
        rollsOut: false,
      },
    ] as const)
      it(`with ${name} ${rollsOut ? 'begins' : 'begins no'} new deployment`, async () => {
        const { service } = await update(request);
        const statuses = service?.deployments?.map(({ status }) => status);
        expect(statuses).to.deep.equal(rollsOut ? ['PRIMARY', 'ACTIVE'] : ['PRIMARY']);
      });

    it('keeps what it does not mention, and clears a list that is empty', async () => {
      await update({ placementStrategy: { items: [{ type: 'random' }] } });
      const { service: kept } = await update({ desiredCount: 3 });
      expect(kept?.placementStrategy).to.deep.equal([{ type: 'random' }]);
      const { service: cleared } = await update({ placementStrategy: { items: [] } });
      expect(cleared?.placementStrategy).to.deep.equal([]);
      expect(cleared?.deploymentConfiguration?.maximumPercent).to.equal(200);
    });

    it('ends in one of two that come at once, never in a mix', async () => {
      await Promise.allSettled([
        update({ taskDefinition: 'web:2', desiredCount: 3 }),
        update({ forceNewDeployment: true, desiredCount: 1 }),
      ]);
      await sim.stable('web');
      const { desiredCount, deployments = [] } = await sim.service('web');
      expect(deployments).to.have.length(1);
      expect(desiredCount).to.be.oneOf([1, 3]);
    });

    interface Refused {
      readonly name: string;
      readonly request: Partial<UpdateServiceRequest>;
      readonly code: Parameters<typeof refusal>[1];
      readonly says: RegExp;
    }
    const refused: readonly Refused[] = [
      {
        name: 'a task definition that is INACTIVE',
        request: { taskDefinition: 'old:1', desiredCount: 5 },
        code: 'ClientException',
        says: /^TaskDefinition is inactive$/,
      },
      {
        name: 'an unknown field of the query language',
        request: {
          desiredCount: 5,
          placementConstraints: { items: [{ type: 'memberOf', expression: 'nope == 1' }] },
        },
        code: 'InvalidParameterException',
        says: /column/,
      },
      {
        name: 'a shift in equal steps',
        request: { desiredCount: 5, deploymentConfiguration: { strategy: 'LINEAR' } },
        code: 'UnsupportedFeatureException',
        says: /LINEAR/,
      },
      {
        name: 'a hook that calls Lambda',
        request: {
          desiredCount: 5,
          deploymentConfiguration: {
            lifecycleHooks: [{ targetType: 'AWS_LAMBDA', lifecycleStages: ['POST_SCALE_UP'] }],
          },
        },
        code: 'UnsupportedFeatureException',
        says: /AWS_LAMBDA/,
      },
    ];
    for (const { name, request, code, says } of refused)
      it(`refuses ${name} and leaves the service as it was`, async () => {
        const before = sim.auditor.store.get(keyOf('service', 'default', 'web'));
        const { message } = await refusal(update(request), code);
        expect(message).to.match(says);
        expect(sim.auditor.store.get(keyOf('service', 'default', 'web'))).to.deep.equal(before);
      });

    it('refuses a service that is unknown, and one that goes', async () => {
      const unknown = await refusal(
        sim.call('UpdateService', { service: 'nope' }),
        'ServiceNotFoundException',
      );
      expect(unknown.message).to.equal('Service not found.');
      await sim.call('DeleteService', { service: 'web', force: true });
      const gone = await refusal(update({ desiredCount: 1 }), 'ServiceNotActiveException');
      expect(gone.message).to.equal('Service was not ACTIVE.');
    });
  });

  describe('a nearly full store', () => {
    it('refuses a higher count of a service as it refuses a new one, and takes a lower', async () => {
      await create();
      for (const replica of sim.replicas) replica.full = 'the store is 81 % full';
      const { message } = await refusal(update({ desiredCount: 3 }), 'ServerException');
      expect(message).to.equal('the store is 81 % full');
      expect((await sim.service('web')).desiredCount).to.equal(2);
      for (const desiredCount of [2, 1]) await update({ desiredCount });
      expect((await sim.service('web')).desiredCount).to.equal(1);
    });
  });

  describe('DescribeServiceDeployments', () => {
    it('shows the configuration that each deployment was made with', async () => {
      const percents = { minimumHealthyPercent: 50, maximumPercent: 150 };
      await create({ deploymentConfiguration: percents });
      await sim.stable('web');
      await update({
        taskDefinition: 'web:2',
        deploymentConfiguration: { minimumHealthyPercent: 0, maximumPercent: 100 },
      });
      await update({ deploymentConfiguration: { maximumPercent: 175 } });
      const { serviceDeployments = [] } = await sim.call('ListServiceDeployments', { service: 'web' });
      const serviceDeploymentArns = serviceDeployments.map((d) => d.serviceDeploymentArn ?? '');
      const shown = await sim.call('DescribeServiceDeployments', { serviceDeploymentArns });
      const told = shown.serviceDeployments?.map(({ deploymentConfiguration: c }) => [
        c?.minimumHealthyPercent,
        c?.maximumPercent,
      ]);
      expect(told).to.have.deep.members([
        [50, 150],
        [0, 100],
      ]);
      expect((await sim.service('web')).deploymentConfiguration?.maximumPercent).to.equal(175);
    });
  });

  describe('DeleteService', () => {
    it('refuses without force while the service is scaled above 0', async () => {
      await create();
      const { message } = await refusal(
        sim.call('DeleteService', { service: 'web' }),
        'InvalidParameterException',
      );
      expect(message).to.equal('The service cannot be stopped while it is scaled above 0.');
    });

    it('drains, hides the service from lists, and shows it INACTIVE for a while', async () => {
      await create();
      await sim.stable('web');
      const { service } = await sim.call('DeleteService', { service: 'web', force: true });
      expect(service).to.include({ status: 'DRAINING', desiredCount: 0 });
      expect((await sim.call('ListServices', {})).serviceArns).to.deep.equal([]);
      await inactive();
      expect((await sim.service('web')).deployments).to.deep.equal([]);
      await refusal(sim.call('DeleteService', { service: 'web' }), 'ServiceNotFoundException');
      await sim.advance(61 * 60_000);
      const { failures } = await sim.call('DescribeServices', { services: ['web'] });
      expect(failures).to.deep.equal([{ arn: arn('service/default/web'), reason: 'MISSING' }]);
    });
  });

  describe('lists and descriptions', () => {
    it('pages services by name, ten at a time', async () => {
      for (let i = 10; i < 23; i++) await create({ serviceName: `s${i}`, desiredCount: 0 });
      const first = await sim.call('ListServices', {});
      expect(first.serviceArns).to.have.length(10);
      const next = await sim.call('ListServices', { nextToken: first.nextToken });
      expect(next.serviceArns?.map((a) => a.split('/').at(-1))).to.deep.equal(['s20', 's21', 's22']);
      expect(next.nextToken).to.equal(undefined);
      const daemons = await sim.call('ListServices', { schedulingStrategy: 'DAEMON' });
      expect(daemons.serviceArns).to.deep.equal([]);
    });

    it('shows tags when they are asked for', async () => {
      await create({ tags: [{ key: 'team', value: 'blue' }] });
      const plain = await sim.call('DescribeServices', { services: ['web'] });
      expect(plain.services?.[0]?.tags).to.equal(undefined);
      const tagged = await sim.call('DescribeServices', { services: ['web'], include: ['TAGS'] });
      expect(tagged.services?.[0]?.tags).to.deep.equal([{ key: 'team', value: 'blue' }]);
    });

    it('says MISSING of what it does not know, and refuses what names nothing', async () => {
      const deployment = arn('service-deployment/default/web/1');
      const revision = arn('service-revision/default/web/1');
      const d = await sim.call('DescribeServiceDeployments', { serviceDeploymentArns: [deployment] });
      expect(d.failures).to.deep.equal([{ arn: deployment, reason: 'MISSING' }]);
      const r = await sim.call('DescribeServiceRevisions', { serviceRevisionArns: [revision] });
      expect(r.failures).to.deep.equal([{ arn: revision, reason: 'MISSING' }]);
      await refusal(sim.call('DescribeServices', { services: [] }), 'InvalidParameterException');
      await refusal(
        sim.call('DescribeServiceRevisions', { serviceRevisionArns: ['web'] }),
        'InvalidParameterException',
      );
      await refusal(sim.call('ListServiceDeployments', { service: 'nope' }), 'ServiceNotFoundException');
      await refusal(
        sim.call('StopServiceDeployment', { serviceDeploymentArn: deployment }),
        'ServiceDeploymentNotFoundException',
      );
      await refusal(sim.call('ListServicesByNamespace', { namespace: 'nope' }), 'NamespaceNotFoundException');
    });

    it('describes a revision with its images, and refuses to stop a deployment that is over', async () => {
      await create();
      await sim.until(
        async () => (await sim.service('web')).deployments?.[0]?.rolloutState === 'COMPLETED',
        30_000,
      );
      const { serviceDeployments = [] } = await sim.call('ListServiceDeployments', { service: 'web' });
      const { serviceDeploymentArn = '', targetServiceRevisionArn = '' } = serviceDeployments[0] ?? {};
      const { serviceRevisions } = await sim.call('DescribeServiceRevisions', {
        serviceRevisionArns: [targetServiceRevisionArn],
      });
      expect(serviceRevisions?.[0]).to.deep.include({
        taskDefinition: arn('task-definition/web:1'),
        launchType: 'EC2',
      });
      expect(serviceRevisions?.[0]?.containerImages?.[0]).to.include({ containerName: 'app' });
      await refusal(sim.call('StopServiceDeployment', { serviceDeploymentArn }), 'ConflictException');
    });

    it('keeps the last 20 drained deployments and the newest first', async () => {
      await create({ desiredCount: 0 });
      for (let i = 0; i < 30; i++) {
        await update({ forceNewDeployment: true });
        await sim.advance(200);
      }
      await sim.advance(5000);
      const { serviceDeployments = [] } = await sim.call('ListServiceDeployments', {
        service: 'web',
        maxResults: 100,
      });
      expect(serviceDeployments.length).to.be.within(19, 21);
      expect(serviceDeployments[0]?.serviceDeploymentArn).to.equal(
        (await sim.service('web')).currentServiceDeployment,
      );
    });
  });
});
