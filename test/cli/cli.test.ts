import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { fairlead, newWorld, SECRET_VALUE } from './harness.ts';

describe('a command that succeeds', () => {
  it('makes the thing, tells the progress on stderr and the answer with its facts on stdout', async () => {
    const world = newWorld();
    await using cli = await fairlead(world);
    const { exit, stdout, stderr } = await cli.call(['thing', 'make', 'blue', '--size', '3']);
    expect(exit).toBe(0);
    expect(world.things.get('blue')?.size).toBe(3);
    expect(stdout).toContain('✓ thing make: done');
    expect(stdout).toContain('url: https://blue.example.com');
    expect(stdout).toMatch(/seen {6}it runs \(the world\)/);
    expect(stdout).toMatch(/unknown {3}it is healthy, it has no health check/);
    expect(stderr).toContain('✓ see blue come up');
    expect(stdout + stderr).not.toContain('\u001b');
  });

  it('answers --json with one document and nothing else', async () => {
    await using cli = await fairlead(newWorld());
    const { exit, stdout, stderr } = await cli.call(['thing', 'make', 'blue', '--json']);
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'success', details: { name: 'blue', steps_executed: 2 } });
    expect(stderr).toBe('');
  });

  it('prints a list as aligned columns, and as JSON', async () => {
    const world = newWorld();
    world.things.set('blue', { size: 3, env: {} }).set('a-longer-name', { size: 12, env: {} });
    await using cli = await fairlead(world);
    const { stdout, stderr } = await cli.call(['things', 'list']);
    expect(stdout).toBe('NAME           SIZE  TAGS\nblue           3     a, b\na-longer-name  12    a, b\n');
    expect(stderr).toBe('total: 2\n');
    const more = await cli.call(['thing', 'list', '--limit=1']);
    expect(more.stderr).toContain('There is more: the same command with --cursor Zg');
    const { stdout: json } = await cli.call(['--json', 'list_things']);
    expect(JSON.parse(json)).toMatchObject({ things: [{ name: 'blue' }, { name: 'a-longer-name' }], total: 2 });
  });

  it('answers an alias with its own projection', async () => {
    await using cli = await fairlead(newWorld());
    const { exit, stdout } = await cli.call(['list_stuff', '--json']);
    expect([exit, JSON.parse(stdout)]).toEqual([0, { stuff: [] }]);
  });

  it('reads values from files and from standard input, and shows none of them', async () => {
    const world = newWorld();
    await using cli = await fairlead(world);
    const file = join(cli.folder, 'secret');
    await writeFile(file, `${SECRET_VALUE}\n`);
    const argv = [
      'make_thing',
      '--id',
      'blue',
      '--env-vars',
      `KEY=@${file}`,
      '--env-vars',
      'OTHER=-',
      '--env-vars',
      'AT=@@x',
    ];
    const { exit, stdout, stderr } = await cli.call(argv, { stdin: 'from stdin\n' });
    expect(exit).toBe(0);
    expect(world.things.get('blue')?.env).toEqual({ KEY: SECRET_VALUE, OTHER: 'from stdin', AT: '@x' });
    expect(stderr).toContain('building with ***');
    expect(stdout + stderr).not.toContain(SECRET_VALUE);
  });

  it('colours for a terminal, and not against NO_COLOR; escapes from outside never pass', async () => {
    await using cli = await fairlead(newWorld());
    const coloured = await cli.call(['thing', 'make', 'blue'], { tty: true });
    expect(coloured.stdout).toContain('\u001b[32m');
    expect(coloured.stderr).toContain('\u001b[2m      │ done');
    expect(coloured.stderr).not.toContain('\u001b[2J');
    const plain = await cli.call(['thing', 'make', 'red'], { tty: true, env: { NO_COLOR: '1' } });
    expect(plain.stdout + plain.stderr).not.toContain('\u001b');
  });
});

