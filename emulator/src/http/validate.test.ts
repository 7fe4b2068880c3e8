import { expect, test } from 'vitest';
import { apiMessages, refuseUnknown, validate } from './validate.ts';

const name = { name: ['required', 'string', 'min:3', { regex: /^\w+$/ }] };

test('a missing or empty required field says only that', () => {
  expect(validate({}, name)).toEqual({ name: ['The name field is required.'] });
  expect(validate({ name: null }, name, apiMessages)).toEqual({ name: ['This field is required.'] });
});

test('string before required tells both of an empty one, as Laravel orders them', () => {
  expect(validate({ name: null }, { name: ['string', 'required'] })).toEqual({
    name: ['The name field must be a string.', 'The name field is required.'],
  });
});

test('sizes count items of a list, characters of a text, and the number where the rules say number', () => {
  expect(validate({ name: ['a'] }, name).name).toEqual([
    'The name field must be a string.',
    'The name field must have at least 3 items.',
    'The name field format is invalid.',
  ]);
  expect(validate({ take: -1 }, { take: ['integer', 'min:1'] })).toEqual({
    take: ['The take field must be at least 1.'],
  });
  expect(validate({ take: 'abc' }, { take: ['integer'] })).toEqual({ take: ['The take field must be an integer.'] });
});

test('null passes a nullable field and fails a string', () => {
  expect(validate({ a: null, b: null }, { a: ['string', 'nullable'], b: ['string'] })).toEqual({
    b: ['The b field must be a string.'],
  });
});

test('an unknown field is refused whatever it is called', () => {
  const data = JSON.parse('{"__proto__": {"x": 1}, "constructor": 2}');
  expect(Object.keys(refuseUnknown(validate(data, {}), data, ['name']))).toEqual(['__proto__', 'constructor']);
});

test('a pattern with a star names each item', () => {
  expect(validate({ urls: [{ name: 1 }, { name: 'a' }] }, { 'urls.*.name': ['string'] })).toEqual({
    'urls.0.name': ['The urls.0.name field must be a string.'],
  });
});
