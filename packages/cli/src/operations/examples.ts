/** One or two lines to copy, for the operations that people type. */
export const examples: Readonly<Record<string, readonly string[]>> = {
  'create-cluster': ['longshore create-cluster --cluster-name shop --tags key=team,value=web'],
  'create-service': [
    'longshore create-service --service-name web --task-definition web:3 --desired-count 4',
    'longshore create-service --cli-input-json file://service.json',
  ],
  'delete-service': ['longshore delete-service --service web --force --yes'],
  'describe-clusters': ['longshore describe-clusters --clusters shop --include TAGS'],
  'describe-container-instances': [
    'longshore describe-container-instances --container-instances $(longshore list-container-instances | jq -r ".containerInstanceArns[]")',
  ],
  'describe-services': ['longshore describe-services --services web api'],
  'describe-task-definition': ['longshore describe-task-definition --task-definition web:3'],
  'describe-tasks': ['longshore describe-tasks --cluster shop --tasks 0123456789abcdef0123456789abcdef'],
  'list-attributes': ['longshore list-attributes --target-type container-instance --attribute-name rack'],
  'list-container-instances': ['longshore list-container-instances --filter "attribute:rack == r1"'],
  'list-tasks': ['longshore list-tasks --family web --desired-status STOPPED --max-items 20'],
  'put-attributes': [
    'longshore put-attributes --attributes name=rack,value=r1,targetType=container-instance,targetId=0123...',
  ],
  'register-task-definition': [
    'longshore register-task-definition --cli-input-json file://web.json',
    `longshore register-task-definition --family one --container-definitions '[{"name":"a","image":"busybox:1.36","memory":64}]'`,
  ],
  'run-task': [
    'longshore run-task --cluster shop --task-definition web:3 --count 2',
    `longshore run-task --task-definition web --overrides '{"containerOverrides":[{"name":"web","environment":[{"name":"A","value":"1"}]}]}'`,
    'longshore run-task --task-definition web --placement-strategy type=spread,field=instanceId',
  ],
  'start-task': ['longshore start-task --task-definition web --container-instances 0123...'],
  'stop-task': ['longshore stop-task --task 0123456789abcdef0123456789abcdef --reason "not needed"'],
  'tag-resource': ['longshore tag-resource --resource-arn ARN --tags key=team,value=web key=tier,value=1'],
  'update-container-instances-state': [
    'longshore update-container-instances-state --container-instances 0123... --status DRAINING',
  ],
  'update-service': ['longshore update-service --service web --task-definition web:4 --desired-count 6'],
};
