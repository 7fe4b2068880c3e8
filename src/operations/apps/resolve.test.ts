import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalRepository, parseRepository } from './repository.ts';
import { type Candidate, choose } from './resolve.ts';

const candidate = fc.record({
  uuid: fc.uuid(),
  name: fc.constantFrom('web', 'api', 'worker'),
  project: fc.constantFrom('shop', 'blog', null),
  projectUuid: fc.constantFrom('p1', 'p2', null),
  repository: fc.constant(null),
}) satisfies fc.Arbitrary<Candidate>;

describe('which app is meant', () => {
  it('is one that was offered, and the only one, or a refusal', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(candidate, { selector: (c) => c.uuid, maxLength: 6 }),
        fc.option(fc.constantFrom('shop', 'p1'), { nil: undefined }),
        (all, project) => {
          const named = all.filter((c) => c.name === 'web');
          const inProject = named.filter(
            (c) => project === undefined || c.project === project || c.projectUuid === project,
          );
          try {
            expect(choose('web', project, named, [])).toBe(inProject[0]?.uuid);
            expect(inProject.length).toBe(1);
          } catch (error) {
            if (!(error instanceof Error) || error.name !== 'Refusal') throw error;
            expect((error as Error & { code: string }).code).toBe(inProject.length === 0 ? 'not_found' : 'ambiguous');
          }
        },
      ),
    );
  });

  it('names all candidates, so that the next call can be right', () => {
    const two = ['a', 'b'].map((uuid) => ({
      uuid,
      name: 'web',
      project: `p-${uuid}`,
      projectUuid: null,
      repository: null,
    }));
    expect(() => choose('web', undefined, two, [])).toThrow('web in p-a (a); web in p-b (b)');
  });

  it('a uuid wins over a name that is written like it', () => {
    const rows = [
      { uuid: 'x', name: 'y', project: null, projectUuid: null, repository: null },
      { uuid: 'y', name: 'z', project: null, projectUuid: null, repository: null },
    ];
    expect(choose('y', undefined, rows, [])).toBe('y');
  });
});

describe('a repository', () => {
  it.each([
    ['acme/web', 'https://github.com/acme/web'],
    ['github.com/acme/web.git', 'https://github.com/acme/web'],
    ['https://github.com/acme/web', 'https://github.com/acme/web'],
    ['git@git.example.test:acme/web.git', 'git@git.example.test:acme/web.git'],
    ['http://git.example.test/acme/web.git', 'http://git.example.test/acme/web.git'],
  ])('%s is cloned from %s', (given, url) => {
    expect(parseRepository(given, 'github').url).toBe(url);
  });

  it.each([
    ['web', 'Whose'],
    ['ext::sh -c id', 'no repository'],
    ['file:///etc', 'no repository'],
    ['https://', 'no repository'],
  ])('%s is refused', (given, why) => {
    expect(() => parseRepository(given, 'github')).toThrow(why);
  });

  it('has one spelling', () => {
    const all = [
      'https://github.com/Acme/web.git',
      'git@github.com:acme/web',
      'acme/web',
      'https://user:token@github.com/acme/web/',
    ];
    expect(new Set(all.map(canonicalRepository)).size).toBe(1);
  });
});
