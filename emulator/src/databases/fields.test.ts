import { expect, test } from 'vitest';
import { Refused } from '../http/answer.ts';
import { hasErrors, validate } from '../http/validate.ts';
import { databaseKinds } from '../state/database.ts';
import { anyCreateField, createFields, decodeConfiguration, ownRules, updateFields, withoutDropped } from './fields.ts';
import { kinds } from './kinds.ts';

const encoded = (text: string | Buffer) => Buffer.from(text).toString('base64');

test.each(databaseKinds.filter((kind) => kinds[kind].configuration !== undefined))(
  '%s takes its configuration in base64 and keeps it as text',
  (kind) => {
    const field = kinds[kind].configuration ?? '';
    expect(decodeConfiguration(kind, { [field]: encoded('a = b\n') })).toEqual({ [field]: 'a = b\n' });
    for (const bad of ['plain text', null, 7, encoded(Buffer.from([0xff, 0xfe]))])
      expect(() => decodeConfiguration(kind, { [field]: bad })).toThrow(Refused);
  },
);

test('a kind takes its own fields and no other kind’s', () => {
  expect(createFields('redis')).toContain('redis_conf');
  expect(createFields('redis')).not.toContain('postgres_conf');
  expect(anyCreateField).toContain('postgres_conf');
  expect(updateFields('mysql')).toContain('health_check_interval');
  expect(createFields('mysql')).not.toContain('health_check_interval');
});

test.each([
  ['shop', true],
  ['_a1', true],
  ['1a', false],
  ['a b', false],
  ["x'; drop table", false],
  ['', false],
  ['x'.repeat(64), false],
  [null, true],
])('the user %j passes: %s', (user, passes) => {
  expect(hasErrors(validate({ postgres_user: user }, ownRules('postgresql')))).toBe(!passes);
});

test.each(['quote"and$dollar', 'x y', 'a`b', 'a;b', 'a|b'])('the password %j is refused', (password) => {
  expect(hasErrors(validate({ redis_password: password }, ownRules('redis')))).toBe(true);
});

test('an update loses the fields of other resources without a word', () => {
  expect(withoutDropped({ name: 'x', server_uuid: 'y', is_static: true, mysql_user: 'z' })).toEqual({
    name: 'x',
    mysql_user: 'z',
  });
});
