import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { message, numeric } from './message.ts';

/**
 * A variable. `value` and `real_value` are absent without read:sensitive and for a locked one; rows that were just made lack
 * further keys. On applications every key stands twice: the row with `is_preview` is for previews.
 */
const environmentVariable = z.looseObject({
  uuid: z.string(),
  key: z.string(),
  value: z.string().nullish(),
  /** As the container gets it: literal and multiline values in single quotes. */
  real_value: z.string().nullish(),
  is_preview: z.boolean().nullish(),
  is_literal: z.boolean().nullish(),
  is_multiline: z.boolean().nullish(),
  /** Locked: its value is never shown again. */
  is_shown_once: z.boolean().nullish(),
  is_buildtime: z.boolean().nullish(),
  is_runtime: z.boolean().nullish(),
  is_shared: z.boolean().nullish(),
  is_required: z.boolean().nullish(),
  is_really_required: z.boolean().nullish(),
  /** Made and kept by Coolify itself. */
  is_coolify: z.boolean().nullish(),
  comment: z.string().nullish(),
  order: numeric.nullish(),
});
export type EnvironmentVariable = z.output<typeof environmentVariable>;

/** An application tells the uuid only, a database or a service the row. */
const createdVariable = z.looseObject({ ...environmentVariable.partial().shape, uuid: z.string() });

export interface VariableFields {
  /** Letters, digits, `_` and `.`, a digit not first. */
  key: string;
  value?: string | null;
  is_preview?: boolean;
  is_literal?: boolean;
  is_multiline?: boolean;
  is_shown_once?: boolean;
  is_runtime?: boolean;
  is_buildtime?: boolean;
  /** At most 256 characters. */
  comment?: string;
}

/** Of an application, each production row has a preview twin; databases and services have none. */
export const environmentVariables = {
  /** Of an application: production rows first, then their twins. */
  list: get('/{on:applications|databases|services}/{uuid}/envs').answers(z.array(environmentVariable)),
  /** On an application it makes the twin as well and tells the uuid of the first only. 409 where the key is there already. */
  create: post('/{on:applications|databases|services}/{uuid}/envs').body<VariableFields>().answers(createdVariable),
  /**
   * Replaces the row with that `key` and `is_preview`: what is left out is reset, so send every flag each time.
   * A locked variable answers 500 (envs 41): delete it and make it anew.
   */
  update: patch('/{on:applications|databases|services}/{uuid}/envs')
    .body<VariableFields>()
    .answers(environmentVariable),
  /** Makes or replaces many. Not one transaction: items before a bad one stay saved. */
  updateMany: patch('/{on:applications|databases|services}/{uuid}/envs/bulk')
    .body<{ data: readonly VariableFields[] }>()
    .answers(z.array(environmentVariable)),
  /** Deletes this row; the twin stays. */
  delete: del('/{on:applications|databases|services}/{uuid}/envs/{env_uuid}').answers(message),
};