describe('a plan', () => {
  it('is printed with durations, risks and what is undone, and then carried out by its id', async () => {
    const world = newWorld();
    await using cli = await fairlead(world);
    const dry = await cli.call(['thing', 'make', 'blue', '--dry-run']);
    expect(dry.exit).toBe(0);
    expect(world.things.size).toBe(0);
    expect(dry.stdout.replaceAll(/plan-[\w-]+/g, 'plan-X')).toMatchInlineSnapshot(`
      "thing make: 2 steps, about 1 min 42 s
         1. make blue         about 2 s
            on failure: take blue away
         2. see blue come up  about 1 min 40 s
      risk, medium: It may be too large
      No downtime is expected; it is taken back on failure; affected users: none.
      gate room: passed, there is room (the world)
      Nothing was changed.
      → Carry out exactly this: the same command with --plan plan-X, within the hour.
      "
    `);
    const plan = dry.stdout.match(/plan-[\w-]+/)![0];
    expect((await cli.call(['thing', 'make', 'blue', '--plan', plan])).exit).toBe(0);
    expect(world.things.has('blue')).toBe(true);
    const again = await cli.call(['thing', 'make', 'blue', '--plan', plan]);
    expect(again.exit).toBe(3);
    expect(again.stderr).toContain('→');
  });

  it('that a gate blocks is given with exit code 3, dry or not', async () => {
    const world = newWorld();
    world.blocked = true;
    await using cli = await fairlead(world);
    for (const more of [[], ['--dry-run']]) {
      const { exit, stdout, stderr } = await cli.call(['thing', 'make', 'blue', ...more]);
      expect([exit, stdout]).toEqual([3, '']);
      expect(stderr).toContain('✗ Validation gate failed: room: no room is left');
      expect(stderr).toContain('→ Make room.');
      expect(stderr).toContain('1. make blue');
    }
    expect(world.things.size).toBe(0);
  });
});

describe('what destroys', () => {
  it('is refused without a terminal, with what to do', async () => {
    const world = newWorld();
    world.things.set('blue', { size: 1, env: {} });
    await using cli = await fairlead(world);
    const { exit, stderr } = await cli.call(['thing', 'delete', 'blue']);
    expect(exit).toBe(3);
    expect(stderr).toMatch(/--plan plan-\S+, or with --yes/);
    expect(world.things.has('blue')).toBe(true);
    const plan = stderr.match(/--plan (plan-[\w-]+)/)![1]!;
    expect((await cli.call(['thing', 'delete', 'blue', '--plan', plan])).exit).toBe(0);
    expect(world.things.has('blue')).toBe(false);
  });

  it.each(['--yes', '--confirm-destructive'])('is carried out with %s', async (flag) => {
    const world = newWorld();
    world.things.set('blue', { size: 1, env: {} });
    await using cli = await fairlead(world);
    expect((await cli.call(['thing', 'delete', 'blue', flag])).exit).toBe(0);
    expect(world.things.has('blue')).toBe(false);
  });

  it('asks a person to type the name', async () => {
    const world = newWorld();
    world.things.set('blue', { size: 1, env: {} });
    await using cli = await fairlead(world);
    for (const [typed, exit] of [
      ['red', 3],
      ['blue', 0],
    ] as const) {
      const run = cli.start(['thing', 'delete', 'blue'], { tty: true, env: { NO_COLOR: '1' } });
      run.type(typed);
      const ended = await run.end;
      expect(ended.exit).toBe(exit);
      expect(ended.stderr).toContain('1. delete blue');
      expect(ended.stderr).toContain('Type blue to confirm:');
      expect(world.things.has('blue')).toBe(typed === 'red');
    }
  });
});

