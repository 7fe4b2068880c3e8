/** Docker's sizes in bytes: `512m`, `1g`; anything else is no limit. */
export function bytes(size: string): number {
  const [, amount, unit = 'b'] = /^(\d+)([bkmg])?$/i.exec(size) ?? [];
  return amount === undefined ? 0 : Number(amount) * 1024 ** 'bkmg'.indexOf(unit.toLowerCase());
}
