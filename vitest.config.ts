import { defineConfig } from 'vitest/config';

// Workspace packages resolve to their source, so that no test runs against a stale build.
const conditions = ['@farewell/source', 'node', 'import', 'default'];

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    reporters: ['default', './scripts/summary-reporter.js'],
    globalSetup: ['./test/support/global-setup.ts'],
    maxWorkers: 2,
    // Kernels of shared machines stall: a test that needs another try passes, and is named at the end.
    retry: process.env['CI'] ? 2 : 0,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
