import { describe, expect, it } from 'vitest';
import { cloudInitFault } from './cloudInit.ts';

describe('cloud-init scripts', () => {
  it('are shell scripts, cloud-config, or plain YAML', () => {
    for (const script of ['#!/bin/sh\necho "{', '#cloud-config\npackages:\n  - git\n', 'packages: [git]', 'just text'])
      expect(cloudInitFault(script, 'script'), script).toBeUndefined();
  });

  it('are refused when their YAML is broken', () => {
    expect(cloudInitFault('#cloud-config\na: [b', 'script')).toMatch(/^The script must be valid YAML format\. Error: /);
    expect(cloudInitFault('a: [b', 'script')).toMatch(/^The script must be either a valid bash script/);
  });
});
