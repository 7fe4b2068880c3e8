import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { message, numeric } from './message.ts';

/** A volume, a bind or a file of a resource. A file storage and every PATCH nest the whole `resource`. */
const storage = z.looseObject({
  id: z.number().nullish(),
  uuid: z.string(),
  /** Of a volume: `<resource uuid>-<name given>`. */
  name: z.string().nullish(),
  mount_path: z.string().nullish(),
  host_path: z.string().nullish(),
  fs_path: z.string().nullish(),
  /** Only for read:sensitive. */
  content: z.string().nullish(),
  is_directory: z.boolean().nullish(),
  is_host_file: z.boolean().nullish(),
  resource_id: numeric.nullish(),
  resource_type: z.string().nullish(),
});
export type Storage = z.output<typeof storage>;

/** `content`, a directory and a host file exclude one another. */
export type NewStorage =
  | { type: 'persistent'; name: string; mount_path: string; host_path?: string }
  | { type: 'file'; mount_path: string; content?: string }
  | { type: 'file'; mount_path: string; is_directory: true; fs_path: string }
  | { type: 'file'; mount_path: string; is_host_file: true; fs_path: string };

export interface StorageUpdate {
  /** The storage's own. */
  uuid: string;
  type: 'persistent' | 'file';
  name?: string;
  mount_path?: string;
  host_path?: string | null;
  content?: string;
  is_preview_suffix_enabled?: boolean;
}

export const storages = {
  list: get('/{on:applications|databases|services}/{uuid}/storages').answers(
    z.looseObject({ persistent_storages: z.array(storage), file_storages: z.array(storage) }),
  ),
  /** The same name twice is a 500 (organise 23): list first. */
  create: post('/{on:applications|databases}/{uuid}/storages').body<NewStorage>().answers(storage),
  /** `resource_uuid` is that of the service's container. */
  createOfService: post('/services/{uuid}/storages').body<NewStorage & { resource_uuid: string }>().answers(storage),
  /** What comes from a compose file is read-only. */
  update: patch('/{on:applications|databases|services}/{uuid}/storages').body<StorageUpdate>().answers(storage),
  delete: del('/{on:applications|databases|services}/{uuid}/storages/{storage_uuid}').answers(message),
};
