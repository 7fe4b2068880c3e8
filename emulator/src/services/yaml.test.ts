import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readYaml, writeYaml } from './yaml.ts';

test('writes compose files as Coolify keeps them (recorded: services 11)', () => {
  const compose = {
    services: {
      web: {
        image: '127.0.0.1:5000/acme/hello:1.0.0',
        environment: ['SERVICE_FQDN_WEB_3000', `GREETING=\${GREETING:-hello}`, 'PASSWORD=$SERVICE_PASSWORD_WEB'],
        healthcheck: { test: ['CMD-SHELL', 'extra/healthcheck'], interval: '5s', retries: 10 },
        labels: ['coolify.managed=true', 'caddy_0.encode=zstd gzip', 'caddy_0.handle_path=/*'],
        networks: { own: null },
        ports: ['3000', 80],
      },
    },
    volumes: { data: {} },
  };
  expect(writeYaml(compose)).toBe(`services:
  web:
    image: '127.0.0.1:5000/acme/hello:1.0.0'
    environment:
      - SERVICE_FQDN_WEB_3000
      - 'GREETING=\${GREETING:-hello}'
      - PASSWORD=$SERVICE_PASSWORD_WEB
    healthcheck:
      test:
        - CMD-SHELL
        - extra/healthcheck
      interval: 5s
      retries: 10
    labels:
      - coolify.managed=true
      - 'caddy_0.encode=zstd gzip'
      - 'caddy_0.handle_path=/*'
    networks:
      own: null
    ports:
      - '3000'
      - 80
volumes:
  data: {  }
`);
});

test('what is written reads back the same', () => {
  const key = fc.stringMatching(/^[a-z_][a-z0-9_]{0,8}$/);
  const awkward = fc.constantFrom('yes', '1e3', '~', '2020-01-01', "it's", 'a: b', '{}', '0x1f', ' ', '- x', '#');
  const scalar = fc.oneof(fc.string(), fc.integer(), fc.boolean(), fc.constant(null), awkward);
  const { node } = fc.letrec((tie) => ({
    node: fc.oneof(
      { maxDepth: 4 },
      scalar,
      fc.array(tie('node'), { minLength: 1 }),
      fc.dictionary(key, tie('node'), { minKeys: 1, noNullPrototype: true }),
    ),
  }));
  fc.assert(
    fc.property(fc.dictionary(key, node, { minKeys: 1, noNullPrototype: true }), (given) => {
      expect(readYaml(writeYaml(given))).toEqual(given);
    }),
  );
});
