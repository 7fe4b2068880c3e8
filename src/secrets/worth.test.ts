import { expect, it } from 'vitest';
import { looksSecret, worthStriking } from './worth.ts';

it.each([
  ['DB_PASSWORD', 'abcd'],
  ['api_key', 'k3y!'],
  ['APP_SALT', 'salty'],
  ['GREETING', 'good morning'],
  ['DATABASE_URL', 'postgres://u:p@db/x'],
  ['SESSION', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U'],
  ['HOOK', 'https://hooks.example.com/services/T0001/B0001/Xk29fQ8LmZ71pRtY4wVb60aN'],
  ['FEED', 'https://example.com/feed?id=123'],
  ['COOLIFY_API_TOKEN', '3|abcdef'],
  ['PIN_KEY', '123456'],
])('%s=%s is struck out', (name, value) => {
  expect(worthStriking(name, value)).toBe(true);
});

it.each([
  ['NODE_ENV', 'production'],
  ['AUTH_MODE', 'Production'],
  ['TOKEN_TTL', '3600'],
  ['DB_PASSWORD', 'abc'],
  ['DB_PASSWORD', 'password'],
  ['PORT', '12345'],
  ['GREETING', 'hello'],
  ['DB_HOST', 'db.internal.example.com'],
  ['DB_HOST', '10.0.12.144:5432'],
  ['ROOT', '/app'],
  ['ROOT', '/var/lib/some-application/data'],
  ['ROOT', './dist/public'],
  ['APP_URL', 'https://shop.example.com'],
  ['AUTH_URL', 'https://m4kgc0wwk8s4g8ok4c0sw8kc.10.0.0.1.sslip.io/login'],
  ['COOLIFY_SERVER_UUID', 'zw4s8kkck0g4o8w4wk4gsk0s'],
])('%s=%s is not', (name, value) => {
  expect(worthStriking(name, value)).toBe(false);
});

it('a token is long, mixed and random', () => {
  expect(looksSecret('ghp_16C7e42F292c6912E7710c838347Ae178B4a')).toBe(true);
  expect(looksSecret('https://u:p@host')).toBe(true);
  expect(looksSecret('https://alice@host')).toBe(false);
  expect(looksSecret('a-long-name-of-an-application')).toBe(false);
  expect(looksSecret('aaaaaaaaaaaaaaaaaaaaaaaa1')).toBe(false);
  expect(looksSecret('')).toBe(false);
});
