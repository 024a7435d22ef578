import { type Codec, codecOf } from '@longshore/model';
import type { Key } from './keys.js';
import { folders, type Kind, type LiveKind, type Records } from './records.js';

const codecs: { readonly [K in Kind]: Codec<Records[K]> } = {
  cluster: codecOf('ClusterRecord'),
  family: codecOf('FamilyRecord'),
  taskDefinition: codecOf('TaskDefinitionRecord'),
  instance: codecOf('InstanceRecord'),
  fence: codecOf('FenceRecord'),
  task: codecOf('TaskRecord'),
  service: codecOf('ServiceRecord'),
  deployment: codecOf('DeploymentRecord'),
  serviceRevision: codecOf('ServiceRevisionRecord'),
  session: codecOf('SessionRecord'),
  replica: codecOf('ReplicaRecord'),
  leader: codecOf('LeaderRecord'),
  barrier: codecOf('BarrierRecord'),
  epoch: codecOf('EpochRecord'),
  accessKey: codecOf('AccessKeyRecord'),
  accountSetting: codecOf('AccountSettingRecord'),
  history: codecOf('HistoryRecord'),
  serviceEvents: codecOf('ServiceEventsRecord'),
};

export function encodeRecord<K extends Kind>(kind: K, value: Records[K]): Uint8Array {
  return codecs[kind].encode(value);
}

export function decodeRecord<K extends Kind>(kind: K, bytes: Uint8Array): Records[K] {
  return codecs[kind].decode(bytes);
}

export const liveKinds: readonly LiveKind[] = (Object.keys(folders) as Kind[]).filter((kind) =>
  isLive(kind),
) as readonly LiveKind[];

export function isLive(kind: Kind): kind is LiveKind {
  return folders[kind].folder.startsWith('live/');
}

const kindOfFolder = new Map<string, LiveKind>(liveKinds.map((kind) => [folders[kind].folder, kind]));

/** The key of a live path; undefined for a folder or a form that this version does not know. */
export function liveKeyOf(path: string): Key<LiveKind> | undefined {
  const end = path.indexOf('/', 'live/'.length);
  const kind = kindOfFolder.get(end < 0 ? path : path.slice(0, end));
  if (kind === undefined) return undefined;
  const names: string[] = [];
  // Not split: this is the key of every event of the watch.
  for (let from = end + 1; from > 0; ) {
    const to = path.indexOf('/', from);
    names.push(to < 0 ? path.slice(from) : path.slice(from, to));
    from = to + 1;
  }
  return names.length === folders[kind].depth ? { kind, names, path } : undefined;
}

/** The first path after everything that begins with `path`, which ends in a slash. */
export function endOf(path: string): string {
  return `${path.slice(0, -1)}0`;
}
