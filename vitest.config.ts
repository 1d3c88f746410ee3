import { defineConfig } from 'vitest/config';
import { defaultClientConditions, defaultServerConditions } from 'vite';

// Tests read sources, not dist, through the @liftgate/source condition.
export default defineConfig({
  resolve: { conditions: ['@liftgate/source', ...defaultClientConditions] },
  ssr: { resolve: { conditions: ['@liftgate/source', ...defaultServerConditions] } },
  test: {
    include: ['packages/*/test/**/*.test.ts', 'apps/*/test/**/*.test.ts', 'test/**/*.test.ts'],
    globalSetup: ['test/support/global-setup.ts'],
    testTimeout: 30_000,
    hookTimeout: 60_000,
  },
});
