import { expect, test } from 'vitest';
import { readCompose } from './compose.ts';

test('reads the stack of the recordings, what others depend on first', () => {
  const services = readCompose(
    `services:
  web:
    image: acme/hello:1.0.0
    environment:
      - GREETING=\${GREETING:-hi from the stack}
      - REDIS_URL=redis://cache:6379
    expose: ["3000"]
    depends_on: [cache]
    healthcheck:
      test: ["CMD", "curl", "-fsS", "http://127.0.0.1:3000/health"]
      interval: 5s
      timeout: 5s
      retries: 5
  cache:
    image: redis:7.2
    volumes: ["cache-data:/data"]
`,
    {},
  );
  expect(services.map(({ name }) => name)).toEqual(['cache', 'web']);
  expect(services[0]?.volumes).toEqual([{ source: 'cache-data', target: '/data' }]);
  expect(services[1]).toMatchObject({
    variables: { GREETING: 'hi from the stack', REDIS_URL: 'redis://cache:6379' },
    exposes: [3000],
    healthCheck: { kind: 'cmd', command: 'curl -fsS http://127.0.0.1:3000/health', interval: 5000, retries: 5 },
  });
});

test('reads builds, ports, commands and limits in their several forms', () => {
  const [service] = readCompose(
    `services:
  app:
    build: { context: ./web, dockerfile: Dockerfile.prod, args: [VERSION=2, FROM_OUTER] }
    environment: { A: 1, B: null, PRICE: $$5 }
    command: node server.js --name "two words"
    entrypoint: /entry.sh now
    ports: ["8080:3000", "127.0.0.1:9090:9000/tcp", { target: 70, published: "7000" }, 5000]
    mem_limit: 64m
    healthcheck: { test: exit 0 }
    restart: "no"
`,
    { FROM_OUTER: 'outer', B: 'from outside' },
  );
  expect(service).toMatchObject({
    build: { context: '/web', dockerfile: 'Dockerfile.prod', variables: { VERSION: '2', FROM_OUTER: 'outer' } },
    variables: { A: '1', B: 'from outside', PRICE: '$5' },
    command: 'node server.js --name "two words"',
    entrypoint: ['/entry.sh', 'now'],
    exposes: [3000, 9000, 70, 5000],
    published: [
      { host: 8080, container: 3000 },
      { host: 9090, container: 9000 },
      { host: 7000, container: 70 },
    ],
    memory: 64 * 1024 * 1024,
    healthCheck: { command: 'exit 0', interval: 30_000 },
    restart: false,
  });
});

test.each([
  ['services: {}', 'no service selected'],
  ['services: [', 'yaml:'],
  ['services: { a: {} }', 'neither an image nor a build context'],
  ['services: { a: { image: x, depends_on: [b] } }', 'depends on undefined service "b"'],
  ['services: { a: { image: x, depends_on: [b] }, b: { image: x, depends_on: [a] } }', 'dependency cycle detected'],
  [`services: { a: { image: "x:\${TAG:?set it}" } }`, 'required variable TAG is missing a value: set it'],
])('%s is refused', (text, words) => {
  expect(() => readCompose(text, {})).toThrow(words);
});

test('nested defaults are filled in', () => {
  const [service] = readCompose(`services: { a: { image: "\${A:-\${B:-c}}" } }`, { B: 'b' });
  expect(service?.image).toBe('b');
});
