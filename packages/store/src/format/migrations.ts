import type { RawRecord, RawWrite } from '../backend.js';

/** From one format to the next. */
export interface Migration {
  readonly from: number;
  /** What it looks at; `to` is the first path after. */
  readonly ranges: readonly { readonly from: string; readonly to: string }[];
  /**
   * What is to be written for one record; nothing where it is already as it should be. Pure, and its own output
   * comes out unchanged: a migration that was broken off begins again.
   */
  readonly rewrite: (record: RawRecord) => readonly RawWrite[];
}

/** In order. Format 1 is the first, so there is nothing to migrate from yet. */
export const migrations: readonly Migration[] = [];
