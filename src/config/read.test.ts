import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { refuse } from './problem.ts';
import { type ConfigurationOptions, readConfiguration } from './read.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'fairlead-config-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const NOW = Date.parse('2026-03-01T00:00:00Z');
const read = (environment: NodeJS.ProcessEnv, more: ConfigurationOptions = {}) =>
  readConfiguration({ environment, folder, platform: 'linux', now: NOW, ...more });
const inFile = (content: unknown, name = 'fairlead.json') =>
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
const messages = ({ problems }: ReturnType<typeof read>) => problems.map(({ message, next }) => `${message} ${next}`);

describe('what holds', () => {
  it('without anything set', () => {
    const { config, secrets, notes, problems } = read({});
    expect({ ...config, dataDir: undefined }).toEqual({
      coolifyUrl: undefined,
      tokenCreatedAt: undefined,
      host: '127.0.0.1',
      port: 8100,
      corsOrigins: [],
      allowedHosts: [],
      pricePerMillionTokens: 3,
      mem0Url: undefined,
      dataDir: undefined,
      probeVia: undefined,
      healthSeconds: 300,
      deploymentSeconds: 3600,
      callSeconds: 50,
      policy: { read: 'allow', create: 'allow', change: 'allow', destroy: 'allow' },
      server: undefined,
      project: undefined,
      logLevel: 'info',
    });
    expect(secrets.coolifyToken).toBeUndefined();
    expect([notes, problems]).toEqual([[], []]);
  });

  it('of the environment', () => {
    const { config, secrets, problems } = read(
      {
        COOLIFY_API_URL: 'https://coolify.example.com/api/v1/',
        COOLIFY_API_TOKEN: ' 3|abcdef\n',
        COOLIFY_API_TOKEN_CREATED_AT: '2026-02-01',
        DATABASE_URL: 'postgres://u:p@db/x',
        BACKEND_HOST: '0.0.0.0',
        BACKEND_PORT: '9000',
        CORS_ORIGINS: 'https://a.example.com, http://localhost:5173',
        FAIRLEAD_ALLOWED_HOSTS: 'fairlead.example.com, fairlead',
        FAIRLEAD_PRICE_PER_MILLION_TOKENS: '0.25',
        MEM0_API_URL: 'http://mem0:8000/',
        FAIRLEAD_DATA_DIR: '/var/lib/fairlead',
        FAIRLEAD_PROBE_VIA: '[::1]:8080',
        FAIRLEAD_HEALTH_SECONDS: '1',
        FAIRLEAD_POLICY_DESTROY: 'ask',
        FAIRLEAD_SERVER: 'main',
        FAIRLEAD_PROJECT: 'shop',
        FAIRLEAD_KEY: 'k'.repeat(32),
        FAIRLEAD_LOG: 'debug',
        FAIRLEAD_CALL_SECONDS: '',
      },
      { serve: true },
    );
    expect(problems).toEqual([]);
    expect(config).toMatchObject({
      coolifyUrl: 'https://coolify.example.com',
      tokenCreatedAt: Date.parse('2026-02-01'),
      host: '0.0.0.0',
      port: 9000,
      corsOrigins: ['https://a.example.com', 'http://localhost:5173'],
      allowedHosts: ['fairlead.example.com', 'fairlead'],
      pricePerMillionTokens: 0.25,
      mem0Url: 'http://mem0:8000',
      dataDir: '/var/lib/fairlead',
      probeVia: { host: '::1', port: 8080 },
      healthSeconds: 1,
      callSeconds: 50,
      policy: { read: 'allow', destroy: 'ask' },
      server: 'main',
      project: 'shop',
      logLevel: 'debug',
    });
    const { coolifyToken, databaseUrl, key } = secrets;
    expect({ coolifyToken, databaseUrl, key }).toEqual({
      coolifyToken: '3|abcdef',
      databaseUrl: 'postgres://u:p@db/x',
      key: 'k'.repeat(32),
    });
  });

  it.each([
    ['https://c.example.com', 'https://c.example.com'],
    ['https://c.example.com/', 'https://c.example.com'],
    ['http://10.0.0.1:8000/api/v1', 'http://10.0.0.1:8000'],
    ['https://example.com/coolify/api/v1//', 'https://example.com/coolify'],
  ])('of the Coolify at %s', (given, url) => {
    expect(read({ COOLIFY_API_URL: given }).config.coolifyUrl).toBe(url);
  });

  it('a flag before the environment before the file', () => {
    inFile({ healthSeconds: 10, callSeconds: 10, deploymentSeconds: 10, corsOrigins: ['https://a.example.com'] });
    const environment = { FAIRLEAD_HEALTH_SECONDS: '20', FAIRLEAD_CALL_SECONDS: '20' };
    const { config, notes, problems } = read(environment, { flags: { healthSeconds: '30' }, serve: true });
    expect(problems).toEqual([]);
    expect(config).toMatchObject({ healthSeconds: 30, callSeconds: 20, deploymentSeconds: 10 });
    expect(config.corsOrigins).toEqual(['https://a.example.com']);
    expect(notes).toEqual([expect.stringContaining(join(folder, 'fairlead.json'))]);
  });

  it('of the file that was asked for, with paths that start from its folder', () => {
    mkdirSync(join(folder, 'etc'));
    inFile({ dataDir: 'state' }, 'etc/mine.json');
    expect(read({}, { flags: { config: 'etc/mine.json' } }).config.dataDir).toBe(join(folder, 'etc', 'state'));
    expect(read({}, { flags: { dataDir: 'state' } }).config.dataDir).toBe(join(folder, 'state'));
    expect(read({ FAIRLEAD_DATA_DIR: '~/state' }).config.dataDir).toBe(join(homedir(), 'state'));
  });

  it.each([
    ['linux', {}, join(homedir(), '.local/state/fairlead')],
    ['linux', { XDG_STATE_HOME: '/state' }, '/state/fairlead'],
    ['linux', { XDG_STATE_HOME: 'state' }, join(homedir(), '.local/state/fairlead')],
    ['darwin', {}, join(homedir(), 'Library/Application Support/fairlead')],
    ['win32', { LOCALAPPDATA: '/local' }, '/local/fairlead'],
  ] as const)('of the data folder on %s with %j', (platform, environment, dataDir) => {
    expect(read(environment, { platform }).config.dataDir).toBe(dataDir);
  });
});

