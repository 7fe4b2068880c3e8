export interface Row {
  id: number;
}

/** Rows with numeric ids, in the order in which they were made. */
export interface Table<R extends Row> {
  insert(row: Omit<R, 'id'> & { id?: number }): R;
  get(id: number | null): R | undefined;
  find(test: (row: R) => boolean): R | undefined;
  filter(test: (row: R) => boolean): R[];
  all(): R[];
  /** Puts a row that was written behind the others, as the database does. */
  touch(row: R): void;
  remove(row: R): void;
  removeWhere(test: (row: R) => boolean): void;
  dump(): { next: number; rows: R[] };
  restore(from: { next: number; rows: R[] }): void;
}

export function createTable<R extends Row>(): Table<R> {
  const rows = new Map<number, R>();
  let next = 1;
  return {
    insert(given) {
      const row = { ...given, id: given.id ?? next } as R;
      next = Math.max(next, row.id + 1);
      rows.set(row.id, row);
      return row;
    },
    get: (id) => (id === null ? undefined : rows.get(id)),
    find(test) {
      for (const row of rows.values()) if (test(row)) return row;
      return undefined;
    },
    filter: (test) => [...rows.values()].filter(test),
    all: () => [...rows.values()],
    touch(row) {
      if (rows.delete(row.id)) rows.set(row.id, row);
    },
    remove: (row) => void rows.delete(row.id),
    removeWhere(test) {
      for (const row of rows.values()) if (test(row)) rows.delete(row.id);
    },
    dump: () => ({ next, rows: [...rows.values()] }),
    restore(from) {
      rows.clear();
      next = from.next;
      for (const row of from.rows) rows.set(row.id, row);
    },
  };
}
