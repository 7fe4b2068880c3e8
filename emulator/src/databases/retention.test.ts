import { expect, test } from 'vitest';
import { expired } from './retention.ts';

const gibibyte = 1024 ** 3;
const none = {
  database_backup_retention_amount_locally: 0,
  database_backup_retention_days_locally: 0,
  database_backup_retention_max_storage_locally: 0,
};
const made = [9, 8, 7, 2, 1].map((day) => ({ created_at: `2026-11-0${day}T00:00:00.000000Z`, size: gibibyte }));
const days = (limits: Partial<typeof none>) =>
  expired(made, { ...none, ...limits }).map(({ created_at }) => Number(created_at.slice(8, 10)));

test('without a limit every backup stays', () => {
  expect(days({})).toEqual([]);
  expect(expired([], { ...none, database_backup_retention_amount_locally: 1 })).toEqual([]);
});

test('the newest stay, by their number', () => {
  expect(days({ database_backup_retention_amount_locally: 2 })).toEqual([7, 2, 1]);
  expect(days({ database_backup_retention_amount_locally: 9 })).toEqual([]);
});

test('days count back from the newest backup', () => {
  expect(days({ database_backup_retention_days_locally: 2 })).toEqual([2, 1]);
});

test('of the storage, the newest backup and the one that goes over the limit are spared', () => {
  expect(days({ database_backup_retention_max_storage_locally: 1 })).toEqual([2, 1]);
  expect(days({ database_backup_retention_max_storage_locally: 4 })).toEqual([]);
});

test('what any limit lets go is gone', () => {
  expect(days({ database_backup_retention_amount_locally: 4, database_backup_retention_days_locally: 7 })).toEqual([1]);
});
