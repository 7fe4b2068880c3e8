import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { testWorld } from './harness.ts';

const PLANTED = {
  env: 'pl4nted-env-value-9f8e7d6c',
  url: 'pl4nted-password-in-url-1a2b',
  git: 'pl4nted-git-token-5e4d3c2b',
  lines: '-----BEGIN KEY-----\npl4nted-first-line-of-key-77aa\npl4nted-second-line-of-key-88bb\n-----END KEY-----',
};

describe('secrets', { timeout: 240_000 }, () => {
  it('reach no answer, log, journal, audit entry or error, though the app writes them all', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const heard: string[] = [];
    const call = async (name: string, args: Record<string, unknown>) => {
      const answer = await agent.call(name, args, { onProgress: (message) => heard.push(message) });
      heard.push(answer.text, JSON.stringify(answer.content ?? null));
      return answer;
    };
    const print = 'console.log("env is", process.env.SECRET_THING, process.env.DATABASE_URL, process.env.TLS_KEY);\n';
    await world.repository.push('Print secrets', {
      'server.js': (text) => text.replace('createServer(', `${print}createServer(`),
    });
    const env_vars = [
      { key: 'SECRET_THING', value: PLANTED.env },
      { key: 'DATABASE_URL', value: `postgres://app:${PLANTED.url}@db.example.test:5432/app` },
      { key: 'TLS_KEY', value: PLANTED.lines },
    ];
    const made = await call('create_app', {
      repo: world.repo.replace('http://', `http://agent:${PLANTED.git}@`),
      name: 'hello',
      domain: 'http://hello.localhost',
      env_vars,
    });
    expect(made.content.status).toBe('success');
    const logs = await call('check_app_logs', { name: 'hello', since: '1d' });
    expect(logs.text).toContain('env is [secret]');
    await call('get_app_details', { name: 'hello', include_env: true, runtime_log_lines: 50, deploy_log_lines: 200 });
    await call('list_env_vars', { name: 'hello' });
    await call('update_env_var', { name: 'hello', key: 'SECRET_THING', value: `${PLANTED.env}-second` });
    await call('create_app', { repo: world.repo, name: 'hello', env_vars });
    await call('create_app', { repo: world.repo, name: `Not A Name ${PLANTED.env}`, env_vars });

    await world.repository.push('Crash with the secret', {
      'server.js': () =>
        `throw new Error('bad password ' + process.env.SECRET_THING + ' for ' + process.env.DATABASE_URL);\n`,
    });
    const crashed = await call('redeploy', { name: 'hello' });
    expect(crashed.content.status).toBe('rolled_back');
    expect(crashed.content.incident.last_logs_sample.join('\n')).toContain('bad password [secret]');
    await call('list_runs', {});
    const second = await world.cli(['app', 'logs', 'hello', '--since', '1d']);
    heard.push(second.stdout, second.stderr, agent.stderr());

    const everything = [...heard, ...(await filesBelow(join(world.folder, 'data')))].join('\n');
    const token = (world.emulator.tokens.root ?? '').split('|').at(-1) ?? '';
    for (const secret of [token, PLANTED.env, PLANTED.url, PLANTED.git, 'pl4nted-first-line', 'pl4nted-second-line']) {
      const at = everything.indexOf(secret);
      expect(at < 0 ? null : everything.slice(Math.max(0, at - 300), at + 60)).toBeNull();
    }
    expect(everything).toContain('txn-');
  });
});

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => `${entry.name}\n${await readFile(join(entry.parentPath, entry.name), 'utf8')}`),
  );
}