describe('a value is refused with its name, the reason and what to do', () => {
  it.each([
    ['COOLIFY_API_URL', 'coolify.example.com', /COOLIFY_API_URL has to begin with https:.* Give the address/],
    ['COOLIFY_API_URL', 'https://', /COOLIFY_API_URL is no URL/],
    ['COOLIFY_API_URL', 'https://a:hunter2@c.example.com', /COOLIFY_API_URL holds a user or password/],
    ['COOLIFY_API_URL', 'https://c.example.com/?x=1', /COOLIFY_API_URL has a \? or #/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as a client hands it over that expands nothing
    ['COOLIFY_API_URL', 'https://${HOST}', /COOLIFY_API_URL is a placeholder/],
    ['COOLIFY_API_TOKEN', 'Bearer 3|hunter2', /COOLIFY_API_TOKEN begins with "Bearer".* Copy it from Coolify/],
    ['COOLIFY_API_TOKEN', '3|hun ter2', /COOLIFY_API_TOKEN has spaces/],
    // biome-ignore lint/suspicious/noTemplateCurlyInString: as above
    ['COOLIFY_API_TOKEN', '${COOLIFY_API_TOKEN}', /COOLIFY_API_TOKEN is a placeholder/],
    ['COOLIFY_API_TOKEN_CREATED_AT', 'yesterday', /COOLIFY_API_TOKEN_CREATED_AT is not a date \(2026-01-31\)/],
    ['COOLIFY_API_TOKEN_CREATED_AT', '2026-03-03', /COOLIFY_API_TOKEN_CREATED_AT lies in the future/],
    ['DATABASE_URL', 'mysql://u:hunter2@db/x', /DATABASE_URL has to be a URL that begins with postgres:/],
    ['BACKEND_HOST', 'http://0.0.0.0', /BACKEND_HOST is not a host name or an IP address.* then it is 127\.0\.0\.1/],
    ['BACKEND_PORT', '80a', /BACKEND_PORT is not a port from 1 to 65535.* then it is 8100/],
    ['BACKEND_PORT', '65536', /BACKEND_PORT is not a port/],
    ['CORS_ORIGINS', '*', /CORS_ORIGINS has a \*/],
    ['CORS_ORIGINS', 'https://a.example.com/', /CORS_ORIGINS has something else than origins/],
    ['FAIRLEAD_ALLOWED_HOSTS', 'https://a.example.com', /FAIRLEAD_ALLOWED_HOSTS is not a list of host names/],
    ['FAIRLEAD_PRICE_PER_MILLION_TOKENS', '-1', /FAIRLEAD_PRICE_PER_MILLION_TOKENS is not a price.* then it is 3/],
    ['MEM0_API_URL', 'mem0:8000', /MEM0_API_URL has to begin with/],
    ['FAIRLEAD_PROBE_VIA', 'localhost', /FAIRLEAD_PROBE_VIA is not a host and a port/],
    ['FAIRLEAD_PROBE_VIA', 'localhost:0', /FAIRLEAD_PROBE_VIA is not a host and a port/],
    ['FAIRLEAD_HEALTH_SECONDS', '5m', /FAIRLEAD_HEALTH_SECONDS is not a whole number of seconds.* then it is 300/],
    ['FAIRLEAD_DEPLOYMENT_SECONDS', '0', /FAIRLEAD_DEPLOYMENT_SECONDS is not a whole number/],
    ['FAIRLEAD_CALL_SECONDS', '1.5', /FAIRLEAD_CALL_SECONDS is not a whole number/],
    ['FAIRLEAD_POLICY_READ', 'yes', /FAIRLEAD_POLICY_READ is not allow, ask or deny.* then it is allow/],
    ['FAIRLEAD_POLICY_CREATE', 'no', /FAIRLEAD_POLICY_CREATE is not/],
    ['FAIRLEAD_POLICY_CHANGE', 'Ask', /FAIRLEAD_POLICY_CHANGE is not/],
    ['FAIRLEAD_POLICY_DESTROY', 'never', /FAIRLEAD_POLICY_DESTROY is not/],
    ['FAIRLEAD_SERVER', 's'.repeat(256), /FAIRLEAD_SERVER is not the name or uuid of a server/],
    ['FAIRLEAD_PROJECT', 'p'.repeat(256), /FAIRLEAD_PROJECT is not the name or uuid of a project/],
    ['FAIRLEAD_KEY', 'hunter2', /FAIRLEAD_KEY is too short.* openssl rand -hex 32/],
    ['FAIRLEAD_LOG', 'loud', /FAIRLEAD_LOG is not debug, info/],
  ])('%s=%s', (name, value, expected) => {
    const complete = { COOLIFY_API_URL: 'https://c.example.com', COOLIFY_API_TOKEN: '3|abc' };
    const configuration = read({ ...complete, [name]: value }, { serve: true });
    expect(messages(configuration)).toEqual([expect.stringMatching(expected)]);
    expect(configuration.problems[0]?.name).toBe(name);
    expect(JSON.stringify(configuration)).not.toContain('hunter2');
  });

  it('under the name it has where it comes from', () => {
    inFile({ callSeconds: '1m' });
    const configuration = read({}, { flags: { healthSeconds: '1m' } });
    expect(configuration.problems.map(({ name }) => name)).toEqual([
      '--health-seconds',
      `"callSeconds" in ${join(folder, 'fairlead.json')}`,
    ]);
  });

  it('all at once', () => {
    const { problems } = read({ FAIRLEAD_LOG: 'loud', FAIRLEAD_HEALTH_SECONDS: '5m' });
    expect(() => refuse(problems)).toThrow(/FAIRLEAD_HEALTH_SECONDS .*FAIRLEAD_LOG /);
    expect(() => refuse([])).not.toThrow();
  });

  it('unless it is a setting of the server, and something else starts', () => {
    const foreign = { DATABASE_URL: 'mysql://u:p@db/x', BACKEND_PORT: 'auto', CORS_ORIGINS: '*' };
    expect(read(foreign).problems).toEqual([]);
    expect(read(foreign, { serve: true }).problems).toHaveLength(3);
  });
});

describe('what contradicts itself is refused', () => {
  it('a token for nowhere', () => {
    expect(messages(read({ COOLIFY_API_TOKEN: '3|abc' }))).toEqual([expect.stringMatching(/Set COOLIFY_API_URL/)]);
    inFile({ coolifyUrl: 'https://c.example.com' });
    expect(read({ COOLIFY_API_TOKEN: '3|abc' }).problems).toEqual([]);
  });

  it('the age of no token', () => {
    const environment = { COOLIFY_API_URL: 'https://c.example.com', COOLIFY_API_TOKEN_CREATED_AT: '2026-02-01' };
    expect(messages(read(environment))).toEqual([expect.stringMatching(/no COOLIFY_API_TOKEN whose age/)]);
  });
});

describe('what nobody knows is refused, with what it most likely meant', () => {
  it.each([
    ['FAIRLEAD_POLICY_DESTORY', /Did you mean FAIRLEAD_POLICY_DESTROY\?/],
    ['FAIRLEAD_DATADIR', /Did you mean FAIRLEAD_DATA_DIR\?/],
    ['FAIRLEAD_ENTIRELY_DIFFERENT', /Remove it\./],
  ])('the variable %s', (name, expected) => {
    expect(messages(read({ [name]: 'x' }))).toEqual([expect.stringMatching(expected)]);
  });

  it.each([
    ['healthSecond', /Did you mean "healthSeconds"\?/],
    ['COOLIFY_API_URL', /Did you mean "coolifyUrl"\?/],
    ['colour', /Remove it\. What may stand there: coolifyUrl, /],
  ])('the key %s', (key, expected) => {
    inFile({ [key]: 'x' });
    expect(messages(read({}))).toEqual([expect.stringMatching(expected)]);
  });
});

describe('the file', () => {
  it.each([
    ['COOLIFY_API_TOKEN', /environment as COOLIFY_API_TOKEN;/],
    ['coolifyToken', /environment as COOLIFY_API_TOKEN;/],
    ['databaseUrl', /environment as DATABASE_URL;/],
    ['key', /environment as FAIRLEAD_KEY;/],
    ['githubPassword', /into the environment;/],
  ])('holds no secret such as %s', (key, expected) => {
    inFile({ [key]: 'hunter2' });
    const configuration = read({});
    expect(messages(configuration)).toEqual([expect.stringMatching(expected)]);
    expect(messages(configuration)[0]).toMatch(/holds a secret/);
    expect(JSON.stringify(configuration)).not.toContain('hunter2');
  });

  it('is one JSON object', () => {
    inFile('{"key": "hunter2",}');
    expect(messages(read({}))).toEqual([expect.stringMatching(/is no JSON/)]);
    expect(messages(read({}))[0]).not.toContain('hunter2');
    inFile([]);
    expect(messages(read({}))).toEqual([expect.stringMatching(/one JSON object/)]);
  });

  it('is there when it was asked for, and can be read', () => {
    expect(messages(read({}, { flags: { config: 'gone.json' } }))).toEqual([expect.stringMatching(/There is no file/)]);
    mkdirSync(join(folder, 'fairlead.json'));
    expect(messages(read({}))).toEqual([expect.stringMatching(/cannot be read \(EISDIR\)/)]);
  });
});

it('names the variables of the programs that it replaces', () => {
  const environment = { ANTHROPIC_API_KEY: 'hunter2', VITE_API: 'x', ORCHESTRATOR_URL: 'x', OTHER: 'x' };
  const { notes, problems } = read(environment);
  expect(problems).toEqual([]);
  expect(notes).toEqual([
    expect.stringMatching(/^Not needed, and not read: ANTHROPIC_API_KEY, ORCHESTRATOR_URL, VITE_API;/),
  ]);
});

it('shows no secret, however it is printed', () => {
  const configuration = read({ COOLIFY_API_URL: 'https://c.example.com', COOLIFY_API_TOKEN: '3|hunter2' });
  expect(configuration.secrets.coolifyToken).toBe('3|hunter2');
  const printed = [
    JSON.stringify(configuration),
    inspect(configuration, { depth: null }),
    inspect({ ...configuration.secrets }),
    String(configuration.secrets),
  ];
  expect(printed.join()).not.toContain('hunter2');
});
