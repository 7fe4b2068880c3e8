import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageConfig, parseReference, type StoredImage } from './image.ts';

/** The images on the managed server: a folder of content each, by reference. */
export interface ImageStore {
  find(reference: string): StoredImage | undefined;
  /** Oldest first. */
  list(repository?: string): StoredImage[];
  /** Takes `content` over as the image's root, in place of an image of that name. */
  keep(reference: string, content: string, config: ImageConfig, createdAt: number): Promise<StoredImage>;
  remove(reference: string): Promise<void>;
}

export async function openImageStore(folder: string): Promise<ImageStore> {
  await mkdir(folder, { recursive: true });
  const images = new Map<string, StoredImage>();
  const key = (reference: string) => Object.values(parseReference(reference)).join(':');
  let count = 0;

  const remove = async (reference: string) => {
    const image = images.get(key(reference));
    images.delete(key(reference));
    if (image) await rm(image.root, { recursive: true, force: true });
  };

  return {
    find: (reference) => images.get(key(reference)),
    list: (repository) =>
      [...images.values()]
        .filter((image) => repository === undefined || image.repository === parseReference(repository).repository)
        .sort((a, b) => a.createdAt - b.createdAt),
    async keep(reference, content, config, createdAt) {
      const root = join(folder, String(++count));
      await rename(content, root);
      await remove(reference);
      const image = { reference, ...parseReference(reference), createdAt, exposes: config.exposes, root, config };
      images.set(key(reference), image);
      return image;
    },
    remove,
  };
}
