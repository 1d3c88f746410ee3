import tailwindcss from '@tailwindcss/vite';
import react from '@vitejs/plugin-react';
import { defaultClientConditions, defineConfig } from 'vite';

// Two builds from one source: `dist` is the product; `--mode states` adds /dev/states, every page in every state.
export default defineConfig(({ command, mode }) => {
  // Whoever starts the build (a test runner says NODE_ENV=test), what comes out is for production.
  if (command === 'build') process.env['NODE_ENV'] = 'production';
  return {
    plugins: [react(), tailwindcss()],
    resolve: {
      conditions: ['@liftgate/source', ...defaultClientConditions],
      // React has this hook itself since 18; the same package offers the entry without the stand-in.
      alias: { 'use-sync-external-store/shim/with-selector': 'use-sync-external-store/with-selector' },
    },
    build: {
      outDir: mode === 'states' ? 'node_modules/.cache/states' : 'dist',
      emptyOutDir: true,
      // The content security policy allows no data: URLs for fonts or scripts.
      assetsInlineLimit: 0,
      target: 'es2022',
      manifest: true,
      // Every browser of the target preloads modules by itself.
      modulePreload: { polyfill: false },
      rolldownOptions: {
        output: {
          // What every page needs, in two files: one that changes with the libraries, one that changes with us. Left
          // alone, the bundler makes a dozen small ones, which compress worse and wait for each other.
          codeSplitting: {
            groups: [
              {
                name: 'libraries',
                test: /node_modules\/(?!.*(base-ui|floating-ui|lucide))/,
                tags: ['$initial'],
              },
              { name: 'frame', test: FRAME },
              {
                name: 'frame',
                test: /lucide-react\/.*\/(check|chevron-left|triangle-alert|arrow-right)\.m?js$/,
              },
            ],
          },
        },
      },
    },
    server: { proxy: { '/trpc': 'http://127.0.0.1:4600', '/session': 'http://127.0.0.1:4600' } },
  };
});

const FRAME =
  /\/src\/(copy|router|app|api\/(?!live-stream).*|format\/.*|layout\/(root|shell|top-bar|navigation|offline|theme-toggle|use-system)|ui\/(boundary|later|notice|page-head|panel|query-view|shape|skeleton|table|tag)|pages\/(effect|experiment-filter))\.tsx?$/;
