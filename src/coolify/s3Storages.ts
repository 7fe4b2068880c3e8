import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { created, message } from './message.ts';

const s3Storage = z.looseObject({
  uuid: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  endpoint: z.string().nullish(),
  bucket: z.string().nullish(),
  region: z.string().nullish(),
  is_usable: z.boolean().nullish(),
  /** Secrets; only for read:sensitive. */
  key: z.string().nullish(),
  secret: z.string().nullish(),
});
export type S3Storage = z.output<typeof s3Storage>;

interface S3Fields {
  name: string;
  description?: string | null;
  endpoint: string;
  bucket: string;
  region: string;
  key: string;
  secret: string;
  is_usable?: boolean;
}

export const s3Storages = {
  list: get('/s3-storages').since('4.3.0').answers(z.array(s3Storage)),
  get: get('/s3-storages/{uuid}').since('4.3.0').answers(s3Storage),
  create: post('/s3-storages').body<S3Fields>().since('4.3.0').answers(created),
  update: patch('/s3-storages/{uuid}').body<Partial<S3Fields>>().since('4.3.0').answers(created),
  delete: del('/s3-storages/{uuid}').since('4.3.0').answers(message),
  /** Coolify tries the bucket. */
  validate: post('/s3-storages/{uuid}/validate')
    .since('4.3.0')
    .slow()
    .answers(z.looseObject({ message: z.string().nullish() })),
};
