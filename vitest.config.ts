import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    maxWorkers: Math.max(2, availableParallelism()),
    // Tests that run at once within a file are whole worlds, too: builds, servers, databases.
    maxConcurrency: 3,
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Told file by file as they end, so that a log that is read later shows where time went.
    reporters: [['default', { summary: process.stdout.isTTY }]],
    projects: [
      {
        extends: true,
        test: { name: 'unit', include: ['{src,scripts,demo,emulator/src,emulator/replay}/**/*.test.ts'] },
      },
      {
        extends: true,
        // Whole programs against the emulator, which builds and runs apps: longer, and each file a world of its own.
        test: {
          name: 'whole',
          include: ['{test,emulator/test}/**/*.test.ts'],
          testTimeout: 240_000,
          // Real builds and processes on a machine that others use too: once more in CI, and told as such by the reporter.
          retry: process.env.CI ? 1 : 0,
        },
      },
    ],
  },
});
