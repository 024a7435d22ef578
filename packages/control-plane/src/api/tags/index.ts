import { listTagsForResource } from './list-tags.js';
import { tagResource } from './tag-resource.js';
import { untagResource } from './untag-resource.js';

export const tagOperations = {
  ListTagsForResource: listTagsForResource,
  TagResource: tagResource,
  UntagResource: untagResource,
} as const;
