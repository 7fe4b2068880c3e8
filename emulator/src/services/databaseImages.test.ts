import { expect, test } from 'vitest';
import { isDatabaseImage } from './databaseImages.ts';

test.each([
  ['postgres:16-alpine', {}, true],
  ['docker.io/library/postgres', {}, true],
  ['bitnami/redis:7', {}, true],
  ['postgrest/postgrest', {}, false],
  ['127.0.0.1:5000/acme/hello:1.0.0', {}, false],
  ['redis:7', { healthcheck: { test: ['CMD', 'curl', '-f', 'http://localhost/'] } }, false],
  ['redis:7', { depends_on: ['postgres'] }, false],
  ['postgres:16', { depends_on: ['redis'], environment: { A: 'POSTGRES_PASSWORD' } }, true],
])('%s with %j', (image, fields, wanted) => {
  expect(isDatabaseImage(image, fields)).toBe(wanted);
});
