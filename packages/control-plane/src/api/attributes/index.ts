import { deleteAttributes } from './delete.js';
import { listAttributes } from './list.js';
import { putAttributes } from './put.js';

export const attributeOperations = {
  DeleteAttributes: deleteAttributes,
  ListAttributes: listAttributes,
  PutAttributes: putAttributes,
} as const;
