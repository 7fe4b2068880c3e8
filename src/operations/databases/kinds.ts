import type { Coolify } from '../../coolify/coolify.ts';

/** The kinds that Coolify runs, as its types are called behind `standalone-` (`coolify.md` 3.4). */
export const KINDS = [
  'postgresql',
  'mysql',
  'mariadb',
  'mongodb',
  'redis',
  'keydb',
  'dragonfly',
  'clickhouse',
] as const;
export type Kind = (typeof KINDS)[number];

/** Other words that callers use for them. */
export const OTHER_WORDS = { postgres: 'postgresql', mongo: 'mongodb' } as const satisfies Record<string, Kind>;
export const kindOf = (word: Kind | keyof typeof OTHER_WORDS): Kind =>
  word in OTHER_WORDS ? OTHER_WORDS[word as keyof typeof OTHER_WORDS] : (word as Kind);

/** Which image a version is a tag of, and what Coolify's own default puts behind the number. */
const IMAGES: Record<Kind, { image: string; suffix: string }> = {
  postgresql: { image: 'postgres', suffix: '-alpine' },
  mysql: { image: 'mysql', suffix: '' },
  mariadb: { image: 'mariadb', suffix: '' },
  mongodb: { image: 'mongo', suffix: '' },
  redis: { image: 'redis', suffix: '' },
  keydb: { image: 'eqalpha/keydb', suffix: '' },
  dragonfly: { image: 'docker.dragonflydb.io/dragonflydb/dragonfly', suffix: '' },
  clickhouse: { image: 'clickhouse/clickhouse-server', suffix: '' },
};

/** The image of a version: `16` of PostgreSQL is `postgres:16-alpine`, as Coolify's default is; a whole tag stays one. Pure. */
export function imageOf(kind: Kind, version: string): string {
  const { image, suffix } = IMAGES[kind];
  return `${image}:${version}${/^\d+(\.\d+)*$/.test(version) ? suffix : ''}`;
}

/** The version that an image's tag names, or `unknown` with the reason. Pure. */
export function versionOf(image: string | null | undefined): string {
  const tag = /:([\w][\w.-]*)$/.exec(image ?? '')?.[1];
  if (tag === undefined) return `unknown: the image ${image ?? ''} has no tag`;
  return /^(\d+(?:\.\d+)*)(-|$)/.exec(tag)?.[1] ?? (tag === 'latest' ? 'unknown: the tag is latest' : tag);
}

/** Whether Coolify makes backups of it (`coolify.md` 3.4). */
export const hasBackups = (kind: Kind): boolean => !['redis', 'keydb', 'dragonfly'].includes(kind);

/** Coolify has a call of its own for each kind. */
export const CREATE = {
  postgresql: 'createPostgresql',
  mysql: 'createMysql',
  mariadb: 'createMariadb',
  mongodb: 'createMongodb',
  redis: 'createRedis',
  keydb: 'createKeydb',
  dragonfly: 'createDragonfly',
  clickhouse: 'createClickhouse',
} as const satisfies Record<Kind, keyof Coolify['databases']>;

/** Memory as Docker takes it: `2GB` is `2g`, `1.5 GiB` is `1536m`. Null where it is no amount. Pure. */
export function dockerMemory(text: string): string | null {
  const found = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(?:i?b)?$/i.exec(text.trim());
  if (!found) return null;
  const [, amount = '', letter = ''] = found;
  const unit = letter.toLowerCase();
  if (!amount.includes('.')) return unit === 't' ? `${Number(amount) * 1024}g` : `${amount}${unit || 'b'}`;
  const bytes = Math.round(Number(amount) * 1024 ** ['', 'k', 'm', 'g', 't'].indexOf(unit));
  return bytes % 1024 ** 2 === 0 ? `${bytes / 1024 ** 2}m` : `${bytes}b`;
}