describe('exit codes', () => {
  it('1: failed and taken back, with the last log lines and what to do', async () => {
    const world = newWorld();
    world.breaks = true;
    await using cli = await fairlead(world);
    const { exit, stdout, stderr } = await cli.call(['thing', 'make', 'blue']);
    expect([exit, stdout]).toEqual([1, '']);
    expect(world.things.size).toBe(0);
    expect(stderr).toContain('✗ thing make: failed, and taken back');
    expect(stderr).toContain('Transaction failed at step see: blue did not come up');
    expect(stderr).toContain('│ Error: boom');
    expect(stderr).toContain('taken back: take blue away');
    expect(stderr).toContain('→ Look at its log.');
  });

  it.each([
    [['thinf', 'list'], 'Did you mean fairlead thing'],
    [['thing', 'mak', 'blue'], 'Did you mean fairlead thing make?'],
    [['list_thing'], 'Did you mean fairlead list_things?'],
    [['thing', 'make', 'blue', '--sise=3'], 'Did you mean --size?'],
    [['thing', 'make', '--size', '3'], 'Missing: <name>'],
    [['thing', 'make', 'blue', '--size', 'large'], '--size wants a number'],
    [['thing', 'make', 'blue', '--size'], '--size needs a value'],
    [['thing', 'make', 'blue', '--kind', 'rond'], 'Did you mean round?'],
    [['thing', 'make', 'blue', '--env-vars', 'KEY'], '--env-vars wants KEY=VALUE'],
    [['thing', 'make', 'blue', '--env-vars', 'KEY=@/no/such/file'], 'cannot be read (ENOENT)'],
    [['thing', 'make', 'blue', '--limits', '{'], '--limits wants JSON'],
    [['thing', 'make', 'blue', 'red'], 'an argument too many'],
    [['thing', 'make', 'blue', '--name', 'red'], 'an argument too many'],
    [['thing', 'make', '--name', 'blue', '--name', 'red'], '--name is given more than once'],
    [['thing', 'make', 'blue', '--cache=perhaps'], '--cache is a switch'],
    [['runs', 'shw', 'x'], 'Did you mean fairlead runs show?'],
    [['runs', 'show'], 'Exactly one run has to be named'],
    [['doctor', 'who'], 'takes no who'],
  ])('2: wrong usage: %j', async (argv, said) => {
    await using cli = await fairlead(newWorld());
    const { exit, stdout, stderr } = await cli.call(argv);
    expect([exit, stdout]).toEqual([2, '']);
    expect(stderr).toContain(said);
    if (argv[1] === 'make' && !said.includes('ENOENT'))
      expect(stderr).toContain('Usage: fairlead thing make <name> [flags]');
    const json = await cli.call([...argv, '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ code: 'usage', next: expect.stringMatching(/\S/) });
  });

  it('2: what the schema refuses', async () => {
    await using cli = await fairlead(newWorld());
    const { exit, stderr } = await cli.call(['thing', 'list', '--limit', '1000']);
    expect(exit).toBe(2);
    expect(stderr).toContain('limit');
  });

  it('3: refused, by the world and by policy', async () => {
    await using cli = await fairlead(newWorld(), { create: 'deny', change: 'ask' });
    const missing = await cli.call(['thing', 'delete', 'blue', '--yes']);
    expect([missing.exit, missing.stdout]).toEqual([3, '']);
    expect(missing.stderr).toContain('✗ There is no thing blue.\n→ List them');
    expect((await cli.call(['thing', 'make', 'blue'])).exit).toBe(3);
  });

  it('5: Coolify cannot be reached', async () => {
    const world = newWorld();
    world.unreachable = true;
    await using cli = await fairlead(world);
    const { exit, stderr } = await cli.call(['thing', 'list']);
    expect(exit).toBe(5);
    expect(stderr).toContain('→ Check that Coolify runs.');
  });

  it('130: Ctrl-C once cancels the run and shows how it is taken back', async () => {
    const world = newWorld();
    world.holds = true;
    await using cli = await fairlead(world);
    const run = cli.start(['thing', 'make', 'blue']);
    await world.held.promise;
    expect(world.things.has('blue')).toBe(true);
    run.interrupt();
    const { exit, stderr } = await run.end;
    expect(exit).toBe(130);
    expect(world.things.has('blue')).toBe(false);
    expect(stderr).toContain('Cancelling');
    expect(stderr).toContain('↶ take blue away');
    expect(stderr).toContain('taken back: take blue away');
  });

  it('130: left as it is, and taken up by another process: resumed, or undone', async () => {
    for (const [verb, stays, exit] of [
      ['resume', true, 0],
      ['undo', false, 0],
    ] as const) {
      const world = newWorld();
      world.holds = true;
      await using cli = await fairlead(world);
      const run = cli.start(['thing', 'make', 'blue']);
      await world.held.promise;
      run.leave();
      const left = await run.end;
      expect(left.exit).toBe(130);
      const id = left.stderr.match(/fairlead runs resume (txn-[\w-]+)/)![1]!;
      expect(world.things.has('blue')).toBe(true);
      world.holds = false;

      const shown = await cli.call(['runs', 'show', id]);
      expect(shown.stdout).toContain(`${id}: thing make, interrupted`);
      expect(shown.stdout).toContain('✓ make blue');
      const taken = await cli.call(['runs', verb, id]);
      expect(taken.exit).toBe(exit);
      expect(world.things.has('blue')).toBe(stays);
      expect((await cli.call(['runs', 'resume', id])).exit).toBe(3);
      expect(JSON.parse((await cli.call(['runs', 'show', id, '--json'])).stdout)).toMatchObject({
        run_id: id,
        answer: { status: stays ? 'success' : 'rolled_back' },
      });
    }
  });
});

describe('runs', () => {
  it('lists them, and knows none that is not there', async () => {
    await using cli = await fairlead(newWorld());
    await cli.call(['thing', 'make', 'blue']);
    for (const argv of [['runs'], ['runs', 'list'], ['run', 'list']]) {
      const { exit, stdout } = await cli.call(argv);
      expect(exit).toBe(0);
      expect(stdout).toMatch(/^RUN_ID .*\ntxn-/);
    }
    expect((await cli.call(['runs', 'show', 'txn-1-x'])).exit).toBe(3);
  });

  it('cancels a run that another process carries out', async () => {
    const world = newWorld();
    world.holds = true;
    await using cli = await fairlead(world);
    const run = cli.start(['thing', 'make', 'blue']);
    await world.held.promise;
    const listed = JSON.parse((await cli.call(['runs', '--json'])).stdout);
    const id = listed.runs[0].run_id;
    const busy = await cli.call(['runs', 'undo', id]);
    expect([busy.exit, busy.stderr]).toEqual([3, expect.stringContaining('Another process')]);
    expect((await cli.call(['runs', 'cancel', id])).stdout).toContain('Asked');
    const ended = await run.end;
    expect(ended.exit).toBe(1);
    expect(world.things.has('blue')).toBe(false);
    expect((await cli.call(['runs', 'cancel', id])).stdout).toContain('had ended');
  });
});

describe('help', () => {
  const pages = [['help'], ['help', 'thing'], ['thing'], ['thing', 'make', '--help'], ['runs', '--help']];
  it.each(pages.map((argv) => [argv.join(' '), argv] as const))('%s', async (_name, argv) => {
    await using cli = await fairlead(newWorld());
    const { exit, stdout, stderr } = await cli.call(argv);
    expect([exit, stderr]).toEqual([0, '']);
    expect(stdout).toMatchSnapshot();
  });

  it('is the same page however it is asked for', async () => {
    await using cli = await fairlead(newWorld());
    const page = async (...argv: string[]) => (await cli.call(argv)).stdout;
    expect(await page()).toBe(await page('--help'));
    expect(await page('help', 'thing', 'make')).toBe(await page('thing', 'make', '-h'));
    expect(await page('make_thing', '--help')).toBe(await page('thing', 'make', '--help'));
    expect(await page('things', '--help')).toBe(await page('thing'));
  });

  it('tells the version', async () => {
    await using cli = await fairlead(newWorld());
    expect((await cli.call(['--version'])).stdout).toBe('1.2.3\n');
    expect(JSON.parse((await cli.call(['--version', '--json'])).stdout)).toEqual({ version: '1.2.3' });
  });
});
