import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { absolute, BadPath, fileMount, hostFile, shellSafe } from './paths.ts';

describe('paths of storages', () => {
  it('put one slash in front of volumes and leave dots alone', () => {
    expect(absolute('data')).toBe('/data');
    expect(absolute('../x')).toBe('/../x');
    expect(absolute('/data')).toBe('/data');
  });

  it('never let a file lead out of its folder', () => {
    const segment = fc.stringMatching(/^[a-z.]{1,4}$/);
    fc.assert(
      fc.property(fc.array(segment, { minLength: 1 }), (segments) => {
        const path = segments.join('/');
        if (segments.some((part) => part === '.' || part === '..'))
          expect(() => fileMount(path, 'file')).toThrow(BadPath);
        else expect(fileMount(path, 'file')).toBe(`/${path}`);
      }),
    );
  });

  it('refuse what a shell would read, in words that name it', () => {
    expect(() => shellSafe('/a;b', 'storage source path')).toThrow(
      "Invalid storage source path: contains forbidden character ';' (command separator).",
    );
    expect(() => fileMount('/a$(b)', 'file storage path')).toThrow('command substitution');
  });

  it('take host files only by their absolute path', () => {
    expect(hostFile('/srv//a.conf', 'host file source path')).toBe('/srv/a.conf');
    expect(() => hostFile('srv/a', 'host file source path')).toThrow('must be an absolute path');
    expect(() => hostFile('/srv/', 'host file source path')).toThrow('must point to a file');
  });
});
