/**
 * The digest by which an image's own repository names it; empty where it has none: built here, or loaded by hand. An
 * image may have come from several repositories, and each knows only its own digest of it.
 */
export function digestOf(image: string, digests: readonly string[]): string {
  const [named = '', pinned] = image.split('@');
  if (pinned !== undefined) return pinned;
  const repository = familiarRepository(named);
  const own = digests.find((d) => familiarRepository(d.split('@')[0] ?? '') === repository);
  return own?.split('@')[1] ?? '';
}

/** A reference as the engine shows it: `busybox:latest` for docker.io/library/busybox; beside a digest no tag. */
export function familiarReference(image: string): string {
  const [named = '', pinned] = image.split('@');
  const repository = familiarRepository(named);
  if (pinned !== undefined) return `${repository}@${pinned}`;
  return `${repository}:${/:([^:/]+)$/.exec(named)?.[1] ?? 'latest'}`;
}

/** As the engine shows it: no tag, and nothing of docker.io's own prefixes. */
function familiarRepository(name: string): string {
  // A colon before the last slash is a registry's port.
  const colon = name.indexOf(':', name.lastIndexOf('/') + 1);
  const bare = colon < 0 ? name : name.slice(0, colon);
  return bare.replace(/^(index\.)?docker\.io\//, '').replace(/^library\//, '');
}
