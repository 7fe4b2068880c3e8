import { Refusal } from '../../refusal.ts';

/** What Coolify clones, and what two spellings of the same repository have in common. */
export interface Repository {
  url: string;
  /** Last part of the path, without `.git`. */
  name: string;
}

/** A GitHub repository as people write it, or any git URL; a bare name says nothing about its owner. */
export function parseRepository(repo: string, host: string): Repository {
  const text = repo.trim();
  if (host !== 'github') {
    throw new Refusal(
      'unsupported',
      `The host ${host} is not there yet.`,
      'Use host github, or give the full git URL in repo.',
    );
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) {
    if (!/^(https?|ssh|git):\/\/[^/\s]+\/\S+$/i.test(text)) throw unreadable(text);
    return { url: text, name: lastPart(text) };
  }
  if (/^[\w.-]+@[\w.-]+:\S+$/.test(text)) return { url: text, name: lastPart(text) };
  const path = text.replace(/^(www\.)?github\.com\//i, '').replace(/\.git$/, '');
  if (/^[\w.-]+\/[\w.-]+$/.test(path)) return { url: `https://github.com/${path}`, name: lastPart(path) };
  if (/^[\w.-]+$/.test(path)) {
    throw new Refusal(
      'invalid_input',
      `Whose repository is ${path}?`,
      `Give it as owner/${path}, or as a full git URL.`,
    );
  }
  throw unreadable(text);
}

const unreadable = (text: string): Refusal =>
  new Refusal(
    'invalid_input',
    `${JSON.stringify(text.slice(0, 100))} is no repository.`,
    'Give owner/name, github.com/owner/name or a git URL (https, ssh).',
  );

const lastPart = (text: string): string =>
  text
    .replace(/\.git$/, '')
    .replace(/\/+$/, '')
    .split(/[/:]/)
    .at(-1) ?? text;

/** One spelling for `https://github.com/acme/web.git`, `git@github.com:acme/web`, `acme/web` (Coolify's form of it). */
export function canonicalRepository(text: string): string {
  const bare = text
    .trim()
    .replace(/^[a-z][a-z0-9+.-]*:\/\//i, '')
    .replace(/^[^@/\s]*@/, '')
    .replace(/^([\w.-]+):(?!\d+\/)/, '$1/')
    .replace(/\.git$/, '')
    .replace(/\/+$/, '')
    .toLowerCase();
  return /^[\w.-]+\/[\w.-]+$/.test(bare) ? `github.com/${bare}` : bare;
}
