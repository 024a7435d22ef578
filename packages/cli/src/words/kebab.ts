/**
 * The word of `aws ecs` for a name of ECS: `RunTask` is run-task, `enableECSManagedTags` is
 * enable-ecs-managed-tags, `ebsVolumeKmsKeyId` is ebs-volume-kms-key-id.
 */
export function kebab(name: string): string {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1-$2')
    .toLowerCase();
}
